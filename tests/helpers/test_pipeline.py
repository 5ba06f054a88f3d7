"""``pipeline.config``: what is adapted, what stays, and what TensorFlow then does with it."""

import numpy as np
import pytest
from google.protobuf import text_format

from helpers import pipeline
from helpers.errors import BadInput
from helpers.labelmap import LabelMap

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
FASTER = ZOO.replace("ssd { num_classes: 90 image_resizer { fixed_shape_resizer "
                     "{ height: 300 width: 300 } } }", "faster_rcnn { num_classes: 90 "
                     "image_resizer { keep_aspect_ratio_resizer { min_dimension: 600 } } }")
COSINE = "cosine_decay_learning_rate { learning_rate_base: 0.04 total_steps: 200000 %s }"
# The last steps of these are as far through their run as the learning rates say.
SCHEDULES = {
    "constant": "constant_learning_rate { learning_rate: 0.002 }",
    "cosine": COSINE % "warmup_learning_rate: 0.01 warmup_steps: 2000",
    "cosine with the default warm-up": COSINE % "warmup_learning_rate: 0.01",
    "cosine that holds": COSINE % ("warmup_learning_rate: 0.01 warmup_steps: 2000 "
                                   "hold_base_rate_steps: 50000"),
    "exponential": "exponential_decay_learning_rate { initial_learning_rate: 0.004 "
                   "decay_steps: 40000 decay_factor: 0.95 }",
    "exponential with burn-in": "exponential_decay_learning_rate { initial_learning_rate: 0.004 "
                                "decay_steps: 40000 decay_factor: 0.95 burnin_steps: 20000 "
                                "burnin_learning_rate: 0.001 }",
    "manual": "manual_step_learning_rate { initial_learning_rate: 0.0003 "
              "schedule { step: 90000 learning_rate: .00003 } "
              "schedule { step: 120000 learning_rate: .000003 } }",
    "manual with a warm-up": "manual_step_learning_rate { initial_learning_rate: 0.0 "
                             "schedule { step: 1 learning_rate: .0002 } "
                             "schedule { step: 2 learning_rate: .0003 } "
                             "schedule { step: 150000 learning_rate: .00003 } }",
}


def rates(config, steps):
    """The learning rates at these steps, as the Object Detection API builds them."""
    import tensorflow as tf
    from object_detection.builders import optimizer_builder
    with tf.Graph().as_default(), tf.Session() as session:
        step = tf.train.get_or_create_global_step()
        _, (rate,) = optimizer_builder.build(config.train_config.optimizer)
        rate = rate if tf.is_tensor(rate) else tf.constant(rate)
        return np.array([session.run(rate, {step: int(at)}) for at in steps])


@pytest.mark.parametrize("recipe", ["small_ssd", "ssd_mobilenet_v2"])
def test_the_recipes_build_for_any_classes(recipe):
    import tensorflow as tf
    from object_detection.builders import model_builder
    assert recipe in pipeline.recipes()
    config = pipeline.adapt(pipeline.read(recipe), THREE, num_steps=40, batch_size=4)
    width, height = pipeline.input_size(config)
    with tf.Graph().as_default():
        model = model_builder.build(config.model, is_training=False)
        assert model.num_classes == 3
        scores = model.predict(tf.zeros([1, height, width, 3]), None)[
            "class_predictions_with_background"]
        assert scores.shape[2] == 4
    assert rates(config, [0, 20, 40]).min() >= 0


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


@pytest.mark.parametrize("text", [pipeline.text_of(pipeline.read(name))
                                  for name in pipeline.recipes()]
                         + [ZOO % schedule for schedule in SCHEDULES.values()] + [FASTER % ""])
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


@pytest.mark.parametrize("fine_tune", [False, True])
def test_the_checkpoint_to_start_from(fine_tune):
    from object_detection.protos import train_pb2
    for text in (ZOO % SCHEDULES["constant"], pipeline.text_of(pipeline.read("small_ssd"))):
        train = pipeline.adapt(pipeline.parse(text), THREE, fine_tune=fine_tune).train_config
        assert isinstance(train, train_pb2.TrainConfig)
        assert train.fine_tune_checkpoint == (
            "/opt/ml/input/data/checkpoint/model.ckpt" if fine_tune else "")
        assert train.from_detection_checkpoint is fine_tune
        assert train.fine_tune_checkpoint_type == ""


@pytest.mark.parametrize("options", [{}, {"num_steps": 0, "batch_size": 0, "image_size": 0}])
def test_zero_keeps_the_templates_figures(options):
    made = pipeline.adapt(pipeline.parse(ZOO % SCHEDULES["cosine"]), THREE, **options)
    assert (made.train_config.num_steps, made.train_config.batch_size) == (200000, 24)
    assert pipeline.input_size(made) == (300, 300)


def test_another_image_size():
    made = pipeline.adapt(pipeline.read("small_ssd"), THREE, image_size=224)
    assert pipeline.input_size(made) == (224, 224)


@pytest.mark.parametrize("options", [
    {"num_steps": -1}, {"batch_size": -5}, {"image_size": -300}, {"num_steps": 2 ** 40},
])
def test_figures_that_cannot_be(options):
    with pytest.raises(BadInput, match="expected a whole number from 1, or 0"):
        pipeline.adapt(pipeline.read("small_ssd"), THREE, **options)


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("num_steps", [1, 2, 7, 2000, 1000000])
def test_the_schedule_is_stretched_with_the_run(schedule, num_steps):
    config = pipeline.parse(ZOO % SCHEDULES[schedule])
    stretched = pipeline.with_steps(config, num_steps)
    shares = np.linspace(0, 1, 21)
    got = rates(stretched, np.round(shares * num_steps))
    assert np.isfinite(got).all() and (got >= 0).all()
    if num_steps >= 2000:
        expected = rates(config, np.round(shares * 200000))
        np.testing.assert_allclose(got, expected, rtol=2e-3, atol=1e-8)


@pytest.mark.parametrize("num_steps", [0, 200000])
def test_the_same_number_of_steps_changes_nothing(num_steps):
    config = pipeline.parse(ZOO % SCHEDULES["manual"])
    assert pipeline.with_steps(config, num_steps) == config


def test_a_config_that_names_no_steps_of_its_own():
    config = pipeline.parse((ZOO % SCHEDULES["cosine"]).replace("num_steps: 200000", ""))
    made = pipeline.with_steps(config, 1000)
    cosine = made.train_config.optimizer.rms_prop_optimizer.learning_rate \
        .cosine_decay_learning_rate
    assert (cosine.total_steps, cosine.warmup_steps) == (1000, 500)


def test_there_and_back_through_the_protos(tmp_path):
    from object_detection.utils import config_util
    config = pipeline.adapt(pipeline.read("small_ssd"), THREE)
    path = pipeline.write(config, tmp_path / "pipeline.config")
    assert pipeline.read(path) == config
    by_the_api = config_util.get_configs_from_pipeline_file(str(path))
    assert by_the_api["model"] == config.model
    assert by_the_api["train_input_config"] == config.train_input_reader


@pytest.mark.parametrize("text, message", [
    ("model { ssd { num_clases: 3 } }", r"1:15 : .*no field named \"num_clases\""),
    ("model {\n ssd {\n", "pipeline.config: found text that does not parse"),
    ("item { id: 1 name: 'a' }", "does not parse"), ("model { ssd { num_classes: 'x' } }", "1:28"),
])
def test_a_config_that_does_not_parse_names_the_line(tmp_path, text, message):
    (tmp_path / "pipeline.config").write_text(text)
    with pytest.raises(BadInput, match=message):
        pipeline.read(tmp_path / "pipeline.config")


@pytest.mark.parametrize("template", ["small_sdd", "nowhere/pipeline.config"])
def test_a_template_that_is_not_there(template):
    with pytest.raises(BadInput, match=f"{template}: found no such file, .*'small_ssd'"):
        pipeline.read(template)


@pytest.mark.parametrize("text, message", [
    ("", "found no model, expected model"),
    ("model { ssd { image_resizer { keep_aspect_ratio_resizer {} } } }", "without a fixed shape"),
    ("model { ssd { } }", "without a fixed shape"),
])
def test_a_model_without_a_size(text, message):
    with pytest.raises(BadInput, match=message):
        pipeline.input_size(pipeline.parse(text))


def test_classes_and_label_map_have_to_agree():
    config = pipeline.adapt(pipeline.read("small_ssd"), THREE)
    pipeline.check_classes(config, THREE, "a/pipeline.config")
    with pytest.raises(BadInput, match=r"a/pipeline.config: found num_classes: 3, expected 2, "
                       r"the classes of the label map \(cat, dog\)\. Make it again with"):
        pipeline.check_classes(config, LabelMap.of(["cat", "dog"]), "a/pipeline.config")


def test_the_text_is_the_protos_own():
    config = pipeline.read("small_ssd")
    assert text_format.Parse(pipeline.text_of(config), type(config)()) == config
