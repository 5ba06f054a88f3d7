"""``pipeline.config``: what is adapted, what stays, and what TensorFlow then does with it."""

import pytest
from google.protobuf import text_format

from helpers.pipeline_config import pipeline
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.workspace import CONTAINER_CHANNEL

THREE = LabelMap.of(["apple", "banana", "donut"])
ZOO = """
model { ssd { num_classes: 90 image_resizer { fixed_shape_resizer { height: 300 width: 300 } } } }
train_config {
  batch_size: 24
  num_steps: 200000
  fine_tune_checkpoint: "PATH_TO_BE_CONFIGURED/model.ckpt"
  fine_tune_checkpoint_type: "classification"
  optimizer { rms_prop_optimizer { learning_rate { %s } } }
}
train_input_reader {
  tf_record_input_reader { input_path: "PATH_TO_BE_CONFIGURED/mscoco_train.record" }
  label_map_path: "PATH_TO_BE_CONFIGURED/mscoco_label_map.pbtxt"
}
"""
FASTER = ZOO.replace(
    "ssd { num_classes: 90 image_resizer { fixed_shape_resizer { height: 300 width: 300 } } }",
    "faster_rcnn { num_classes: 90 "
    "image_resizer { keep_aspect_ratio_resizer { min_dimension: 600 } } }",
)
COSINE = (
    "cosine_decay_learning_rate { learning_rate_base: 0.04 total_steps: 200000 "
    "warmup_learning_rate: 0.01 warmup_steps: 2000 }"
)
CONSTANT = "constant_learning_rate { learning_rate: 0.002 }"


@pytest.mark.parametrize("recipe", ["small_ssd", "ssd_mobilenet_v2"])
def test_the_recipes_build_for_any_classes(recipe):
    import tensorflow as tf
    from object_detection.builders import model_builder, optimizer_builder

    assert recipe in pipeline.recipes()
    config = pipeline.adapt(pipeline.read(recipe), THREE, num_steps=40, batch_size=4)
    width, height = pipeline.input_size(config)
    with tf.Graph().as_default():
        model = model_builder.build(config.model, is_training=False)
        assert model.num_classes == 3
        scores = model.predict(tf.zeros([1, height, width, 3]), None)[
            "class_predictions_with_background"
        ]
        assert scores.shape[2] == 4
        optimizer_builder.build(config.train_config.optimizer)


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


@pytest.mark.parametrize(
    "text",
    [pipeline.text_of(pipeline.read(name)) for name in pipeline.recipes()]
    + [ZOO % COSINE]
    + [FASTER % ""],
)
def test_what_is_adapted_and_that_the_input_stays(text):
    config = pipeline.parse(text)
    before = pipeline.text_of(config)
    made = pipeline.adapt(config, THREE, num_steps=500, batch_size=3)
    assert pipeline.text_of(config) == before
    assert pipeline.model_of(made).num_classes == 3
    assert (made.train_config.num_steps, made.train_config.batch_size) == (500, 3)
    root = "/opt/ml/input/data/training"
    for reader, name in ((made.train_input_reader, "train"), (made.eval_input_reader[0], "eval")):
        assert reader.label_map_path == f"{root}/label_map.pbtxt"
        for path in reader.tf_record_input_reader.input_path:
            assert path.startswith(f"{root}/{name}.record")
    assert len(made.eval_input_reader) == 1
    assert "PATH_TO_BE_CONFIGURED" not in pipeline.text_of(made)


@pytest.mark.parametrize("checkpoint", ["", "model.ckpt", "model.ckpt-400"])
@pytest.mark.parametrize("text", [ZOO % CONSTANT, pipeline.text_of(pipeline.read("small_ssd"))])
def test_the_checkpoint_to_start_from(checkpoint, text):
    train = pipeline.adapt(pipeline.parse(text), THREE, checkpoint=checkpoint).train_config
    assert train.fine_tune_checkpoint == (
        f"/opt/ml/input/data/checkpoint/{checkpoint}" if checkpoint else ""
    )
    assert train.from_detection_checkpoint is bool(checkpoint)
    assert train.load_all_detection_checkpoint_vars is bool(checkpoint)
    assert train.fine_tune_checkpoint_type == ""


@pytest.mark.parametrize(
    "there, read",
    [
        (["train.record"], ["train.record"]),
        (["train.record-00000-of-00002", "train.record-00001-of-00002"],) * 2,
        ([], []),
    ],
)
def test_the_records_are_read_and_nothing_beside_them(tmp_path, there, read):
    """TensorFlow itself says which files the patterns stand for."""
    import tensorflow as tf

    for name in [
        *there,
        "train.record-backup",
        "train.record.bak",
        "eval.record",
        "train.record-00000-of-00002.part",
        "old-train.record-00000-of-00002",
    ]:
        (tmp_path / name).write_bytes(b"")
    made = pipeline.adapt(pipeline.read("small_ssd"), THREE, data=pipeline.Data(there))
    patterns = [
        path.replace("/opt/ml/input/data/training", str(tmp_path))
        for path in made.train_input_reader.tf_record_input_reader.input_path
    ]
    assert sorted(tf.gfile.Glob(patterns)) == [str(tmp_path / name) for name in read]


@pytest.mark.parametrize("there", ["train.record", "train.record-00004-of-00100"])
def test_before_the_records_are_written_either_kind_is_expected(tmp_path, there):
    import tensorflow as tf

    (tmp_path / there).write_bytes(b"")
    patterns = [
        path.replace(str(CONTAINER_CHANNEL.folder), str(tmp_path))
        for path in pipeline.input_paths("train")
    ]
    assert tf.gfile.Glob(patterns) == [str(tmp_path / there)]


def test_the_evaluation_counts_every_image_and_every_score():
    text = (
        ZOO.replace(
            "image_resizer",
            "post_processing { batch_non_max_suppression { score_threshold: 0.3 } } image_resizer",
        )
        % COSINE
        + """
        eval_config { num_examples: 8000 max_evals: 10 metrics_set: "pascal_voc_detection_metrics" }
        eval_input_reader { shuffle: true num_readers: 8 }
        eval_input_reader { tf_record_input_reader { input_path: "PATH_TO_BE_CONFIGURED" } }"""
    )
    made = pipeline.adapt(pipeline.parse(text), THREE, data=pipeline.Data(eval_images=17))
    assert made.eval_config.num_examples == 17
    assert list(made.eval_config.metrics_set) == ["coco_detection_metrics"]
    assert not made.eval_config.HasField("max_evals")
    nms = made.model.ssd.post_processing.batch_non_max_suppression
    assert 0 < nms.score_threshold <= 1e-6
    (reader,) = made.eval_input_reader
    assert (reader.shuffle, reader.num_readers, reader.num_epochs) == (False, 1, 1)


@pytest.mark.parametrize(
    "template, most, room", [(100, 0, 100), (100, 100, 100), (100, 350, 350), (500, 350, 500)]
)
def test_there_is_room_for_every_box_of_an_image(template, most, room):
    config = pipeline.read("small_ssd")
    config.train_config.max_number_of_boxes = template
    config.eval_input_reader[0].max_number_of_boxes = template
    made = pipeline.adapt(config, THREE, data=pipeline.Data(most_boxes=most))
    assert made.train_config.max_number_of_boxes == room
    assert made.eval_input_reader[0].max_number_of_boxes == room


@pytest.mark.parametrize("chosen", [None, [], ["hflip", "colour"]])
def test_augmentation_is_the_templates_unless_chosen(chosen):
    config = pipeline.read("ssd_mobilenet_v2")
    made = pipeline.adapt(config, THREE, augment=chosen).train_config.data_augmentation_options
    kinds = [option.WhichOneof("preprocessing_step") for option in made]
    assert kinds == (
        ["random_horizontal_flip", "ssd_random_crop"]
        if chosen is None
        else [
            "random_horizontal_flip",
            "random_adjust_brightness",
            "random_adjust_contrast",
            "random_adjust_saturation",
            "random_adjust_hue",
        ]
        if chosen
        else []
    )


@pytest.mark.parametrize("num_steps, delay", [(0, 800), (5000, 4000)])
def test_the_quantization_rewriter_on_request(num_steps, delay):
    config = pipeline.read("small_ssd")
    assert not pipeline.adapt(config, THREE, num_steps).HasField("graph_rewriter")
    made = pipeline.adapt(config, THREE, num_steps, quantize=True)
    assert made.graph_rewriter.quantization.delay == delay


@pytest.mark.parametrize("options", [{}, {"num_steps": 0, "batch_size": 0, "image_size": 0}])
def test_zero_keeps_the_templates_figures(options):
    made = pipeline.adapt(pipeline.parse(ZOO % COSINE), THREE, **options)
    assert (made.train_config.num_steps, made.train_config.batch_size) == (200000, 24)
    assert pipeline.input_size(made) == (300, 300)


def test_another_image_size():
    made = pipeline.adapt(pipeline.read("small_ssd"), THREE, image_size=224)
    assert pipeline.input_size(made) == (224, 224)


@pytest.mark.parametrize(
    "options", [{"num_steps": -1}, {"batch_size": -5}, {"image_size": -300}, {"num_steps": 2**40}]
)
def test_figures_that_cannot_be(options):
    with pytest.raises(BadInput, match="expected a whole number from 1, or 0"):
        pipeline.adapt(pipeline.read("small_ssd"), THREE, **options)


def test_there_and_back_through_the_protos(tmp_path):
    from object_detection.utils import config_util

    config = pipeline.adapt(pipeline.read("small_ssd"), THREE)
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
    config = pipeline.adapt(pipeline.read("small_ssd"), THREE)
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
