"""Which numbers about the training lead to which diagnosis."""

from dataclasses import replace

import pytest
from diagnosis_facts_of import FALLING, GOOD, GOOD_TRAINING, RISING, codes, metrics

from helpers.evaluation.training_rules import still_learning


@pytest.mark.parametrize(
    "changes, expected",
    [
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
            {"metrics": metrics(0.79, king=0.8), "map50_high": 0.96}, [], id="above by chance"
        ),
        pytest.param(
            {"metrics": metrics(0.79, king=0.8), "map50_high": None}, [], id="too few to say"
        ),
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
    ],
)
def test_what_is_diagnosed_of_the_training(changes, expected):
    assert codes(**changes) == expected


def test_steps_that_are_recommended_are_twice_as_many():
    made = still_learning(replace(GOOD, training=replace(GOOD_TRAINING, loss=FALLING)))
    assert made.evidence["steps"] == 400 and "STEPS = 800" in made.remedy
