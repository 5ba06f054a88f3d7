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


def test_there_and_back_through_the_protos(tmp_path):
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
        ("model { ssd { num_clases: 3 } }", r"1:15 : .*no field named \"num_clases\""),
        ("model {\n ssd {\n", "pipeline.config: found text that does not parse"),
        ("item { id: 1 name: 'a' }", "does not parse"),
        ("model { ssd { num_classes: 'x' } }", "1:28"),
        (
            "model { ssd { feature_extractor { batch_norm_trainable: false } } }",
            r"found batch_norm_trainable: false \(write freeze_batchnorm: true in ssd\), expected",
        ),
    ],
)
def test_a_config_that_does_not_parse_names_the_line(tmp_path, text, message):
    (tmp_path / "pipeline.config").write_text(text)
    with pytest.raises(BadInput, match=message):
        pipeline.read(tmp_path / "pipeline.config")


def test_a_field_of_another_version_is_named_and_dropped(caplog):
    text = "model { ssd { num_classes: 3 feature_extractor { batch_norm_trainable: true } } }"
    with caplog.at_level("WARNING"):
        config = pipeline.parse(text, "zoo/pipeline.config")
    assert config == pipeline.parse("model { ssd { num_classes: 3 feature_extractor { } } }")
    assert "zoo/pipeline.config: left out" in caplog.text
    assert "batch_norm_trainable: true" in caplog.text


@pytest.mark.parametrize("template", ["small_sdd", "nowhere/pipeline.config"])
def test_a_template_that_is_not_there(template):
    with pytest.raises(BadInput, match=f"{template}: found no such file, .*'small_ssd'"):
        pipeline.read(template)


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "found no model, expected model"),
        (
            "model { ssd { image_resizer { keep_aspect_ratio_resizer {} } } }",
            "without a fixed shape",
        ),
        ("model { ssd { } }", "without a fixed shape"),
    ],
)
def test_a_model_without_a_size(text, message):
    with pytest.raises(BadInput, match=message):
        pipeline.input_size(pipeline.parse(text))


def test_classes_and_label_map_have_to_agree():
    config = adaptation.adapt(pipeline.read("small_ssd"), THREE)
    pipeline.check_classes(config, THREE, "a/pipeline.config")
    with pytest.raises(
        BadInput,
        match=r"a/pipeline.config: found num_classes: 3, expected 2, "
        r"the classes of the label map \(cat, dog\)\. Make it again with",
    ):
        pipeline.check_classes(config, LabelMap.of(["cat", "dog"]), "a/pipeline.config")


def test_the_text_is_the_protos_own():
    config = pipeline.read("small_ssd")
    assert text_format.Parse(pipeline.text_of(config), type(config)()) == config
