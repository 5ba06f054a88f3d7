"""From a config to a TensorFlow Lite model: raw detector, post-processing, converter."""

from __future__ import annotations

from typing import Any, Iterable

import numpy as np

from helpers.export.exporter import cause_in
from helpers.inference.model_folder import MEAN, STD, TFLITE_INPUT, TFLITE_OUTPUTS
from helpers.pipeline_config import detection_model, exportability, pipeline
from helpers.pipeline_config.export_options import FLOAT, INT8, UINT8
from helpers.structures.errors import JobFailed

# What the post-processing takes, by the names that the API's code looks for.
RAW_OUTPUTS = ("raw_outputs/box_encodings", "raw_outputs/class_predictions", "anchors")
# Grey level = 128 + real value * 128, as the quantized models of TensorFlow 1 have it.
UINT8_MEAN_AND_STD = (128, 128)


def build_raw_detector(config: Any) -> None:
    """Builds the detector, up to ``RAW_OUTPUTS``, in the default graph.

    As the API's ``export_tflite_ssd_graph_lib``, which freezes it from files it writes first, and
    builds it anew for each model.

    Args:
        config: a ``TrainEvalPipelineConfig``.
    """
    import tensorflow as tf
    from object_detection import export_tflite_ssd_graph_lib as api_exporter
    from object_detection.builders import post_processing_builder

    width, height = pipeline.input_size(config)
    image = tf.placeholder(tf.float32, [1, height, width, 3], TFLITE_INPUT)
    model = detection_model.build(config, is_training=False)
    predictions = model.predict(_normalized(model, config, image), None)
    _, as_scores = post_processing_builder.build(config.model.ssd.post_processing)
    outputs = (
        predictions["box_encodings"],
        as_scores(predictions["class_predictions_with_background"]),
        api_exporter.get_const_center_size_encoded_anchors(predictions["anchors"]),
    )
    for name, tensor in zip(RAW_OUTPUTS, outputs):
        tf.identity(tensor, name)


def _normalized(model: Any, config: Any, image: Any) -> Any:
    """What a detector's features are extracted from, out of the input of the TensorFlow Lite model.

    That is -1..1 for every model, which is what all but the ResNets take: these take grey levels
    less the mean of each channel.
    """
    if not config.model.ssd.feature_extractor.type.startswith(exportability.CHANNEL_MEANS):
        return image
    return model._feature_extractor.preprocess(image * STD + MEAN)


def with_post_processing(graph_def: Any, config: Any) -> Any:
    """A ``GraphDef`` with TensorFlow Lite's own post-processing operation appended.

    Non-max suppression is the regular one, class by class, because that is what TensorFlow's own
    graph does; the fast one gives other detections.

    Args:
        graph_def: frozen, with ``RAW_OUTPUTS``.
        config: the ``TrainEvalPipelineConfig`` it was built from.
    """
    from object_detection import export_tflite_ssd_graph_lib as api_exporter

    ssd = config.model.ssd
    nms, coder = ssd.post_processing.batch_non_max_suppression, ssd.box_coder.faster_rcnn_box_coder
    scales = {
        "y_scale": {coder.y_scale},
        "x_scale": {coder.x_scale},
        "h_scale": {coder.height_scale},
        "w_scale": {coder.width_scale},
    }
    return api_exporter.append_postprocessing_op(
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


def convert(
    graph_def: Any, config: Any, kind: str = FLOAT, calibration_images: Iterable[np.ndarray] = ()
) -> bytes:
    """The TensorFlow Lite model of a graph.

    Args:
        graph_def: of :func:`with_post_processing`.
        config: the ``TrainEvalPipelineConfig`` it was built from.
        kind: one of ``export_options.KINDS``.
        calibration_images: for ``int8``, RGB float32 (height, width, 3), grey levels 0..255.

    Raises:
        JobFailed: the converter does not take the model.
    """
    from tensorflow.lite.python import convert as toco

    converter = _converter(graph_def, config)
    _quantize(converter, kind, calibration_images)
    # It would start a process of its own, as it may abort; this is one already.
    toco._toco_from_proto_bin = ""
    try:
        return converter.convert()
    except (RuntimeError, ValueError, toco.ConverterError) as error:
        raise JobFailed(
            f"TensorFlow Lite's converter did not take the model: "
            f"{cause_in(str(error))}. Export without quantize, or train one "
            "of the recipes."
        ) from error


def _converter(graph_def: Any, config: Any) -> Any:
    import tensorflow as tf

    width, height = pipeline.input_size(config)
    inputs = [(TFLITE_INPUT, [1, height, width, 3])]
    converter = tf.lite.TFLiteConverter(graph_def, None, None, inputs, list(TFLITE_OUTPUTS))
    converter.allow_custom_ops = True
    return converter


def _quantize(converter: Any, kind: str, calibration_images: Iterable[np.ndarray]) -> None:
    """Tells a converter which kind of model to make.

    With ``int8``, input and post-processing stay in floats: the converter has no int8 for custom
    operations.
    """
    import tensorflow as tf

    if kind == UINT8:
        converter.inference_type = tf.uint8
        converter.quantized_input_stats = {TFLITE_INPUT: UINT8_MEAN_AND_STD}
    elif kind != FLOAT:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if kind == INT8:
        converter.representative_dataset = tf.lite.RepresentativeDataset(
            lambda: ([((image - MEAN) / STD)[None]] for image in calibration_images)
        )
