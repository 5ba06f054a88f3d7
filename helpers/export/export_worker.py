"""The TensorFlow parts of an export, run by ``exporter`` in processes of their own.

The Object Detection API builds the graphs and TensorFlow's converter converts them, as they are.
"""

from __future__ import annotations

import contextlib
import gc
import json
import multiprocessing
import os
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any, Iterable, Sequence

import numpy as np

from helpers.annotations import label_map_file
from helpers.export import (
    activation_ranges,
    batch_norm_folding,
    int8_scales,
    opencv_text_graph,
    quantization,
    tflite_conversion,
)
from helpers.export.exporter import died, error_file
from helpers.inference import detection_graph
from helpers.inference.model_folder import FROZEN_GRAPH, ModelFolder
from helpers.pipeline_config import pipeline, protos, schedule
from helpers.pipeline_config.export_options import FLOAT, INT8, UINT8
from helpers.structures.errors import BadInput, HelpersError
from helpers.system import files


def main(arguments: Sequence[str]) -> int:
    """Makes the models in a folder that holds ``pipeline.config``, each in a process of its own.

    TensorFlow is loaded before they are forked, once for all of them.

    Args:
        arguments: folder, checkpoint prefix, and as JSON what to make, a list each:
            ``FROZEN_GRAPH``, or a kind of TensorFlow Lite model and the records that it is
            calibrated on.

    Returns:
        The exit code; when it is 1, ``exporter.error_file`` says why of at least one of them.
    """
    folder, checkpoint, targets = Path(arguments[0]), arguments[1], json.loads(arguments[2])
    from object_detection import export_tflite_ssd_graph_lib, exporter  # noqa: F401

    forked = multiprocessing.get_context("fork")
    with contextlib.ExitStack() as stack:
        noises = [stack.enter_context(tempfile.TemporaryFile()) for _ in targets]
        children = [
            forked.Process(target=_child, args=(folder, checkpoint, target, noise.fileno()))
            for target, noise in zip(targets, noises)
        ]
        for child in children:
            child.start()
        for child, target, noise in zip(children, targets, noises):
            child.join()
            noise.seek(0)
            said = noise.read().decode("utf-8", "replace")
            print(said, file=sys.stderr)
            if child.exitcode and not error_file(folder, target[0]).exists():
                _leave_error(folder, target[0], died(checkpoint, child.exitcode, said))
    return int(any(child.exitcode for child in children))


def _child(folder: Path, checkpoint: str, target: Sequence[str], noise: int) -> None:
    """Makes one of the models; what TensorFlow prints, in C++ too, goes into an open file."""
    os.dup2(noise, 2)
    try:
        if target[0] == FROZEN_GRAPH:
            freeze(folder, checkpoint)
        else:
            convert(folder, checkpoint, *target)
    except (HelpersError, OSError) as caught:
        error = files.unwritable(folder, caught) if isinstance(caught, OSError) else caught
        _leave_error(folder, target[0], error)
        sys.exit(1)


def _leave_error(folder: Path, target: str, error: Exception) -> None:
    content = {"kind": type(error).__name__, "message": str(error)}
    files.write_json(error_file(folder, target), content)


def freeze(folder: Path, checkpoint: str) -> None:
    """Writes the frozen graph and OpenCV's text graph.

    OpenCV cannot run the nodes that the quantization rewriter adds, so both are made without. The
    API's own script does the same after it has written three more copies of the model, and takes
    twice as long.

    Args:
        folder: with ``pipeline.config``.
        checkpoint: its prefix.

    Raises:
        BadInput: the checkpoint does not fit the config, or OpenCV cannot run the model.
    """
    import tensorflow as tf

    model = ModelFolder(folder)
    config = protos.copy_of(pipeline.read(model.config))
    config.ClearField("graph_rewriter")
    with tf.Graph().as_default(), tf.Session() as session:
        outputs = detection_graph.build(config)
        frozen = detection_graph.frozen(session, config, checkpoint, outputs)
    frozen = batch_norm_folding.folded(frozen, outputs)
    _write(model.frozen_graph, frozen.SerializeToString())
    opencv_text_graph.write(model.frozen_graph, config, model.text_graph)


def convert(folder: Path, checkpoint: str, kind: str, *records: str) -> None:
    """Writes the TensorFlow Lite model, and beside a quantized one the float model.

    The float model is written first, so that it is there should the other fail.

    Args:
        folder: with ``pipeline.config`` and the label map.
        checkpoint: its prefix.
        kind: one of ``export_options.KINDS``.
        records: of the train split, to calibrate on where :func:`quantization.is_calibrated`.

    Raises:
        BadInput: the checkpoint does not fit the config.
        JobFailed: the converter does not take the model.
    """
    import tensorflow as tf

    model = ModelFolder(folder)
    config = pipeline.read(model.config)
    images = partial(
        quantization.calibration_images,
        records,
        label_map_file.read(model.label_map),
        *pipeline.input_size(config),
    )
    with tf.Graph().as_default(), tf.Session() as session:
        tflite_conversion.build_raw_detector(config)
        graph = _tflite_graph(session, config, checkpoint)
        if kind != FLOAT:
            _write(model.tflite_float, tflite_conversion.convert(graph, config))
        if kind == UINT8 and quantization.is_calibrated(kind, config):
            graph = _calibrated_graph(session, config, images())
        elif kind == UINT8:
            _check_fake_quant(checkpoint)
            _add_fake_quant(config)
            graph = _tflite_graph(session, config, checkpoint)
        converted = tflite_conversion.convert(graph, config, kind, images())
        if kind == INT8:
            box_range = activation_ranges.box_offset_range(session, images())
            converted = int8_scales.repaired(converted, model.tflite_float.read_bytes(), box_range)
    _write(model.tflite, converted)


def _tflite_graph(session: Any, config: Any, checkpoint: str) -> Any:
    frozen = detection_graph.frozen(session, config, checkpoint, tflite_conversion.RAW_OUTPUTS)
    return tflite_conversion.with_post_processing(frozen, config)


def _calibrated_graph(session: Any, config: Any, images: Iterable[np.ndarray]) -> Any:
    """As :func:`_tflite_graph`, of a restored detector, fake-quant nodes calibrated on images."""
    import tensorflow as tf

    restored = {variable.name for variable in tf.global_variables()}
    _add_fake_quant(schedule.with_qat(config))
    added = [variable for variable in tf.global_variables() if variable.name not in restored]
    session.run(tf.variables_initializer(added))
    frozen = tf.graph_util.convert_variables_to_constants(
        session, session.graph.as_graph_def(), list(tflite_conversion.RAW_OUTPUTS)
    )
    calibrated = activation_ranges.calibrated(frozen, images)
    return tflite_conversion.with_post_processing(calibrated, config)


def _write(path: Path, content: bytes) -> None:
    with files.replacing(path) as beside:
        beside.write_bytes(content)


def _check_fake_quant(checkpoint: str) -> None:
    """Requires the activation ranges that quantization-aware training leaves in a checkpoint."""
    import tensorflow as tf

    with detection_graph.translated_errors(checkpoint):
        variables = tf.train.load_checkpoint(checkpoint).get_variable_to_shape_map()
    if not quantization.has_fake_quant(sorted(variables)):
        raise BadInput.of(
            checkpoint,
            "the weights of a training without fake quantization",
            "the activation ranges of quantization-aware training, for inference_type "
            "QUANTIZED_UINT8",
            "Train with that inference_type, or export FLOAT with post_training int8.",
        )


def _add_fake_quant(config: Any) -> None:
    """Puts fake-quant nodes, with their activation ranges to restore, into the default graph."""
    from object_detection.builders import graph_rewriter_builder

    graph_rewriter_builder.build(config.graph_rewriter, is_training=False)()


if __name__ == "__main__":
    gc.disable()  # a fifth of the time to build a graph goes into looking for garbage
    sys.exit(main(sys.argv[1:]))
