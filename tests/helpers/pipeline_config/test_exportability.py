"""What can be exported is told before it is trained."""

import pytest
import ssd_architectures
import tiny_model
from tiny_model import EXTRACTOR, NMS, POST_PROCESSING, PREDICTOR, REWRITER

from helpers.pipeline_config import exportability
from helpers.pipeline_config.export_options import ExportOptions
from helpers.structures.errors import BadInput

RESIZER = "model { ssd { image_resizer { fixed_shape_resizer { %s } } } }"
HEIGHT = RESIZER % "height: 160"


@pytest.mark.parametrize(
    "changes, options, message",
    [
        pytest.param(
            "",
            dict(inference_type="INT8"),
            "inference_type: .*'INT8', expected FLOAT or QUANT",
            id="unknown inference_type",
        ),
        pytest.param(
            "",
            dict(post_training="INT4"),
            "post_training: .*'INT4', expected none, weights or int8",
            id="unknown post_training",
        ),
        pytest.param(
            REWRITER,
            dict(inference_type="QUANTIZED_UINT8", post_training="int8"),
            "post_training: .*'int8' with inference_type QUANTIZED_UINT8, expected none",
            id="quantized twice",
        ),
        pytest.param(
            "", dict(image_size=300), "my.config: .*160x128, expected .*300x300", id="wide input"
        ),
        pytest.param(
            HEIGHT,
            dict(image_size="300"),
            "my.config: .*160x160, expected image_size 300x300.*image_size out.*--image-size 300",
            id="smaller input",
        ),
        pytest.param(
            POST_PROCESSING % "logit_scale: 2", {}, "my.config: .*logit_scale", id="logit scale"
        ),
    ],
)
def test_what_cannot_be_exported_is_refused_before_training(changes, options, message):
    with pytest.raises(BadInput, match=message):
        exportability.check(tiny_model.config(changes), ExportOptions(**options), "my.config")


@pytest.mark.parametrize(
    "changes, options",
    [
        ("", {}),
        (HEIGHT, dict(image_size=160)),
        (HEIGHT, dict(image_size="160")),
        ("", dict(tflite=False, image_size=300, inference_type="QUANTIZED_UINT8")),
        ("", dict(post_training="weights")),
        ("", dict(post_training="int8")),
        (REWRITER, dict(inference_type="QUANTIZED_UINT8")),
        ("", dict(inference_type="QUANTIZED_UINT8")),
    ],
    ids=[
        "no options",
        "image size",
        "image size as text",
        "no TFLite",
        "post-training weights",
        "post-training int8",
        "QAT",
        "calibrated uint8",
    ],
)
def test_what_can_be_exported_is_accepted(changes, options):
    exportability.check(tiny_model.config(changes), ExportOptions(**options))


@pytest.mark.parametrize(
    "changes, message",
    [
        (EXTRACTOR % 'type: "ssd_pnasnet"', "ssd_pnasnet"),
        (EXTRACTOR % "pad_to_multiple: 50", "pad_to_multiple: 50"),
        (RESIZER % "resize_method: NEAREST_NEIGHBOR", "resize_method"),
        (RESIZER % "convert_to_grayscale: true", "convert_to_grayscale"),
        (PREDICTOR % "apply_sigmoid_to_scores: true", "apply_sigmoid_to_scores"),
        (PREDICTOR % "box_encodings_clip_range { min: -1 max: 1 }", "box_encodings_clip_range"),
        ("model { ssd { add_background_class: false } }", "add_background_class"),
        ("model { ssd { box_predictor { rfcn_box_predictor { } } } }", "rfcn_box_predictor"),
        (
            "model { ssd { anchor_generator { grid_anchor_generator { } } } }",
            "grid_anchor_generator",
        ),
        ("model { ssd { box_coder { mean_stddev_box_coder { } } } }", "mean_stddev_box_coder"),
        (
            "model { ssd { image_resizer { keep_aspect_ratio_resizer { } } } }",
            "fixed_shape_resizer",
        ),
        (POST_PROCESSING % "score_converter: IDENTITY", "IDENTITY"),
        (POST_PROCESSING % "logit_scale: 2", "logit_scale: 2"),
        (POST_PROCESSING % "calibration_config { }", "calibration_config"),
        (NMS % "soft_nms_sigma: 0.5", "soft_nms_sigma: 0.5"),
        (NMS % "use_class_agnostic_nms: true", "use_class_agnostic_nms"),
        (NMS % "max_detections_per_class: 20", "max_detections_per_class: 20"),
        ("model { faster_rcnn { } }", "fixed_shape_resizer"),
    ],
    ids=[
        "feature extractor",
        "padding",
        "nearest neighbour",
        "greyscale",
        "sigmoid in the predictor",
        "clipped box encodings",
        "no background class",
        "predictor of two stages",
        "anchors of two stages",
        "mean/stddev box coder",
        "keep aspect ratio",
        "identity scores",
        "logit scale",
        "calibration",
        "soft NMS",
        "class-agnostic NMS",
        "fewer detections a class",
        "Faster R-CNN",
    ],
)
def test_a_config_that_opencv_cannot_run_is_refused(changes, message):
    with pytest.raises(BadInput, match=message):
        exportability.check_opencv(tiny_model.config(changes), "pipeline.config")


SHARED = "model { ssd { box_predictor { weight_shared_convolutional_box_predictor { %s } } } }"


@pytest.mark.parametrize(
    "changes, message",
    [
        pytest.param(
            RESIZER % "width: 300 height: 300", "300x300, expected .* 32", id="levels do not halve"
        ),
        pytest.param(
            RESIZER % "width: 48 height: 64" + EXTRACTOR % "fpn { max_level: 4 }", "", id="level 4"
        ),
        pytest.param(EXTRACTOR % "use_explicit_padding: true", "explicit_padding", id="padding"),
        pytest.param(SHARED % "score_converter: SIGMOID", "SIGMOID in the predictor", id="scores"),
        pytest.param(SHARED % "box_encodings_clip_range { }", "clip_range", id="clipped boxes"),
    ],
)
def test_the_limits_of_a_feature_pyramid(changes, message):
    config = ssd_architectures.config("ssd_mobilenet_v1_fpn", changes)
    if not message:
        exportability.check_opencv(config)
        return
    with pytest.raises(BadInput, match=message):
        exportability.check_opencv(config)


def test_a_mean_for_each_channel_is_refused_with_quantized_input():
    config = ssd_architectures.config("ssd_resnet50_v1_fpn", REWRITER)
    exportability.check(config, ExportOptions(post_training="int8"))
    with pytest.raises(BadInput, match="ssd_resnet50_v1_fpn.*, expected .*QUANTIZED_UINT8"):
        exportability.check(config, ExportOptions(inference_type="QUANTIZED_UINT8"))


@pytest.mark.parametrize("name", sorted(ssd_architectures.ALL))
def test_each_architecture_of_the_zoo_is_accepted(name):
    exportability.check(ssd_architectures.config(name), ExportOptions())


@pytest.mark.parametrize(
    "changes",
    [
        "",
        NMS % "max_detections_per_class: 50 max_total_detections: 50",
        POST_PROCESSING % "score_converter: SOFTMAX",
        EXTRACTOR % "pad_to_multiple: 32",
    ],
    ids=["the recipe", "fewer detections", "softmax", "padding that divides"],
)
def test_a_config_that_opencv_can_run_is_accepted(changes):
    exportability.check_opencv(tiny_model.config(changes))
