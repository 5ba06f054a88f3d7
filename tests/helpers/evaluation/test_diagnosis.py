"""What is said about a model, in which order, and whether it can be done."""

import json
import re
from dataclasses import replace

import pytest
from diagnosis_facts_of import FALLING, GOOD, GOOD_TRAINING, PAIR, RISING, codes, metrics

from helpers.evaluation.diagnosis import diagnose
from helpers.evaluation.diagnosis_facts import Found
from helpers.pipeline_config import augmentation, recipe_values


@pytest.mark.parametrize(
    "changes, expected",
    [
        pytest.param({}, [], id="good"),
        pytest.param(
            {"metrics": metrics(0.4), "train_metrics": metrics(0.45), "mean_iou": 0.6},
            ["train-images-not-learned"],
            id="what a weak model does says nothing about the photos",
        ),
        pytest.param(
            {"metrics": metrics(0.4), "train_metrics": metrics(0.4), "training": {"loss": FALLING}},
            ["train-images-not-learned", "still-learning"],
            id="not learned yet",
        ),
        pytest.param(
            {
                "metrics": metrics(0.3, king=0.3, queen=0.3),
                "train_metrics": metrics(0.3),
                "training": {"objects": {"king": 10, "queen": 10}},
                "spurious": 90,
            },
            ["train-images-not-learned", "few-objects-of-a-class"],
            id="few of every class",
        ),
        pytest.param(
            {
                "metrics": metrics(0.3),
                "train_metrics": metrics(0.3),
                "confusions": (PAIR,),
                "costs": {"classification": 0.5},
            },
            ["classes-confused"],
            id="weak for one kind of error alone",
        ),
        pytest.param(
            {
                "metrics": metrics(0.3),
                "train_metrics": metrics(0.3),
                "small": Found(80, 10),
                "larger": Found(20, 18),
                "small_edge": 10.0,
            },
            ["boxes-too-small-for-input"],
            id="weak for small objects alone",
        ),
        pytest.param({"metrics": metrics(None), "train_metrics": None}, [], id="no objects"),
        pytest.param(
            {"mean_iou": 0.7, "spurious": 20, "training": {"loss": FALLING}},
            ["boxes-loose", "still-learning", "background-photos-missing"],
            id="several",
        ),
    ],
)
def test_what_comes_first(changes, expected):
    assert codes(**changes) == expected


def test_where_nothing_stands_out_that_is_said():
    (only,) = diagnose(GOOD)
    assert (only.code, only.evidence) == ("nothing-stands-out", {"images": 50, "mAP50": 0.9})


EVERY = replace(
    GOOD,
    small=Found(10, 2),
    small_edge=12.0,
    confusions=(PAIR,),
    costs={"classification": 0.2, "localization": 0.1},
    metrics=metrics(0.5, king=0.3, queen=0.7),
    train_metrics=metrics(0.9),
    map50_high=0.6,
    spurious=50,
    training=replace(GOOD_TRAINING, objects={"king": 10, "queen": 100}),
)
LEARNING = replace(GOOD, training=replace(GOOD_TRAINING, loss=FALLING, eval_map=RISING))
WEAK = replace(GOOD, metrics=metrics(0.2), train_metrics=metrics(0.2))
ALL = [*diagnose(EVERY), *diagnose(LEARNING), *diagnose(WEAK), *diagnose(GOOD)]


def test_each_diagnosis_has_a_sentence_evidence_and_a_remedy():
    assert len({one.code for one in ALL}) == 9
    for one in ALL:
        assert one.sentence.endswith(".") and one.remedy.endswith(".") and one.evidence
        json.dumps(one.evidence)


def test_parameters_that_remedies_name_are_there():
    notebooks = {*recipe_values.PARSERS, "CLASS_MAP", "START", "RECIPE"}
    named = {name for one in ALL for name in re.findall("[A-Z]{2,}(?:_[A-Z]+)*", one.remedy)}
    assert named and named <= notebooks
    given = [re.findall('AUGMENT = "(.+?)"', one.remedy) for one in ALL]
    assert all(
        name in augmentation.CHOICES for one in given for text in one for name in text.split(",")
    )
