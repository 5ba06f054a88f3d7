"""Fields of other versions of the Object Detection API: dropped only where that changes nothing."""

import pytest
from google.protobuf import text_format
from object_detection.protos import pipeline_pb2

from helpers.pipeline_config import proto_compat

# Where each message of the table stands in a config.
PLACES = {
    "SsdFeatureExtractor": "model { ssd { feature_extractor { %s } } }",
    "Ssd": "model { ssd { %s } }",
    "BatchNonMaxSuppression": (
        "model { ssd { post_processing { batch_non_max_suppression { %s } } } }"
    ),
    "EvalConfig": "eval_config { %s }",
}


def text_of(field, value):
    return PLACES[field.message] % f"{field.name}: {str(value).lower()}"


@pytest.mark.parametrize("field", proto_compat.FIELDS, ids=lambda field: field.name)
def test_the_harmless_value_is_dropped_and_named(field):
    text = text_of(field, field.harmless)
    with pytest.raises(text_format.ParseError, match=f'"{field.name}"'):
        text_format.Parse(text, pipeline_pb2.TrainEvalPipelineConfig())
    config, dropped, refused = proto_compat.parse(text)
    assert dropped == [f"{field.name}: {str(field.harmless).lower()}"] and not refused
    plain = text_format.Parse(PLACES[field.message] % "", pipeline_pb2.TrainEvalPipelineConfig())
    assert config == plain and config.SerializeToString() == plain.SerializeToString()


@pytest.mark.parametrize("field", proto_compat.FIELDS, ids=lambda field: field.name)
def test_the_other_value_is_refused(field):
    _, dropped, refused = proto_compat.parse(text_of(field, not field.harmless))
    assert not dropped
    assert refused == [f"{field.name}: {str(not field.harmless).lower()} ({field.instead})"]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("fine_tune_checkpoint_version: V2", True),
        ('type: "ssd_resnet50_v1_fpn_keras"', True),
        ("center_net {", True),
        ('type: "ssd_mobilenet_v2" fine_tune_checkpoint_version: V1', False),
    ],
)
def test_a_config_of_tensorflow_2_is_known(text, expected):
    assert proto_compat.is_of_tensorflow_2(text) is expected


def test_all_of_them_are_named_and_the_rest_is_read():
    config, dropped, refused = proto_compat.parse("""
        model { ssd {
          num_classes: 90
          use_expected_classification_loss_under_sampling: true
          feature_extractor { type: "ssd_mobilenet_v2" batch_norm_trainable: true }
          post_processing { batch_non_max_suppression { use_hard_nms: true iou_threshold: 0.5 } }
        } }
        train_config { data_augmentation_options { ssd_random_crop {
          operations { min_area: 0.25 } operations { min_area: 0.5 } } } }
        eval_input_reader { shuffle: false } eval_input_reader { num_readers: 3 }""")
    assert dropped == ["batch_norm_trainable: true"]
    assert [text.split(":")[0] for text in refused] == [
        "use_expected_classification_loss_under_sampling",
        "use_hard_nms",
    ]
    assert config == text_format.Parse(
        """
        model { ssd { num_classes: 90 feature_extractor { type: "ssd_mobilenet_v2" }
          post_processing { batch_non_max_suppression { iou_threshold: 0.5 } } } }
        train_config { data_augmentation_options { ssd_random_crop {
          operations { min_area: 0.25 } operations { min_area: 0.5 } } } }
        eval_input_reader { shuffle: false } eval_input_reader { num_readers: 3 }""",
        pipeline_pb2.TrainEvalPipelineConfig(),
    )


@pytest.mark.parametrize(
    "text, message",
    [
        pytest.param("model { ssd { num_clases: 3 } }", "1:15 .*num_clases", id="misspelt"),
        pytest.param(
            "train_config { fine_tune_checkpoint_version: V2 }",
            "fine_tune_checkpoint_version",
            id="TensorFlow 2",
        ),
        pytest.param("model { center_net { } }", "center_net", id="unknown network"),
        pytest.param(
            "model { ssd { feature_extractor { batch_norm_trainable: 3 } } }",
            "batch_norm_trainable|1:",
            id="not a boolean",
        ),
    ],
)
def test_any_other_unknown_field_does_not_parse(text, message):
    with pytest.raises(text_format.ParseError, match=message):
        proto_compat.parse(text)
