"""What of a Faster R-CNN OpenCV can run, and how the zoo's configs get there."""

import logging

import pytest
import two_stage_model
from two_stage_model import EXTRACTORS, MODEL, NMS, POST_PROCESSING, PREDICTOR

from helpers.pipeline_config import exportability, pipeline, two_stage
from helpers.pipeline_config.export_options import ExportOptions
from helpers.structures.errors import BadInput

OPENCV = ExportOptions(tflite=False)
RESIZER = MODEL % "image_resizer { fixed_shape_resizer { %s } }"
EXTRACTOR = MODEL % "feature_extractor { %s }"
GRID = MODEL % "first_stage_anchor_generator { grid_anchor_generator { %s } }"


@pytest.mark.parametrize("extractor", EXTRACTORS)
def test_a_config_of_the_zoo_becomes_one_that_opencv_runs(extractor, caplog):
    config = two_stage_model.zoo_config(extractor)
    with pytest.raises(BadInput, match="fixed_shape_resizer"):
        exportability.check(config, OPENCV)
    with caplog.at_level(logging.WARNING):
        two_stage.make_runnable(config.model.faster_rcnn)
    assert "keep_aspect_ratio_resizer" in caplog.text and "600x600" in caplog.text
    assert pipeline.input_size(config) == (600, 600)
    nms = config.model.faster_rcnn.second_stage_post_processing.batch_non_max_suppression
    assert nms.max_detections_per_class == nms.max_total_detections == 300
    exportability.check(config, OPENCV)


def test_a_chosen_size_stays(caplog):
    config = two_stage_model.config(size=(320, 256))
    two_stage.make_runnable(config.model.faster_rcnn)
    assert pipeline.input_size(config) == (320, 256) and caplog.text == ""


@pytest.mark.parametrize("proposals, expected", [(20, 20), (300, 64)], ids=["few", "many"])
def test_no_more_proposals_are_trained_on_than_there_are(proposals, expected):
    model = two_stage_model.zoo_config("faster_rcnn_resnet50").model.faster_rcnn
    model.first_stage_max_proposals = proposals
    two_stage.make_runnable(model)
    assert model.second_stage_batch_size == expected


def test_tensorflow_lite_is_refused_with_the_nearest_that_works():
    with pytest.raises(BadInput, match="TensorFlow Lite.*crops.*quantize.*ssd_resnet_50_fpn_coco"):
        exportability.check(two_stage_model.config(), ExportOptions())


@pytest.mark.parametrize(
    "changes, found",
    [
        pytest.param(EXTRACTOR % 'type: "faster_rcnn_nas"', "faster_rcnn_nas", id="extractor"),
        pytest.param(EXTRACTOR % "first_stage_features_stride: 8", "stride: 8", id="stride"),
        pytest.param(RESIZER % "height: 32", "144x32, expected 33", id="small input"),
        pytest.param(RESIZER % "resize_method: BICUBIC", "resize_method", id="bicubic"),
        pytest.param(RESIZER % "convert_to_grayscale: true", "grayscale", id="grayscale"),
        pytest.param(MODEL % "number_of_stages: 1", "number_of_stages: 1", id="one stage"),
        pytest.param(GRID % "height_stride: 8", "height_stride", id="two strides"),
        pytest.param(GRID % "width_offset: 8", "width_offset", id="shifted anchors"),
        pytest.param(MODEL % "first_stage_atrous_rate: 2", "atrous_rate: 2", id="dilated"),
        pytest.param(
            MODEL % "first_stage_nms_iou_threshold: 0", "first_stage_nms.*: 0", id="no overlap"
        ),
        pytest.param(MODEL % "use_matmul_crop_and_resize: true", "use_matmul", id="matmul crops"),
        pytest.param(
            MODEL % "use_static_shapes: true use_static_shapes_for_eval: true",
            "use_static_shapes_for_eval",
            id="static shapes",
        ),
        pytest.param(MODEL % "initial_crop_size: 1", "initial_crop_size: 1", id="small crops"),
        pytest.param(PREDICTOR % "predict_instance_masks: true", "masks", id="masks"),
        pytest.param(PREDICTOR % "predict_keypoints: true", "keypoints", id="keypoints"),
        pytest.param(PREDICTOR % "share_box_across_classes: true", "share_box", id="shared boxes"),
        pytest.param(
            POST_PROCESSING % "score_converter: SIGMOID", "score_converter: SIGMOID", id="sigmoid"
        ),
        pytest.param(POST_PROCESSING % "logit_scale: 2", "logit_scale: 2", id="logit scale"),
        pytest.param(NMS % "soft_nms_sigma: 0.5", "soft_nms_sigma: 0.5", id="soft suppression"),
        pytest.param(NMS % "use_class_agnostic_nms: true", "agnostic", id="agnostic suppression"),
        pytest.param(NMS % "max_detections_per_class: 20", "per_class: 20", id="cap by class"),
        pytest.param(NMS % "use_static_shapes: true", "use_static_shapes", id="padded"),
    ],
)
def test_what_opencv_cannot_do_is_refused(changes, found):
    with pytest.raises(BadInput, match=f"my.config: .*{found}"):
        exportability.check(two_stage_model.config(changes), OPENCV, "my.config")


def test_another_box_predictor_is_refused():
    config = two_stage_model.config()
    predictor = config.model.faster_rcnn.second_stage_box_predictor
    predictor.rfcn_box_predictor.SetInParent()
    with pytest.raises(BadInput, match="rfcn_box_predictor"):
        exportability.check(config, OPENCV)
