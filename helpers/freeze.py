"""The TensorFlow parts of an export, each run by ``helpers.export`` in a process of its own.

The Object Detection API builds the graphs and TensorFlow's converter converts them, as they are.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import tempfile
from pathlib import Path
from typing import Iterator, List, Sequence

from helpers import cvgraph, export, files, pipeline
from helpers.errors import BadInput, HelpersError, JobFailed

TFLITE_GRAPH = "tflite_graph.pb"
# Grey level = 128 + real value * 128, as the quantised models of TensorFlow 1 have it.
UINT8_MEAN_AND_STD = (128, 128)


def main(arguments: Sequence[str]) -> int:
    """Makes one of the models in a folder that holds ``pipeline.config``.

    Args:
        arguments: folder, checkpoint prefix and what to make: ``export.FROZEN_GRAPH``, or a
            TensorFlow Lite model by its inference type.

    Returns:
        The exit code; when it is 1, ``export.error_file`` says why.
    """
    folder, checkpoint, wanted = Path(arguments[0]), arguments[1], arguments[2]
    try:
        if wanted == export.FROZEN_GRAPH:
            freeze(folder, checkpoint)
        else:
            convert(folder, checkpoint, wanted)
    except (HelpersError, OSError) as caught:
        error = files.unwritable(folder, caught) if isinstance(caught, OSError) else caught
        files.write_json(export.error_file(folder, wanted),
                         {"kind": type(error).__name__, "message": str(error)})
        return 1
    return 0


def freeze(folder: Path, checkpoint: str) -> None:
    """Writes the frozen graph and OpenCV's text graph.

    OpenCV cannot run the nodes that the quantisation rewriter adds, so both are made without. The
    API's own script does the same after it has written three more copies of the model, and takes
    twice as long.

    Raises:
        BadInput: the checkpoint does not fit the config, or OpenCV cannot run the model.
    """
    import tensorflow as tf
    config = _without_rewriter(pipeline.read(folder / export.CONFIG))
    with tf.Graph().as_default() as graph, tf.Session() as session:
        outputs = detector(config)
        with _said_of(checkpoint):
            tf.train.load_checkpoint(checkpoint)
            _saver(config).restore(session, checkpoint)
        frozen = tf.graph_util.convert_variables_to_constants(
            session, graph.as_graph_def(), outputs)
    with files.replacing(folder / export.FROZEN_GRAPH) as beside:
        beside.write_bytes(frozen.SerializeToString())
    cvgraph.write(folder / export.FROZEN_GRAPH, config, folder / export.TEXT_GRAPH)


def detector(config) -> List[str]:
    """Builds the detector of a config in the default graph, as the API's exporter does.

    Args:
        config: a ``TrainEvalPipelineConfig`` without the quantisation rewriter.

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
        with tf.Graph().as_default(), _said_of(checkpoint):
            exporter.export_tflite_graph(
                config, checkpoint, scratch, add_postprocessing_op=True,
                max_classes_per_detection=1, max_detections=nms.max_total_detections,
                detections_per_class=nms.max_detections_per_class, use_regular_nms=True,
                binary_graph_name=TFLITE_GRAPH)
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
        if isinstance(error, (tf.errors.DataLossError, tf.errors.InvalidArgumentError,
                              tf.errors.NotFoundError, tf.errors.OutOfRangeError)):
            raise BadInput.of(checkpoint, found, "the weights of the model in pipeline.config",
                              "Use the config this checkpoint was trained with; if its files are "
                              "damaged, an earlier checkpoint.") from error
        raise JobFailed(f"TensorFlow could not export {checkpoint}: {found}. The checkpoint is "
                        "untouched: export it again.") from error


def _without_rewriter(config):
    plain = type(config)()
    plain.CopyFrom(config)
    plain.ClearField("graph_rewriter")
    return plain


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
