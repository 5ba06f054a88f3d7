"""The TensorFlow parts of an export, each run by ``export`` in a process of its own.

The Object Detection API builds the graphs and TensorFlow's converter converts them, as they are.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import sys
from pathlib import Path
from typing import Iterable, Iterator, List, Sequence

import numpy as np

from helpers.annotations import label_map_file
from helpers.export import export, opencv_text_graph, quantization
from helpers.pipeline_config import pipeline
from helpers.structures.errors import BadInput, HelpersError, JobFailed
from helpers.system import files

# What the post-processing takes, by the names that the API's code looks for.
_RAW = ("raw_outputs/box_encodings", "raw_outputs/class_predictions", "anchors")
# Grey level = 128 + real value * 128, as the quantized models of TensorFlow 1 have it.
UINT8_MEAN_AND_STD = (128, 128)


def main(arguments: Sequence[str]) -> int:
    """Makes one of the models in a folder that holds ``pipeline.config``.

    Args:
        arguments: folder, checkpoint prefix and what to make: ``export.FROZEN_GRAPH``, or a kind
            of TensorFlow Lite model; after that the records that ``int8`` is measured on.

    Returns:
        The exit code; when it is 1, ``export.error_file`` says why.
    """
    folder, checkpoint, wanted = Path(arguments[0]), arguments[1], arguments[2]
    try:
        if wanted == export.FROZEN_GRAPH:
            freeze(folder, checkpoint)
        else:
            convert(folder, checkpoint, wanted, arguments[3:])
    except (HelpersError, OSError) as caught:
        error = files.unwritable(folder, caught) if isinstance(caught, OSError) else caught
        files.write_json(
            export.error_file(folder, wanted), {"kind": type(error).__name__, "message": str(error)}
        )
        return 1
    return 0


def freeze(folder: Path, checkpoint: str) -> None:
    """Writes the frozen graph and OpenCV's text graph.

    OpenCV cannot run the nodes that the quantization rewriter adds, so both are made without. The
    API's own script does the same after it has written three more copies of the model, and takes
    twice as long.

    Raises:
        BadInput: the checkpoint does not fit the config, or OpenCV cannot run the model.
    """
    import tensorflow as tf

    config = _without_rewriter(pipeline.read(folder / export.CONFIG))
    with tf.Graph().as_default(), tf.Session() as session:
        frozen = _frozen(session, config, checkpoint, detector(config))
    _write(folder / export.FROZEN_GRAPH, frozen.SerializeToString())
    opencv_text_graph.write(folder / export.FROZEN_GRAPH, config, folder / export.TEXT_GRAPH)


def _frozen(session, config, checkpoint: str, outputs: Sequence[str]):
    """The session's graph as a ``GraphDef`` with a checkpoint's weights as constants."""
    import tensorflow as tf

    with _said_of(checkpoint):
        tf.train.load_checkpoint(checkpoint)
        _saver(config).restore(session, checkpoint)
    return tf.graph_util.convert_variables_to_constants(
        session, session.graph.as_graph_def(), list(outputs)
    )


def detector(config) -> List[str]:
    """Builds the detector of a config in the default graph, as the API's exporter does.

    Args:
        config: a ``TrainEvalPipelineConfig`` without the quantization rewriter.

    Returns:
        The names of its outputs, sorted; its input is ``image_tensor``.
    """
    from object_detection import exporter
    from object_detection.builders import model_builder

    model = model_builder.build(config.model, is_training=False)
    outputs, _ = exporter.build_detection_graph("image_tensor", model, None, "inference_op", None)
    return sorted(outputs)


def _saver(config):
    import tensorflow as tf

    if config.eval_config.use_moving_averages:
        return tf.train.Saver(tf.train.ExponentialMovingAverage(0.0).variables_to_restore())
    return tf.train.Saver()


def convert(folder: Path, checkpoint: str, kind: str, records: Sequence[str] = ()) -> None:
    """Writes the TensorFlow Lite model, and beside one of eight bits the float model.

    The float model is written first, so that it is there should the other fail.

    Args:
        folder: with ``pipeline.config`` and the label map.
        checkpoint: its prefix.
        kind: one of ``quantization.KINDS``.
        records: of the train split, for ``int8``.

    Raises:
        BadInput: the checkpoint does not fit the config.
        JobFailed: the converter does not take the model.
    """
    import tensorflow as tf

    config, label_map = pipeline.read(folder / export.CONFIG), folder / export.LABEL_MAP
    with tf.Graph().as_default(), tf.Session() as session:
        _raw_detector(config)
        graph = _with_post_processing(_frozen(session, config, checkpoint, _RAW), config)
        if kind != quantization.FLOAT:
            _write(folder / export.TFLITE_FLOAT, _converted(_converter(graph, config)))
        if kind == quantization.UINT8:
            _check_ranges(checkpoint)
            _rewrite(config)
            graph = _with_post_processing(_frozen(session, config, checkpoint, _RAW), config)
    converter = _converter(graph, config)
    _quantize(
        converter,
        kind,
        quantization.pixels(records, label_map_file.read(label_map), *pipeline.input_size(config)),
    )
    _write(folder / export.TFLITE, _converted(converter))


def _write(path: Path, content: bytes) -> None:
    with files.replacing(path) as beside:
        beside.write_bytes(content)


def _check_ranges(checkpoint: str) -> None:
    import tensorflow as tf

    with _said_of(checkpoint):
        variables = tf.train.load_checkpoint(checkpoint).get_variable_to_shape_map()
    if not quantization.has_fake_quant(sorted(variables)):
        raise BadInput.of(
            checkpoint,
            "the weights of a training without eight bits",
            "the ranges of all values, for inference_type QUANTIZED_UINT8",
            "Train with that inference_type, or export FLOAT with post_training int8.",
        )


def _raw_detector(config) -> None:
    """Builds the detector up to what TensorFlow Lite's post-processing takes.

    As the API's ``export_tflite_ssd_graph_lib``, which freezes it from files it writes first, and
    builds it anew for each model.
    """
    import tensorflow as tf
    from object_detection import export_tflite_ssd_graph_lib as exporter
    from object_detection.builders import model_builder, post_processing_builder

    width, height = pipeline.input_size(config)
    image = tf.placeholder(tf.float32, [1, height, width, 3], export.TFLITE_INPUT)
    found = model_builder.build(config.model, is_training=False).predict(image, None)
    _, as_scores = post_processing_builder.build(config.model.ssd.post_processing)
    for name, tensor in zip(
        _RAW,
        (
            found["box_encodings"],
            as_scores(found["class_predictions_with_background"]),
            exporter.get_const_center_size_encoded_anchors(found["anchors"]),
        ),
    ):
        tf.identity(tensor, name)


def _rewrite(config) -> None:
    """Puts simulated eight bits, with their ranges to restore, into the default graph."""
    from object_detection.builders import graph_rewriter_builder

    graph_rewriter_builder.build(config.graph_rewriter, is_training=False)()


def _with_post_processing(graph_def, config):
    """Appends TensorFlow Lite's own operation to a ``GraphDef``.

    Non-max suppression is the regular one, class by class, because that is what TensorFlow's own
    graph does; the fast one gives other detections.
    """
    from object_detection import export_tflite_ssd_graph_lib as exporter

    ssd = config.model.ssd
    nms, coder = ssd.post_processing.batch_non_max_suppression, ssd.box_coder.faster_rcnn_box_coder
    scales = {
        "y_scale": {coder.y_scale},
        "x_scale": {coder.x_scale},
        "h_scale": {coder.height_scale},
        "w_scale": {coder.width_scale},
    }
    return exporter.append_postprocessing_op(
        graph_def,
        nms.max_total_detections,
        1,
        {nms.score_threshold},
        {nms.iou_threshold},
        ssd.num_classes,
        scales,
        nms.max_detections_per_class,
        True,
    )


def _converter(graph_def, config):
    import tensorflow as tf

    width, height = pipeline.input_size(config)
    converter = tf.lite.TFLiteConverter(
        graph_def,
        None,
        None,
        [(export.TFLITE_INPUT, [1, height, width, 3])],
        list(export.TFLITE_OUTPUTS),
    )
    converter.allow_custom_ops = True
    return converter


def _quantize(converter, kind: str, pixels: Iterable[np.ndarray]) -> None:
    """Tells a converter which kind of model to make.

    With ``int8``, input and post-processing stay in floats: the converter has no int8 for custom
    operations.
    """
    import tensorflow as tf

    if kind == quantization.UINT8:
        converter.inference_type = tf.uint8
        converter.quantized_input_stats = {export.TFLITE_INPUT: UINT8_MEAN_AND_STD}
    elif kind != quantization.FLOAT:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if kind == quantization.INT8:
        converter.representative_dataset = tf.lite.RepresentativeDataset(
            lambda: ([((one - export.MEAN) / export.STD)[None]] for one in pixels)
        )


def _converted(converter) -> bytes:
    from tensorflow.lite.python import convert as toco

    # It would start a process of its own, as it may abort; this is one already.
    toco._toco_from_proto_bin = ""
    try:
        return converter.convert()
    except (RuntimeError, ValueError, toco.ConverterError) as error:
        raise JobFailed(
            f"TensorFlow Lite's converter did not take the model: "
            f"{export.cause_in(str(error))}. Export without quantize, or train one "
            "of the recipes."
        ) from error


@contextlib.contextmanager
def _said_of(checkpoint: str) -> Iterator[None]:
    """Puts TensorFlow's errors with a checkpoint in words."""
    import tensorflow as tf

    try:
        yield
    except tf.errors.OpError as error:
        # TensorFlow puts general advice in front of what it found.
        found = error.message.split("Original error:")[-1].strip().splitlines()[0]
        if os.strerror(errno.ENOSPC) in error.message:
            raise OSError(errno.ENOSPC, found) from error
        if isinstance(
            error,
            (
                tf.errors.DataLossError,
                tf.errors.InvalidArgumentError,
                tf.errors.NotFoundError,
                tf.errors.OutOfRangeError,
            ),
        ):
            raise BadInput.of(
                checkpoint,
                found,
                "the weights of the model in pipeline.config",
                "Use the config this checkpoint was trained with; if its files are "
                "damaged, an earlier checkpoint.",
            ) from error
        raise JobFailed(
            f"TensorFlow could not export {checkpoint}: {found}. The checkpoint is "
            "untouched: export it again."
        ) from error


def _without_rewriter(config):
    plain = type(config)()
    plain.CopyFrom(config)
    plain.ClearField("graph_rewriter")
    return plain


if __name__ == "__main__":
    gc.disable()  # a fifth of the time to build a graph goes into looking for garbage
    sys.exit(main(sys.argv[1:]))
