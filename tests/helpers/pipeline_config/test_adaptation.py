"""A template made into the config of one run."""

import math

import pytest
import two_stage_model

from helpers.pipeline_config import adaptation, pipeline
from helpers.pipeline_config.adaptation import ConfigOptions
from helpers.pipeline_config.channel_facts import ChannelFacts
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
    config = adaptation.adapt(pipeline.read(recipe), THREE, ConfigOptions(40, 4))
    width, height = pipeline.input_size(config)
    with tf.Graph().as_default():
        model = model_builder.build(config.model, is_training=False)
        assert model.num_classes == 3
        scores = model.predict(tf.zeros([1, height, width, 3]), None)[
            "class_predictions_with_background"
        ]
        assert scores.shape[2] == 4
        optimizer_builder.build(config.train_config.optimizer)


@pytest.mark.parametrize(
    "template",
    [
        *(
            pytest.param(pipeline.text_of(pipeline.read(name)), id=name)
            for name in pipeline.recipes()
        ),
        pytest.param(ZOO % COSINE, id="SSD of the zoo"),
        pytest.param(FASTER % "", id="Faster R-CNN of the zoo"),
    ],
)
def test_classes_steps_and_paths_are_adapted_and_the_input_stays(template):
    config = pipeline.parse(template)
    before = pipeline.text_of(config)
    made = adaptation.adapt(config, THREE, ConfigOptions(500, 3))
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


@pytest.mark.parametrize(
    "checkpoint", ["", "model.ckpt", "model.ckpt-400"], ids=["none", "model.ckpt", "model.ckpt-400"]
)
@pytest.mark.parametrize(
    "template",
    [ZOO % CONSTANT, pipeline.text_of(pipeline.read("small_ssd"))],
    ids=["zoo", "small_ssd"],
)
def test_the_checkpoint_to_start_from(checkpoint, template):
    train = adaptation.adapt(
        pipeline.parse(template), THREE, ConfigOptions(checkpoint=checkpoint)
    ).train_config
    assert train.fine_tune_checkpoint == (
        f"/opt/ml/input/data/checkpoint/{checkpoint}" if checkpoint else ""
    )
    assert train.from_detection_checkpoint is bool(checkpoint)
    assert train.load_all_detection_checkpoint_vars is bool(checkpoint)
    assert train.fine_tune_checkpoint_type == ""


@pytest.mark.parametrize(
    "records",
    [
        pytest.param(["train.record"], id="single file"),
        pytest.param(["train.record-00000-of-00002", "train.record-00001-of-00002"], id="shards"),
        pytest.param([], id="no records"),
    ],
)
def test_the_records_are_read_and_nothing_beside_them(tmp_path, records):
    """TensorFlow itself says which files the patterns stand for."""
    import tensorflow as tf

    for name in [
        *records,
        "train.record-backup",
        "train.record.bak",
        "eval.record",
        "train.record-00000-of-00002.part",
        "old-train.record-00000-of-00002",
    ]:
        (tmp_path / name).write_bytes(b"")
    made = adaptation.adapt(pipeline.read("small_ssd"), THREE, facts=ChannelFacts(records))
    patterns = [
        path.replace("/opt/ml/input/data/training", str(tmp_path))
        for path in made.train_input_reader.tf_record_input_reader.input_path
    ]
    assert sorted(tf.gfile.Glob(patterns)) == [str(tmp_path / name) for name in records]


@pytest.mark.parametrize("record", ["train.record", "train.record-00004-of-00100"])
def test_before_the_records_are_written_single_files_and_shards_are_expected(tmp_path, record):
    import tensorflow as tf

    (tmp_path / record).write_bytes(b"")
    patterns = [
        path.replace(str(CONTAINER_CHANNEL.folder), str(tmp_path))
        for path in adaptation.input_paths("train")
    ]
    assert tf.gfile.Glob(patterns) == [str(tmp_path / record)]


def test_the_evaluation_counts_every_image_and_every_score():
    template = (
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
    made = adaptation.adapt(pipeline.parse(template), THREE, facts=ChannelFacts(eval_images=17))
    assert made.eval_config.num_examples == 17
    assert list(made.eval_config.metrics_set) == ["coco_detection_metrics"]
    assert not made.eval_config.HasField("max_evals")
    nms = made.model.ssd.post_processing.batch_non_max_suppression
    assert 0 < nms.score_threshold <= 1e-6
    (reader,) = made.eval_input_reader
    assert (reader.shuffle, reader.num_readers, reader.num_epochs) == (False, 1, 1)


@pytest.mark.parametrize(
    "template, most_boxes, expected",
    [(100, 0, 100), (100, 100, 100), (100, 350, 350), (500, 350, 500)],
)
def test_there_is_room_for_every_box_of_an_image(template, most_boxes, expected):
    config = pipeline.read("small_ssd")
    config.train_config.max_number_of_boxes = template
    config.eval_input_reader[0].max_number_of_boxes = template
    made = adaptation.adapt(config, THREE, facts=ChannelFacts(most_boxes=most_boxes))
    assert made.train_config.max_number_of_boxes == expected
    assert made.eval_input_reader[0].max_number_of_boxes == expected


@pytest.mark.parametrize(
    "chosen", [None, [], ["hflip", "colour"]], ids=["the template's", "none", "chosen"]
)
def test_augmentation_is_the_templates_unless_chosen(chosen):
    config = pipeline.read("ssd_mobilenet_v2")
    made = adaptation.adapt(
        config, THREE, ConfigOptions(augment=chosen)
    ).train_config.data_augmentation_options
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


@pytest.mark.parametrize("num_steps, delay", [(0, 720), (5000, 4000)])
def test_the_quantization_rewriter_on_request(num_steps, delay):
    config = pipeline.read("small_ssd")
    assert not adaptation.adapt(config, THREE, ConfigOptions(num_steps)).HasField("graph_rewriter")
    made = adaptation.adapt(config, THREE, ConfigOptions(num_steps, qat=True))
    assert made.graph_rewriter.quantization.delay == delay


@pytest.mark.parametrize(
    "options", [{}, {"num_steps": 0, "batch_size": 0, "image_size": 0}], ids=["no options", "zeros"]
)
def test_zero_keeps_the_templates_numbers(options):
    made = adaptation.adapt(pipeline.parse(ZOO % COSINE), THREE, ConfigOptions(**options))
    assert (made.train_config.num_steps, made.train_config.batch_size) == (200000, 24)
    assert pipeline.input_size(made) == (300, 300)


def test_another_image_size():
    made = adaptation.adapt(pipeline.read("small_ssd"), THREE, ConfigOptions(image_size=224))
    assert pipeline.input_size(made) == (224, 224)


@pytest.mark.parametrize(
    "options, message",
    [
        pytest.param({"num_steps": -1}, "steps: .*-1, expected .* 1 to ", id="negative steps"),
        pytest.param(
            {"batch_size": -5}, "batch size: .*-5, expected .* 1 to ", id="negative batch"
        ),
        pytest.param(
            {"image_size": -300}, "image size: .*-300, expected .* 1 to ", id="negative size"
        ),
        pytest.param(
            {"num_steps": 2**40}, rf"steps: .*{2**40}, .* 2\*\*31 - 1", id="above the limit"
        ),
    ],
)
def test_impossible_numbers_are_refused(options, message):
    with pytest.raises(BadInput, match=message):
        adaptation.adapt(pipeline.read("small_ssd"), THREE, ConfigOptions(**options))


def test_the_localization_weight_is_the_one_given():
    template = pipeline.read("small_ssd")
    weighed = adaptation.adapt(template, THREE, ConfigOptions(localization_weight=3.5))
    assert weighed.model.ssd.loss.localization_weight == 3.5
    kept = adaptation.adapt(template, THREE)
    assert kept.model.ssd.loss == template.model.ssd.loss


@pytest.mark.parametrize("weight", [-1.0, math.inf, math.nan], ids=str)
def test_an_impossible_localization_weight_is_refused(weight):
    with pytest.raises(BadInput, match="localization weight"):
        options = ConfigOptions(localization_weight=weight)
        adaptation.adapt(pipeline.read("small_ssd"), THREE, options)


@pytest.mark.parametrize(
    "image_size, expected", [(0, (600, 600)), (320, (320, 320))], ids=["the zoo's", "chosen"]
)
def test_a_faster_rcnn_gets_one_input_size(image_size, expected):
    template = two_stage_model.zoo_config("faster_rcnn_resnet101")
    labels = two_stage_model.LABELS
    config = adaptation.adapt(template, labels, ConfigOptions(image_size=image_size))
    model = config.model.faster_rcnn
    assert pipeline.input_size(config) == expected and model.num_classes == len(labels)
    nms = model.second_stage_post_processing.batch_non_max_suppression
    assert nms.score_threshold <= adaptation.LOWEST_SCORE
    assert nms.max_detections_per_class == nms.max_total_detections
    assert template == two_stage_model.zoo_config("faster_rcnn_resnet101")
