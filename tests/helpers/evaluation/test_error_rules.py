"""Which numbers about errors lead to which diagnosis."""

import re
from dataclasses import replace

import pytest
from diagnosis_facts_of import GOOD, GOOD_TRAINING, PAIR, codes, metrics

from helpers.evaluation.diagnosis_facts import Found
from helpers.evaluation.error_rules import confused, explain_weakness, too_small


@pytest.mark.parametrize(
    "changes, expected",
    [
        pytest.param({"small": Found(10, 5)}, [], id="small, size unknown"),
        pytest.param(
            {"small": Found(10, 5), "small_edge": 10.0}, ["boxes-too-small-for-input"], id="small"
        ),
        pytest.param({"small": Found(10, 8), "small_edge": 10.0}, [], id="small but found"),
        pytest.param({"small": Found(4, 0), "small_edge": 10.0}, [], id="small but few"),
        pytest.param(
            {"small": Found(50, 20), "larger": Found(0, 0), "small_edge": 10.0},
            ["boxes-too-small-for-input"],
            id="all small",
        ),
        pytest.param(
            {"confusions": (PAIR,), "costs": {"classification": 0.06}},
            ["classes-confused"],
            id="confused",
        ),
        pytest.param(
            {"confusions": (PAIR,), "costs": {"classification": 0.04}}, [], id="confused, cheap"
        ),
        pytest.param(
            {"confusions": (PAIR._replace(times=4),), "costs": {"classification": 0.06}},
            [],
            id="confused, seldom",
        ),
        pytest.param(
            {"confusions": (PAIR._replace(share=0.09),), "costs": {"classification": 0.06}},
            [],
            id="confused, small share",
        ),
        pytest.param({"mean_iou": 0.74}, ["boxes-loose"], id="loose"),
        pytest.param({"costs": {"localization": 0.06}}, ["boxes-loose"], id="too loose to count"),
        pytest.param({"mean_iou": 0.5, "larger": Found(100, 4)}, [], id="loose, few"),
        pytest.param({"mean_iou": None}, [], id="nothing found"),
        pytest.param({"spurious": 10}, ["background-photos-missing"], id="spurious"),
        pytest.param({"spurious": 9}, [], id="seldom spurious"),
        pytest.param({"spurious": 4, "detections": 8}, [], id="spurious, few"),
        pytest.param(
            {"spurious": 10, "training": {"negatives": 4}}, [], id="spurious, with negatives"
        ),
        pytest.param(
            {"spurious": 10, "training": {"negatives": 3}},
            ["background-photos-missing"],
            id="too few negatives",
        ),
    ],
)
def test_which_errors_are_diagnosed(changes, expected):
    assert codes(**changes) == expected


@pytest.mark.parametrize(
    "edge, size, expected",
    [
        pytest.param(12.0, 300, 400, id="next but one"),
        pytest.param(15.5, 300, 320, id="next"),
        pytest.param(15.5, 160, 224, id="small input"),
        pytest.param(5.0, 300, None, id="no input is large enough"),
        pytest.param(12.0, 512, None, id="largest already"),
    ],
)
def test_the_input_that_is_recommended_is_large_enough(edge, size, expected):
    training = replace(GOOD_TRAINING, input_size=(size, size))
    facts = replace(GOOD, small=Found(10, 2), small_edge=edge, training=training)
    found = re.findall(r"IMAGE_SIZE = (\d+)", too_small(facts).remedy)
    assert found == ([str(expected)] if expected else [])


@pytest.mark.parametrize(
    "train, longer",
    [
        pytest.param(metrics(0.6), True, id="confused on train images as well"),
        pytest.param(metrics(0.9), False, id="known on train images"),
        pytest.param(None, False, id="train unknown"),
    ],
)
def test_confused_classes_are_trained_longer_where_train_images_are_confused(train, longer):
    facts = replace(GOOD, confusions=(PAIR,), costs={"classification": 0.2}, train_metrics=train)
    assert ("STEPS" in confused(facts).remedy) == longer


@pytest.mark.parametrize(
    "changes, expected",
    [
        pytest.param({"metrics": metrics(0.4)}, False, id="no cost"),
        pytest.param({"metrics": metrics(0.4), "costs": {"localization": 0.1}}, True, id="loose"),
        pytest.param({"metrics": metrics(None), "costs": {"localization": None}}, False, id="none"),
    ],
)
def test_what_explains_a_weak_model(changes, expected):
    assert explain_weakness(replace(GOOD, **changes)) == expected
