"""The TensorFlow part of an export, run by ``helpers.export`` in a process of its own.

The Object Detection API's exporters and TensorFlow's converter do the work as they are.
"""

from __future__ import annotations

import errno
import os
import sys
import tempfile
from pathlib import Path
from typing import Sequence

from helpers import cvgraph, export, files, pipeline
from helpers.errors import BadInput, HelpersError, JobFailed

TFLITE_GRAPH = "tflite_graph.pb"
# Grey level = 128 + real value * 128, as the quantised models of TensorFlow 1 have it.
UINT8_MEAN_AND_STD = (128, 128)


def main(arguments: Sequence[str]) -> int:
    """Freezes a checkpoint into a folder that holds ``pipeline.config``.

    Args:
        arguments: folder, checkpoint prefix and, for a TensorFlow Lite model, its type.

    Returns:
        The exit code; when it is 1, ``error.json`` in the folder says why.
    """
    folder, checkpoint = Path(arguments[0]), arguments[1]
    try:
        freeze(folder, checkpoint)
        if len(arguments) > 2:
            convert(folder, checkpoint, arguments[2])
    except (HelpersError, OSError) as caught:
        error = files.unwritable(folder, caught) if isinstance(caught, OSError) else caught
        files.write_json(folder / export.ERROR,
                         {"kind": type(error).__name__, "message": str(error)})
        return 1
    return 0


def freeze(folder: Path, checkpoint: str) -> None:
    """Writes the frozen graph and OpenCV's text graph.

    OpenCV cannot run the nodes that the quantisation rewriter adds, so both are made without.

    Raises:
        BadInput: the checkpoint does not fit the config, or OpenCV cannot run the model.
    """
    import tensorflow as tf
    from object_detection import exporter
    config = _without_rewriter(pipeline.read(folder / export.CONFIG))
    with tempfile.TemporaryDirectory(dir=str(folder)) as scratch:
        with tf.Graph().as_default():
            _restoring(checkpoint, exporter.export_inference_graph, "image_tensor",
                       _copy(config), checkpoint, scratch)
        files.copy(Path(scratch) / export.FROZEN_GRAPH, folder / export.FROZEN_GRAPH)
    cvgraph.write(folder / export.FROZEN_GRAPH, config, folder / export.TEXT_GRAPH)


def convert(folder: Path, checkpoint: str, inference_type: str) -> None:
    """Writes the TensorFlow Lite model with its post-processing inside.

    Non-max suppression is the regular one, class by class, because that is what TensorFlow's own
    graph does; the fast one gives other detections.

    Raises:
        BadInput: the checkpoint does not fit the config.
        JobFailed: the converter does not take the model.
    """
    import tensorflow as tf
    from object_detection import export_tflite_ssd_graph_lib as exporter
    config = pipeline.read(folder / export.CONFIG)
    if inference_type == "FLOAT":
        config = _without_rewriter(config)
    nms = config.model.ssd.post_processing.batch_non_max_suppression
    with tempfile.TemporaryDirectory(dir=str(folder)) as scratch:
        with tf.Graph().as_default():
            _restoring(checkpoint, exporter.export_tflite_graph, config, checkpoint, scratch,
                       add_postprocessing_op=True, max_classes_per_detection=1,
                       max_detections=nms.max_total_detections,
                       detections_per_class=nms.max_detections_per_class,
                       use_regular_nms=True, binary_graph_name=TFLITE_GRAPH)
        model = _converted(Path(scratch) / TFLITE_GRAPH, config, inference_type)
    with files.replacing(folder / export.TFLITE) as beside:
        beside.write_bytes(model)


def _converted(graph: Path, config, inference_type: str) -> bytes:
    import tensorflow as tf
    width, height = pipeline.input_size(config)
    converter = tf.lite.TFLiteConverter.from_frozen_graph(
        str(graph), [export.TFLITE_INPUT], list(export.TFLITE_OUTPUTS),
        {export.TFLITE_INPUT: [1, height, width, 3]})
    converter.allow_custom_ops = True
    if inference_type == "QUANTIZED_UINT8":
        converter.inference_type = tf.uint8
        converter.quantized_input_stats = {export.TFLITE_INPUT: UINT8_MEAN_AND_STD}
    try:
        return converter.convert()
    except (RuntimeError, ValueError, tf.lite.ConverterError) as error:
        raise JobFailed(f"TensorFlow Lite's converter did not take the model: "
                        f"{export.cause_in(str(error))}. Export without quantize, or train one "
                        "of the recipes.") from error


def _restoring(checkpoint: str, exporter, *arguments, **options) -> None:
    """Calls one of the Object Detection API's exporters; puts TensorFlow's errors in words."""
    import tensorflow as tf
    try:
        tf.train.load_checkpoint(checkpoint)
        exporter(*arguments, **options)
    except tf.errors.OpError as error:
        # TensorFlow puts general advice in front of what it found.
        found = error.message.split("Original error:")[-1].strip().splitlines()[0]
        if os.strerror(errno.ENOSPC) in error.message:
            raise OSError(errno.ENOSPC, found) from error
        if isinstance(error, (tf.errors.DataLossError, tf.errors.InvalidArgumentError,
                              tf.errors.NotFoundError, tf.errors.OutOfRangeError)):
            raise BadInput.of(checkpoint, found, "the weights of the model in pipeline.config",
                              "Use the config this checkpoint was trained with; if its files are "
                              "damaged, an earlier checkpoint.") from error
        raise JobFailed(f"TensorFlow could not export {checkpoint}: {found}. The checkpoint is "
                        "untouched: export it again.") from error


def _without_rewriter(config):
    plain = _copy(config)
    plain.ClearField("graph_rewriter")
    return plain


def _copy(config):
    copy = type(config)()
    copy.CopyFrom(config)
    return copy


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
