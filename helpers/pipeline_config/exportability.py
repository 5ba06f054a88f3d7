"""Whether what a ``pipeline.config`` describes can be exported, told before it is trained."""

from __future__ import annotations

from pathlib import Path
from typing import Any, List, Sequence, Tuple, Union

from helpers.pipeline_config import pipeline, two_stage
from helpers.pipeline_config.export_options import DEFAULTS, UINT8, ExportOptions
from helpers.structures.errors import BadInput
from helpers.workspace import TrainingChannel

PYRAMIDS = (
    "ssd_mobilenet_v1_fpn",
    "ssd_mobilenet_v2_fpn",
    "ssd_resnet50_v1_fpn",
    "ssd_resnet101_v1_fpn",
    "ssd_resnet152_v1_fpn",
)
EXTRACTORS = (
    "ssd_inception_v2",
    "ssd_mobilenet_v1",
    "ssd_mobilenet_v1_ppn",
    "ssd_mobilenet_v2",
    *PYRAMIDS,
)
CHANNEL_MEANS = "ssd_resnet"  # extractors that take grey levels less a mean for each channel
SHARED = "weight_shared_convolutional_box_predictor"
_HIGHEST_ADDED_LEVEL = 5  # of a feature pyramid; those above it are convolutions of it
PREDICTORS = ("convolutional_box_predictor", SHARED)
ANCHORS = ("ssd_anchor_generator", "multiscale_anchor_generator")


def check(
    config: Any, options: ExportOptions = DEFAULTS, where: Union[str, Path] = TrainingChannel.CONFIG
) -> None:
    """Tells whether ``export.export`` will accept a config; needs no TensorFlow.

    Args:
        config: a ``TrainEvalPipelineConfig``.
        options: of the export.
        where: the config's file, for the message.

    Raises:
        BadInput: names what cannot be exported and what to do.
    """
    check_opencv(config, where)
    if options.tflite and two_stage.is_two_stage(config):
        raise BadInput.of(
            where,
            "a two-stage detector for TensorFlow Lite",
            "an SSD, since TensorFlow Lite has no operation that crops proposals from features",
            "Leave the hyperparameter quantize at False and run it in OpenCV, or train an SSD; "
            "the nearest is ssd_resnet_50_fpn_coco.",
        )
    extractor = config.model.ssd.feature_extractor.type
    if options.kind == UINT8 and extractor.startswith(CHANNEL_MEANS):
        raise BadInput.of(
            where,
            f"the feature extractor {extractor}, whose input has a mean for each channel",
            "one mean for all channels, as inference_type QUANTIZED_UINT8 has it",
            "Export FLOAT, with post_training int8 where the model must be small.",
        )
    width, height = pipeline.input_size(config)
    image_size = int(options.image_size or 0) if options.kind else 0
    if image_size and (width, height) != (image_size, image_size):
        raise BadInput.of(
            where,
            f"an input of {width}x{height}",
            f"image_size {image_size}x{image_size}",
            "Leave image_size out: a network keeps "
            "the size it is trained with. To train with the other, make the config "
            f"again with: python -m helpers pipeline --image-size {image_size}",
        )


def check_opencv(config: Any, where: Union[str, Path] = TrainingChannel.CONFIG) -> None:
    """Tells whether OpenCV can run the model of a config; needs no TensorFlow.

    Args:
        config: a ``TrainEvalPipelineConfig``.
        where: the config's file, for the message.

    Raises:
        BadInput: names the part of the model that OpenCV has no counterpart of.
    """
    kind = config.model.WhichOneof("model")
    if kind not in ("ssd", two_stage.KIND):
        raise _unsupported(where, f"the model {kind}", f"ssd or {two_stage.KIND}")
    pipeline.input_size(config)
    if kind == two_stage.KIND:
        _require(two_stage.limits(config), where)
        return
    ssd = config.model.ssd
    for part, oneof, known in (
        (ssd.box_predictor, "box_predictor_oneof", PREDICTORS),
        (ssd.anchor_generator, "anchor_generator_oneof", ANCHORS),
        (ssd.box_coder, "box_coder_oneof", ("faster_rcnn_box_coder",)),
    ):
        if part.WhichOneof(oneof) not in known:
            raise _unsupported(where, str(part.WhichOneof(oneof)), " or ".join(known))
    _require(
        [*_input_limits(ssd), *_pyramid_limits(ssd), *_predictor_limits(ssd), *_output_limits(ssd)],
        where,
    )


def _require(limits: Sequence[Tuple[str, bool, str]], where: Union[str, Path]) -> None:
    for value, unsupported, expected in limits:
        if unsupported:
            raise _unsupported(where, value, expected)


def score_converter(ssd: Any) -> str:
    """The name of what turns an ``Ssd``'s logits into scores, as in ``SIGMOID``."""
    post = ssd.post_processing
    return type(post).ScoreConverter.Name(post.score_converter)


def _input_limits(ssd: Any) -> List[Tuple[str, bool, str]]:
    """Value, whether OpenCV lacks it, and what it has, from the image to the features."""
    resizer = ssd.image_resizer.fixed_shape_resizer
    kind = ssd.feature_extractor.type
    multiple = max(1, ssd.feature_extractor.pad_to_multiple)
    uneven = bool(resizer.width % multiple or resizer.height % multiple)
    return [
        (f"the feature extractor {kind}", kind not in EXTRACTORS, " or ".join(EXTRACTORS)),
        (f"pad_to_multiple: {multiple}", uneven, "a divisor of width and height"),
        ("a resize_method", resizer.resize_method != 0, "BILINEAR"),
        ("convert_to_grayscale", resizer.convert_to_grayscale, "colour images"),
        ("add_background_class: false", not ssd.add_background_class, "true"),
    ]


def _predictor_limits(ssd: Any) -> List[Tuple[str, bool, str]]:
    """As :func:`_input_limits`, of the box predictor."""
    kind = ssd.box_predictor.WhichOneof("box_predictor_oneof")
    predictor = getattr(ssd.box_predictor, kind)
    clipped = predictor.HasField("box_encodings_clip_range")
    if kind == SHARED:
        converter = type(predictor).ScoreConverter.Name(predictor.score_converter)
        scores = (f"score_converter: {converter} in the predictor", converter != "IDENTITY")
    else:
        scores = ("apply_sigmoid_to_scores", predictor.apply_sigmoid_to_scores)
    return [
        (*scores, "a score_converter in post_processing"),
        ("box_encodings_clip_range", clipped, "none"),
    ]


def _pyramid_limits(ssd: Any) -> List[Tuple[str, bool, str]]:
    """As :func:`_input_limits`, of a feature pyramid network (FPN).

    Its levels are enlarged to twice their size and added, so each must be half the one below.
    """
    extractor, resizer = ssd.feature_extractor, ssd.image_resizer.fixed_shape_resizer
    if extractor.type not in PYRAMIDS:
        return []
    multiple = 2 ** min(_HIGHEST_ADDED_LEVEL, extractor.fpn.max_level)
    uneven = bool(resizer.width % multiple or resizer.height % multiple)
    size = f"{resizer.width}x{resizer.height}"
    return [
        ("use_explicit_padding in a feature pyramid", extractor.use_explicit_padding, "false"),
        (f"an input of {size}", uneven, f"width and height that are multiples of {multiple}"),
    ]


def _output_limits(ssd: Any) -> List[Tuple[str, bool, str]]:
    """As :func:`_input_limits`, of the post-processing."""
    post, nms = ssd.post_processing, ssd.post_processing.batch_non_max_suppression
    converter = score_converter(ssd)
    capped = ssd.num_classes > 1 and nms.max_detections_per_class != nms.max_total_detections
    return [
        (f"score_converter: {converter}", converter == "IDENTITY", "SIGMOID or SOFTMAX"),
        (f"logit_scale: {post.logit_scale}", post.logit_scale != 1, "1"),
        ("calibration_config", post.HasField("calibration_config"), "none"),
        (f"soft_nms_sigma: {nms.soft_nms_sigma}", nms.soft_nms_sigma != 0, "0"),
        ("use_class_agnostic_nms", nms.use_class_agnostic_nms, "non-max suppression by class"),
        (
            f"max_detections_per_class: {nms.max_detections_per_class}",
            capped,
            f"max_total_detections ({nms.max_total_detections})",
        ),
    ]


def _unsupported(where: Union[str, Path], found: str, expected: str) -> BadInput:
    return BadInput.of(
        where,
        found,
        expected,
        "OpenCV could not run the model as TensorFlow "
        "does: change the config, and train with the changed one.",
    )
