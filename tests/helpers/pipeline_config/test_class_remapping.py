"""Class channels matched by name, on values that say whose channel they are."""

import json

import numpy as np
import pytest
import tiny_model

from helpers.pipeline_config import class_remapping, pipeline
from helpers.pipeline_config.class_remapping import ClassRemapping, remapped
from helpers.structures.errors import BadInput

ANCHORS, INPUTS = 3, 4
NEW = -7.0
WEIGHT_SHARED = "model { ssd { box_predictor { weight_shared_convolutional_box_predictor {} } } }"
CASES = [
    pytest.param("cat dog", "cat dog", "cat dog", "", "", id="same"),
    pytest.param("cat dog", "cat dog emu", "cat dog", "emu", "", id="added last"),
    pytest.param("cat dog", "ant cat dog", "cat dog", "ant", "", id="added first"),
    pytest.param("ant cat dog", "ant dog", "ant dog", "", "cat", id="removed"),
    pytest.param("cat dog", "dog cat", "dog cat", "", "", id="reordered"),
    pytest.param("cat dog", "cat hound", "cat", "hound", "dog", id="renamed"),
    pytest.param("ant bee cat", "cat emu bee fox", "cat bee", "emu fox", "ant", id="all at once"),
    pytest.param("cat", "dog", "", "dog", "cat", id="none in common"),
]


def values_of(names, background, value_of=ord):
    """Weights (1, 1, inputs, channels): each tells its class, its anchor and its input."""
    slots = ([1.0] if background else []) + [float(value_of(name[0])) for name in names]
    by_anchor = [1000.0 * anchor + slot for anchor in range(ANCHORS) for slot in slots]
    inputs = 0.5 ** np.arange(1, INPUTS + 1)
    return (np.array(by_anchor) + inputs[:, None])[None, None].astype(np.float32)


@pytest.mark.parametrize("before, after, kept, new, dropped", CASES)
def test_classes_are_kept_new_or_dropped(before, after, kept, new, dropped):
    classes = ClassRemapping(tuple(before.split()), tuple(after.split()))
    found = (classes.kept, classes.new, classes.dropped)
    assert found == (kept.split(), new.split(), dropped.split())
    assert classes.same == (before == after)


@pytest.mark.parametrize("background", [True, False], ids=["background", "no background"])
@pytest.mark.parametrize("before, after, kept, new, dropped", CASES)
def test_a_channel_follows_its_name(before, after, kept, new, dropped, background):
    classes = ClassRemapping(tuple(before.split()), tuple(after.split()))
    stored = values_of(classes.before, background)
    initial = np.full(values_of(classes.after, background).shape, NEW, np.float32)
    untouched = initial.copy(), stored.copy()
    made = remapped(stored, initial, classes, background)
    expected = values_of(classes.after, background)
    is_new = [name in new.split() for name in classes.after]
    mask = np.tile(([False] if background else []) + is_new, ANCHORS)
    assert np.array_equal(made, np.where(mask, NEW, expected))
    assert np.array_equal(initial, untouched[0]) and np.array_equal(stored, untouched[1])


def test_biases_have_one_axis():
    classes = ClassRemapping(("cat",), ("dog", "cat"))
    made = remapped(np.array([1, 2, 3, 4]), np.array([9, 9, 9, 9, 9, 9]), classes)
    assert made.tolist() == [1, 9, 2, 3, 9, 4]


@pytest.mark.parametrize(
    "stored, initial", [(7, 9), (6, 12)], ids=["other classes than the label map", "other anchors"]
)
def test_channels_that_do_not_fit_are_refused(stored, initial):
    classes = ClassRemapping(("cat", "dog"), ("cat", "dog"))
    with pytest.raises(BadInput, match=str(stored)):
        remapped(np.zeros(stored), np.zeros(initial), classes)


NAMES = [
    "BoxPredictor_0/BoxEncodingPredictor/weights",
    "BoxPredictor_0/ClassPredictor/biases",
    "BoxPredictor_0/ClassPredictor/weights",
    "BoxPredictor_0/ClassPredictor_depthwise/depthwise_weights",
    "FeatureExtractor/MobilenetV2/Conv/weights",
    "WeightSharedConvolutionalBoxPredictor/ClassPredictionTower/conv2d_0/weights",
    "WeightSharedConvolutionalBoxPredictor/ClassPredictor/biases",
    "WeightSharedConvolutionalBoxPredictor/ClassPredictor/depthwise_weights",
    "WeightSharedConvolutionalBoxPredictor/ClassPredictor/pointwise_weights",
]


@pytest.mark.parametrize(
    "changes, expected",
    [("", NAMES[1:3]), (WEIGHT_SHARED, [NAMES[6], NAMES[8]])],
    ids=["convolutional", "weight-shared"],
)
def test_variables_with_class_channels(changes, expected):
    config = tiny_model.config(changes)
    assert class_remapping.has_known_channels(config)
    assert class_remapping.class_variables(config, NAMES) == expected


TWO_STAGES = ("FirstStageFeatureExtractor", "FirstStageBoxPredictor", "SecondStageBoxPredictor")


def test_of_other_models_all_predictors_start_anew():
    config = pipeline.parse("model { faster_rcnn { num_classes: 2 } }")
    names = [f"{scope}/weights" for scope in TWO_STAGES]
    assert not class_remapping.has_known_channels(config)
    assert class_remapping.class_variables(config, names) == names[1:]
    other = ClassRemapping(("cat", "dog"), ("cat", "emu"), by_channel=False)
    assert (other.kept, other.new, other.dropped) == ([], ["cat", "emu"], ["dog"])
    assert ClassRemapping(("cat",), ("cat",), by_channel=False).kept == ["cat"]


def test_the_background_has_a_channel_unless_the_config_says_otherwise():
    assert class_remapping.has_background(tiny_model.config())
    without = tiny_model.config("model { ssd { add_background_class: false } }")
    assert not class_remapping.has_background(without)


def test_only_the_checkpoint_that_the_record_names_has_classes(tmp_path):
    classes = ClassRemapping(("cat",), ("cat", "dog"))
    assert class_remapping.read(tmp_path) == {}
    record = {"checkpoint": "last-a-7.ckpt", "classes": classes._asdict()}
    (tmp_path / "last.json").write_text(json.dumps(record))
    assert class_remapping.of_checkpoint(tmp_path / "last-a-7.ckpt") == classes
    assert class_remapping.of_checkpoint(tmp_path / "model.ckpt") is None
    assert "kept: cat" in str(classes) and "new: dog" in str(classes)
