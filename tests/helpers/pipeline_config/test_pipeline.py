"""``pipeline.config``: read, written, and what is refused."""

import pytest
from google.protobuf import text_format

from helpers.pipeline_config import adaptation, pipeline
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap

THREE = LabelMap.of(["apple", "banana", "donut"])


def test_the_recipe_for_the_zoos_checkpoint_has_its_network():
    """The zoo's model has 1,917 anchors and these input pixels."""
    import tensorflow as tf
    from object_detection.builders import model_builder

    config = pipeline.read("ssd_mobilenet_v2")
    assert pipeline.input_size(config) == (300, 300)
    with tf.Graph().as_default():
        model = model_builder.build(config.model, is_training=False)
        boxes = model.predict(tf.zeros([1, 300, 300, 3]), None)["box_encodings"]
        assert boxes.shape[1] == 1917


def test_round_trip_through_the_protos(tmp_path):
    from object_detection.utils import config_util

    config = adaptation.adapt(pipeline.read("small_ssd"), THREE)
    path = pipeline.write(config, tmp_path / "pipeline.config")
    assert pipeline.read(path) == config
    by_the_api = config_util.get_configs_from_pipeline_file(str(path))
    assert by_the_api["model"] == config.model
    assert by_the_api["train_input_config"] == config.train_input_reader


@pytest.mark.parametrize(
    "text, message",
    [
        pytest.param(
            "model { ssd { num_clases: 3 } }", r"1:15 : .*\"num_clases\"", id="misspelt field"
        ),
        pytest.param("model {\n ssd {\n", "not parse .*2:", id="open bracket"),
        pytest.param("item { id: 1 name: 'a' }", "not parse .*1:1", id="label map"),
        pytest.param("model { ssd { num_classes: 'x' } }", "not parse .*1:28", id="not a number"),
        pytest.param(
            "model { ssd { feature_extractor { batch_norm_trainable: false } } }",
            r"batch_norm_trainable: false \(.*freeze_batchnorm: true in ssd\), expected",
            id="field of another version",
        ),
        pytest.param(
            "train_config { fine_tune_checkpoint_version: V2 }", "TensorFlow 2", id="V2 checkpoint"
        ),
        pytest.param(
            "model { ssd { feature_extractor { type: 'ssd_mobilenet_v2_fpn_keras' } } }",
            "TensorFlow 2",
            id="Keras",
        ),
        pytest.param("model { center_net { num_classes: 3 } }", "TensorFlow 2", id="CenterNet"),
    ],
)
def test_a_config_that_does_not_parse_names_the_line(tmp_path, text, message):
    (tmp_path / "pipeline.config").write_text(text)
    with pytest.raises(BadInput, match=f"pipeline.config: .*{message}"):
        pipeline.read(tmp_path / "pipeline.config")


def test_a_field_of_another_version_is_named_and_dropped(caplog):
    text = "model { ssd { num_classes: 3 feature_extractor { batch_norm_trainable: true } } }"
    with caplog.at_level("WARNING"):
        config = pipeline.parse(text, "zoo/pipeline.config")
    assert config == pipeline.parse("model { ssd { num_classes: 3 feature_extractor { } } }")
    assert "zoo/pipeline.config: " in caplog.text
    assert "batch_norm_trainable: true" in caplog.text


@pytest.mark.parametrize("template", ["small_sdd", "nowhere/pipeline.config"])
def test_a_missing_template_is_refused(template):
    with pytest.raises(BadInput, match=f"{template}: .*'small_ssd'"):
        pipeline.read(template)


@pytest.mark.parametrize(
    "text, message",
    [
        pytest.param("", "no model", id="no model"),
        pytest.param(
            "model { ssd { image_resizer { keep_aspect_ratio_resizer {} } } }",
            "fixed_shape_resizer",
            id="keep aspect ratio",
        ),
        pytest.param("model { ssd { } }", "fixed_shape_resizer", id="no resizer"),
    ],
)
def test_a_model_without_an_input_size_is_refused(text, message):
    with pytest.raises(BadInput, match=message):
        pipeline.input_size(pipeline.parse(text))


def test_classes_and_label_map_have_to_agree():
    config = adaptation.adapt(pipeline.read("small_ssd"), THREE)
    pipeline.check_classes(config, THREE, "a/pipeline.config")
    with pytest.raises(
        BadInput,
        match=r"a/pipeline.config: .*num_classes: 3, expected 2, .*"
        r"\(cat, dog\)\. .*python -m helpers pipeline",
    ):
        pipeline.check_classes(config, LabelMap.of(["cat", "dog"]), "a/pipeline.config")


def test_the_text_is_the_protos_own():
    config = pipeline.read("small_ssd")
    assert text_format.Parse(pipeline.text_of(config), type(config)()) == config
