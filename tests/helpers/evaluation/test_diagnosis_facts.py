"""The numbers that a diagnosis goes by, and that each planted fault is found and no other."""

import json

import pytest
from planted_results import planted, results_of

from helpers.evaluation.diagnosis import diagnose
from helpers.evaluation.diagnosis_facts import TrainingFacts, gather

BOX, FAR = [0, 0, 100, 100], [300, 300, 400, 400]
MANY = {"cat": 400, "dog": 200}
FALLING = tuple((10 * step, 2.0 - step / 25) for step in range(1, 41))
TRAINING = TrainingFacts((300, 300), 300, 0, MANY)


@pytest.mark.parametrize(
    "fault, train, changes, code",
    [
        pytest.param("", "", {}, "nothing-stands-out", id="good"),
        pytest.param("small", "small", {}, "boxes-too-small-for-input", id="small"),
        pytest.param("confused", "confused", {}, "classes-confused", id="confused"),
        pytest.param("loose", "loose", {}, "boxes-loose", id="loose"),
        pytest.param(
            "missed dogs",
            "missed dogs",
            {"objects": {"cat": 400, "dog": 20}},
            "few-objects-of-a-class",
            id="few",
        ),
        pytest.param("missed", "", {}, "train-far-above-eval", id="overfit"),
        pytest.param("", "", {"loss": FALLING}, "still-learning", id="learning"),
        pytest.param("spurious", "spurious", {}, "background-photos-missing", id="no negatives"),
        pytest.param(
            "spurious", "spurious", {"negatives": 30}, "nothing-stands-out", id="with negatives"
        ),
        pytest.param("missed", "missed", {}, "train-images-not-learned", id="not learned"),
    ],
)
@pytest.mark.parametrize("seed", [0, 1])
def test_a_planted_fault_is_what_is_diagnosed(fault, train, changes, code, seed):
    training = TrainingFacts(**dict(vars(TRAINING), **changes))
    facts = gather(planted(fault, 60, seed), training, planted(train, 40, seed + 10))
    assert [one.code for one in diagnose(facts)] == [code]
    json.dumps(facts.as_dict())


def facts_of(*images):
    return gather(results_of(images), TRAINING)


def test_counts_are_those_at_the_best_threshold():
    third = [500, 300, 600, 400]
    truth = [("cat", BOX), ("dog", FAR), ("cat", third)]
    found = [
        ("cat", [10, 0, 110, 100], 0.9),
        ("dog", BOX, 0.8),
        ("dog", [5, 0, 105, 100], 0.75),
        ("dog", FAR, 0.7),
        ("cat", third, 0.65),
        ("cat", [500, 0, 600, 100], 0.6),
    ]
    facts = facts_of((truth, found))
    assert 0.6 < facts.threshold <= 0.65
    assert (facts.detections, facts.spurious) == (5, 0)
    assert facts.confusions == (("cat", "dog", 1, 0.5),)
    assert facts.mean_iou == pytest.approx((9 / 11 + 1 + 1) / 3)
    assert (facts.small.objects, facts.larger) == (0, (3, 3))


def test_spurious_is_away_from_every_object():
    other = [500, 0, 600, 100]
    found = [("cat", FAR, 0.95), ("cat", BOX, 0.92), ("dog", other, 0.9), ("cat", BOX, 0.91)]
    facts = facts_of(([("cat", BOX), ("dog", other)], found))
    assert (facts.detections, facts.spurious) == (4, 1)


def test_small_is_what_a_cell_of_the_input_is_larger_than():
    # On an input of 300 from 640 x 480 a square of 28 pixels has 15.3, one of 30 has 16.4.
    truth = [("cat", [0, 0, 28, 28]), ("cat", [100, 100, 130, 130]), ("dog", [0, 0, 9, 9], True)]
    facts = facts_of((truth, [("cat", [0, 0, 28, 28], 0.9)]))
    assert (facts.small, facts.larger) == ((1, 1), (1, 0))
    assert facts.small_edge == pytest.approx(28 * (300 / 640 * 300 / 480) ** 0.5)


@pytest.mark.parametrize(
    "images",
    [
        pytest.param([], id="no image"),
        pytest.param([([("cat", BOX)], [])], id="no detection"),
        pytest.param([([], [("cat", BOX, 0.9)])], id="no object"),
    ],
)
def test_nothing_to_count_is_no_error(images):
    facts = facts_of(*images)
    assert (facts.threshold, facts.mean_iou) == (1.0, None)
    assert len(diagnose(facts)) == 1
    json.dumps(facts.as_dict())
