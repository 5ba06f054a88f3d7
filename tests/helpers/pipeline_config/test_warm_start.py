"""What of a checkpoint a run starts from, compared with what TensorFlow really restores."""

import functools
import shutil
from pathlib import Path

import numpy as np
import pytest
import tiny_model
import two_stage_model
from tiny_model import EXTRACTOR, PREDICTOR

from helpers.pipeline_config import adaptation, pipeline, warm_start
from helpers.pipeline_config.adaptation import ConfigOptions
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap

DEPTHWISE = EXTRACTOR % "use_depthwise: true"
KERNEL = PREDICTOR % "kernel_size: 1"
LITE = DEPTHWISE + PREDICTOR % "use_depthwise: true"
CLASS_PREDICTORS = [
    f"BoxPredictor_{layer}/ClassPredictor/{part}"
    for layer in range(6)
    for part in ("biases", "weights")
]


def fine_tuned(changes="", classes=("cat", "dog"), recipe="small_ssd"):
    from google.protobuf import text_format

    made = adaptation.adapt(
        pipeline.read(recipe), LabelMap.of(classes), ConfigOptions(checkpoint="model.ckpt")
    )
    return text_format.Merge(changes, made)


def by_the_api(config, checkpoint):
    """The variables that hold the checkpoint's values once the API has set up training."""
    import tensorflow as tf
    from object_detection.builders import model_builder
    from object_detection.utils import variables_helper

    reader = tf.train.load_checkpoint(checkpoint)
    with tf.Graph().as_default(), tf.Session() as session:
        model = model_builder.build(config.model, is_training=True)
        model.predict(*model.preprocess(tf.zeros([1, 160, 160, 3])))
        wanted = model.restore_map(
            "detection", config.train_config.load_all_detection_checkpoint_vars
        )
        tf.train.init_from_checkpoint(
            checkpoint,
            variables_helper.get_variables_available_in_checkpoint(wanted, checkpoint, False),
        )
        session.run(tf.global_variables_initializer())
        values = session.run({variable.op.name: variable for variable in tf.global_variables()})
    return sorted(
        name
        for name, value in values.items()
        if reader.has_tensor(name)
        and reader.get_tensor(name).shape == value.shape
        and np.array_equal(reader.get_tensor(name), value)
    )


@pytest.mark.parametrize(
    "changes, classes",
    [
        ("train_config { load_all_detection_checkpoint_vars: false }", tiny_model.LABELS.names),
        (KERNEL, ("cat", "dog")),
    ],
    ids=["feature extractor only", "other kernel and classes"],
)
def test_restored_is_what_tensorflow_restores(checkpoint, changes, classes):
    config = fine_tuned(changes, classes)
    start = warm_start.restore_plan(config, warm_start.shapes(checkpoint))
    assert start.restored == by_the_api(config, checkpoint)
    assert not set(start.restored) & set(start.reinitialized)
    assert "global_step" not in start.restored + start.reinitialized


def test_other_classes_reinitialize_only_the_class_predictors(checkpoint):
    start = warm_start.restore_plan(fine_tuned(), warm_start.shapes(checkpoint))
    assert start.reinitialized == CLASS_PREDICTORS
    layers = ", ".join(f"BoxPredictor_{layer}/ClassPredictor" for layer in range(6))
    assert str(start) == f"312 of 324 variables come from the checkpoint; re-initialized: {layers}"


def test_the_same_classes_restore_everything(checkpoint):
    start = warm_start.restore_plan(
        fine_tuned(classes=tiny_model.LABELS.names), warm_start.shapes(checkpoint)
    )
    assert (
        start.reinitialized == [] and str(start) == "324 of 324 variables come from the checkpoint"
    )


@pytest.mark.parametrize("name", ["model.ckpt", "last-a-7.ckpt", ""])
def test_the_name_of_what_a_config_starts_from(name):
    config = adaptation.adapt(
        pipeline.read("small_ssd"), LabelMap.of(["cat"]), ConfigOptions(checkpoint=name)
    )
    assert warm_start.started_from(config) == name


def test_another_network_restores_under_20_variables(checkpoint):
    start = warm_start.restore_plan(
        fine_tuned(recipe="ssd_mobilenet_v2"), warm_start.shapes(checkpoint)
    )
    assert len(start.restored) < 20 < len(start.reinitialized)
    assert str(start).endswith(" more")


@pytest.mark.parametrize(
    "spoil, message",
    [
        pytest.param(
            lambda folder: (folder / "model.ckpt.index").unlink(),
            "model.ckpt.index: .*no checkpoint, expected",
            id="no index",
        ),
        pytest.param(
            lambda folder: (folder / "model.ckpt.index").rename(folder / "model.ckpt-7.index"),
            "model.ckpt.index: .*no checkpoint .*model.ckpt-7, expected",
            id="index of another step",
        ),
        pytest.param(
            lambda folder: (folder / "model.ckpt.data-00000-of-00001").unlink(),
            "model.ckpt: .*be read",
            id="no data",
        ),
        pytest.param(
            lambda folder: (folder / "model.ckpt.data-00000-of-00001").write_bytes(b"x" * 999),
            "model.ckpt: .*be read",
            id="damaged data",
        ),
        pytest.param(
            lambda folder: (folder / "model.ckpt.index").write_bytes(b"no table"),
            "model.ckpt: .*be read",
            id="damaged index",
        ),
        pytest.param(
            lambda folder: (folder / "model.ckpt.index").write_bytes(b""),
            "model.ckpt: .*be read",
            id="empty index",
        ),
    ],
)
def test_unreadable_checkpoints_are_refused(checkpoint, tmp_path, spoil, message):
    for path in sorted(Path(checkpoint).parent.glob("model.ckpt.*")):
        shutil.copyfile(str(path), str(tmp_path / path.name))
    assert warm_start.shapes(tmp_path / "model.ckpt") == warm_start.shapes(checkpoint)
    spoil(tmp_path)
    with pytest.raises(BadInput, match=message):
        warm_start.shapes(tmp_path / "model.ckpt")


@pytest.mark.parametrize(
    "names, expected",
    [
        ([], ""),
        (["model.ckpt.index"], "model.ckpt"),
        (["model.ckpt-400.index"], "model.ckpt-400"),
        (["model.ckpt.index", "model.ckpt-400.index"], "model.ckpt"),
        (["model.ckpt.data-00000-of-00001", "checkpoint"], ""),
    ],
    ids=["empty folder", "without a step", "with a step", "both", "no index"],
)
def test_the_checkpoint_in_a_folder(tmp_path, names, expected):
    for name in names:
        (tmp_path / name).write_bytes(b"")
    assert warm_start.prefix_in(tmp_path) == expected


def test_several_checkpoints_are_ambiguous(tmp_path):
    for name in ("model.ckpt-9.index", "model.ckpt-10.index"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(BadInput, match="model.ckpt-10, model.ckpt-9, exp"):
        warm_start.prefix_in(tmp_path)


@functools.lru_cache(maxsize=None)
def shapes_of(extractor, changes):
    """The variables of the network that the API builds."""
    import tensorflow as tf
    from object_detection.builders import model_builder

    with tf.Graph().as_default():
        model = model_builder.build(tiny_model.config(changes, (160, 160), extractor).model, True)
        model.predict(*model.preprocess(tf.zeros([1, 160, 160, 3])))
        return {variable.op.name: variable.shape.as_list() for variable in tf.global_variables()}


@pytest.mark.parametrize(
    "extractor, own",
    [
        ("ssd_mobilenet_v1", ""),
        ("ssd_mobilenet_v1", DEPTHWISE),
        ("ssd_mobilenet_v2", ""),
        ("ssd_mobilenet_v2", KERNEL),
        ("ssd_mobilenet_v2", LITE),
    ],
    ids=["v1", "v1 depthwise", "v2", "v2 other kernel", "v2 SSDLite"],
)
@pytest.mark.parametrize(
    "wrong",
    ["", DEPTHWISE, KERNEL, LITE],
    ids=["from plain", "from depthwise", "from other kernel", "from SSDLite"],
)
def test_a_config_is_corrected_after_its_checkpoint(extractor, own, wrong):
    correct, config = (
        tiny_model.config(changes, (160, 160), extractor) for changes in (own, wrong)
    )
    made = warm_start.fitted_to_checkpoint(config, shapes_of(extractor, own))
    for config in (made, correct):  # kernel_size is not looked at where convolutions are separated
        predictor = config.model.ssd.box_predictor.convolutional_box_predictor
        if predictor.use_depthwise:
            predictor.ClearField("kernel_size")
        config.model.ssd.feature_extractor.use_depthwise |= False
        predictor.use_depthwise |= False
    assert made == correct


def test_a_checkpoint_of_another_kind_changes_nothing():
    config = tiny_model.config()
    assert (
        warm_start.fitted_to_checkpoint(config, {"MobilenetV2/Conv/weights": [3, 3, 3, 32]})
        == config
    )


def test_a_faster_rcnn_is_planned_without_ground_truth():
    plan = warm_start.restore_plan(two_stage_model.config(size=(64, 64)), {})
    layers = {name.rpartition("/")[0] for name in plan.reinitialized}
    assert plan.restored == [] and len(layers) > 100
    assert {
        "FirstStageBoxPredictor/ClassPredictor",
        "SecondStageBoxPredictor/ClassPredictor",
    } < layers


def test_files_of_a_checkpoint_are_those_of_no_other(tmp_path):
    own = [tmp_path / f"my[1].ckpt-1.{end}" for end in ("data-00000-of-00001", "index")]
    for path in (*own, tmp_path / "my[1].ckpt-10.index", tmp_path / "my1.ckpt-1.index"):
        path.touch()
    assert warm_start.files_of(tmp_path / "my[1].ckpt-1") == own
    assert warm_start.files_of(tmp_path / "none") == []
