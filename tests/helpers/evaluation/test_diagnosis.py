"""Which numbers lead to which diagnosis, with what evidence and which remedy."""

import json
import re
from dataclasses import replace

import pytest

from helpers.evaluation.coco_metrics import CocoMetrics
from helpers.evaluation.confusion import Confusion
from helpers.evaluation.diagnosis import diagnose
from helpers.evaluation.diagnosis_facts import Facts, Found, TrainingFacts
from helpers.pipeline_config import augmentation, recipe_values

FALLING = tuple((10 * step, 2.0 - step / 25) for step in range(1, 41))
RISING = ((100, 0.3), (200, 0.4), (300, 0.5))
PAIR = Confusion("king", "queen", 8, 0.4)


def metrics(map50, **per_class):
    values = {name: None for name in CocoMetrics.__annotations__}
    return CocoMetrics(**dict(values, mAP50=map50, per_class={}, per_class50=per_class))


GOOD_TRAINING = TrainingFacts((300, 300), 200, 0, {"king": 100, "queen": 100})
GOOD = Facts(
    images=50,
    threshold=0.5,
    metrics=metrics(0.9, king=0.9, queen=0.9),
    train_metrics=metrics(0.95, king=0.95, queen=0.95),
    small=Found(0, 0),
    larger=Found(100, 90),
    small_edge=None,
    confusions=(),
    mean_iou=0.85,
    detections=100,
    spurious=2,
    costs={"classification": 0.0, "localization": 0.0},
    training=GOOD_TRAINING,
)


def codes(training=None, **changes):
    facts = replace(GOOD, training=replace(GOOD_TRAINING, **(training or {})), **changes)
    return [one.code for one in diagnose(facts) if one.code != "nothing-stands-out"]


@pytest.mark.parametrize(
    "changes, expected",
    [
        pytest.param({}, [], id="good"),
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
        pytest.param(
            {"training": {"objects": {"king": 49}}, "metrics": metrics(0.8, king=0.7, queen=0.9)},
            ["few-objects-of-a-class"],
            id="few",
        ),
        pytest.param({"training": {"objects": {"king": 3}}}, [], id="few, yet as good"),
        pytest.param(
            {"training": {"objects": {"king": 3}}, "metrics": metrics(0.9, king=None, queen=0.9)},
            [],
            id="few, not in eval",
        ),
        pytest.param(
            {"training": {"objects": {"king": 49}}, "metrics": metrics(0.89, king=0.69)},
            ["few-objects-of-a-class"],
            id="few of the only class",
        ),
        pytest.param({"metrics": metrics(0.79, king=0.8)}, ["train-far-above-eval"], id="overfit"),
        pytest.param({"metrics": metrics(0.81, king=0.8)}, [], id="a little above"),
        pytest.param(
            {"metrics": metrics(0.79, king=0.8), "training": {"loss": FALLING}},
            ["train-far-above-eval"],
            id="more steps do not help an overfit one",
        ),
        pytest.param(
            {"metrics": metrics(0.79, king=0.8), "train_metrics": None}, [], id="train unknown"
        ),
        pytest.param({"training": {"loss": FALLING}}, ["still-learning"], id="loss falls"),
        pytest.param({"training": {"eval_map": RISING}}, ["still-learning"], id="mAP rises"),
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
        pytest.param(
            {"metrics": metrics(0.4), "train_metrics": metrics(0.45)},
            ["train-images-not-learned"],
            id="not learned",
        ),
        pytest.param(
            {"metrics": metrics(0.4), "train_metrics": None},
            ["train-images-not-learned"],
            id="weak, train unknown",
        ),
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
def test_which_numbers_lead_to_which_diagnosis(changes, expected):
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
    found = re.findall(r"IMAGE_SIZE = (\d+)", diagnose(facts)[0].remedy)
    assert found == ([str(expected)] if expected else [])


def test_steps_that_are_recommended_are_twice_as_many():
    (only,) = diagnose(LEARNING)
    assert only.evidence["steps"] == 400 and "STEPS = 800" in only.remedy


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
    assert ("STEPS" in diagnose(facts)[0].remedy) == longer
