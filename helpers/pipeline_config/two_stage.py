"""Two-stage detectors (Faster R-CNN): what of them OpenCV can run, and how a config gets there.

Ren et al., "Faster R-CNN: Towards Real-Time Object Detection with Region Proposal Networks", 2015.
The zoo's configs resize an image to 600 pixels on its shorter edge, so that every image has an
input of its own size. OpenCV's text graph has one size, so a config is given one.
"""

from __future__ import annotations

import logging
from typing import Any, List, Tuple

KIND = "faster_rcnn"  # as ``model`` calls it
EXTRACTORS = ("faster_rcnn_inception_v2", "faster_rcnn_resnet50", "faster_rcnn_resnet101")
SMALLEST_INPUT = 33  # pixels; the feature extractors refuse less when they run
_STRIDE = 16  # that of the features; for 8 the API dilates convolutions in a way of its own
_KEEPS_RATIO = "keep_aspect_ratio_resizer"

log = logging.getLogger(__name__)
Limit = Tuple[str, bool, str]


def is_two_stage(config: Any) -> bool:
    """Whether a ``TrainEvalPipelineConfig`` describes a Faster R-CNN."""
    return bool(config.model.WhichOneof("model") == KIND)


def make_runnable(model: Any) -> None:
    """Gives a ``FasterRcnn`` what OpenCV needs and the zoo's configs do not have.

    An input of one size: a resizer that keeps the aspect ratio becomes one to a square of its
    shorter edge. One limit for the detections of an image and of each class: OpenCV cannot cap a
    class below that. And no more proposals to train on in an image than there are.

    Args:
        model: of a ``TrainEvalPipelineConfig``; changed.
    """
    if model.image_resizer.WhichOneof("image_resizer_oneof") == _KEEPS_RATIO:
        edge = model.image_resizer.keep_aspect_ratio_resizer.min_dimension
        shape = model.image_resizer.fixed_shape_resizer  # which clears the other one
        shape.width = shape.height = edge
        log.warning(
            "%s becomes fixed_shape_resizer, %dx%d pixels: OpenCV needs one input size. "
            "Choose another: pipeline --image-size, or IMAGE_SIZE in notebook 2.",
            _KEEPS_RATIO,
            edge,
            edge,
        )
    nms = model.second_stage_post_processing.batch_non_max_suppression
    nms.max_detections_per_class = nms.max_total_detections
    # More the API refuses to train; the zoo's models with few proposals were only evaluated so.
    model.second_stage_batch_size = min(
        model.second_stage_batch_size, model.first_stage_max_proposals
    )


def limits(config: Any) -> List[Limit]:
    """Value, whether OpenCV lacks it, and what it has.

    Args:
        config: a ``TrainEvalPipelineConfig`` of a Faster R-CNN with a fixed input size.
    """
    model = config.model.faster_rcnn
    return [*_input_limits(model), *_first_stage_limits(model), *_second_stage_limits(model)]


def _input_limits(model: Any) -> List[Limit]:
    resizer, extractor = model.image_resizer.fixed_shape_resizer, model.feature_extractor
    size = f"an input of {resizer.width}x{resizer.height}"
    small = min(resizer.width, resizer.height) < SMALLEST_INPUT
    stride = extractor.first_stage_features_stride
    return [
        (
            f"the feature extractor {extractor.type}",
            extractor.type not in EXTRACTORS,
            " or ".join(EXTRACTORS),
        ),
        (size, small, f"{SMALLEST_INPUT} pixels or more each way"),
        ("a resize_method", resizer.resize_method != 0, "BILINEAR"),
        ("convert_to_grayscale", resizer.convert_to_grayscale, "colour images"),
        (f"first_stage_features_stride: {stride}", stride != _STRIDE, str(_STRIDE)),
    ]


def _first_stage_limits(model: Any) -> List[Limit]:
    kind = model.first_stage_anchor_generator.WhichOneof("anchor_generator_oneof")
    grid = model.first_stage_anchor_generator.grid_anchor_generator
    rate, overlap = model.first_stage_atrous_rate, model.first_stage_nms_iou_threshold
    uneven = grid.height_stride != grid.width_stride
    shifted = bool(grid.height_offset or grid.width_offset)
    static = model.use_static_shapes and model.use_static_shapes_for_eval
    return [
        (f"number_of_stages: {model.number_of_stages}", model.number_of_stages != 2, "2"),
        (f"the anchor generator {kind}", kind != "grid_anchor_generator", "grid_anchor_generator"),
        ("height_stride and width_stride that differ", uneven, "one stride"),
        ("height_offset or width_offset", shifted, "0"),
        (f"first_stage_atrous_rate: {rate}", rate != 1, "1"),
        (f"first_stage_nms_iou_threshold: {overlap:g}", overlap <= 0, "more than 0"),
        ("use_matmul_crop_and_resize", model.use_matmul_crop_and_resize, "false"),
        ("use_static_shapes_for_eval", static, "false"),
        (f"initial_crop_size: {model.initial_crop_size}", model.initial_crop_size < 2, "2 or more"),
    ]


def _second_stage_limits(model: Any) -> List[Limit]:
    kind = model.second_stage_box_predictor.WhichOneof("box_predictor_oneof")
    predictor = model.second_stage_box_predictor.mask_rcnn_box_predictor
    post = model.second_stage_post_processing
    nms = post.batch_non_max_suppression
    converter = type(post).ScoreConverter.Name(post.score_converter)
    capped = model.num_classes > 1 and nms.max_detections_per_class < nms.max_total_detections
    return [
        (f"the box predictor {kind}", kind != "mask_rcnn_box_predictor", "mask_rcnn_box_predictor"),
        ("predict_instance_masks", predictor.predict_instance_masks, "boxes alone"),
        ("predict_keypoints", predictor.predict_keypoints, "boxes alone"),
        ("share_box_across_classes", predictor.share_box_across_classes, "false"),
        (f"score_converter: {converter}", converter != "SOFTMAX", "SOFTMAX"),
        (f"logit_scale: {post.logit_scale:g}", post.logit_scale != 1, "1"),
        ("calibration_config", post.HasField("calibration_config"), "none"),
        (f"soft_nms_sigma: {nms.soft_nms_sigma:g}", nms.soft_nms_sigma != 0, "0"),
        (f"iou_threshold: {nms.iou_threshold:g}", nms.iou_threshold <= 0, "more than 0"),
        ("use_class_agnostic_nms", nms.use_class_agnostic_nms, "non-max suppression by class"),
        ("use_static_shapes", nms.use_static_shapes, "false"),
        (
            f"max_detections_per_class: {nms.max_detections_per_class}",
            capped,
            f"max_total_detections ({nms.max_total_detections})",
        ),
    ]
