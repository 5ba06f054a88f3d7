"""Likely label errors: what was planted comes first, and models that err are believed less."""

import json

import numpy as np
import pytest
from planted_results import results_of

from helpers.evaluation.label_errors import KINDS, RATE, likely_label_errors
from helpers.structures.errors import BadInput

BOX, FAR = [0, 0, 100, 100], [300, 300, 400, 400]
GOOD = ([("cat", BOX), ("dog", FAR)], [("cat", BOX, 0.9), ("dog", FAR, 0.9)])
UNLABELED = ([("dog", FAR)], [("cat", BOX, 0.8), ("dog", FAR, 0.9)])
MISNAMED = ([("dog", BOX), ("dog", FAR)], GOOD[1])
LOOSE = ([("cat", [0, 0, 250, 100]), ("dog", FAR)], GOOD[1])
INVENTED = ([*GOOD[0], ("cat", [500, 0, 600, 100])], GOOD[1])


def found(images, **options):
    return [
        (one.filename, one.kind, one.class_name, one.annotated)
        for one in likely_label_errors(results_of(images), **options).errors
    ]


def test_a_model_that_agrees_lists_nothing():
    assert found([GOOD] * 30) == []
    assert found([]) == []


def test_each_planted_error_is_listed_and_nothing_else():
    images = [GOOD] * 40
    for place, planted in ((3, UNLABELED), (5, MISNAMED), (8, LOOSE), (13, INVENTED)):
        images[place] = planted
    assert sorted(found(images)) == [
        ("003.jpg", "missing-label", "cat", ""),
        ("005.jpg", "wrong-class", "cat", "dog"),
        ("008.jpg", "loose-box", "cat", "cat"),
        ("013.jpg", "not-found", "cat", "cat"),
    ]


def test_suspicion_by_hand():
    """79 objects, and one claim of its kind: 0.8 * 0.05 / (0.05 + 1 / 79)."""
    made = likely_label_errors(results_of([UNLABELED] + [GOOD] * 39)).errors[0]
    assert made.suspicion == pytest.approx(0.8 * RATE / (RATE + 1 / 79))
    assert (made.box, made.truth_index, made.models) == ((0, 0, 100, 100), -1, 1)


def test_a_model_that_contradicts_at_every_turn_is_not_believed():
    assert found([UNLABELED] * 20 + [GOOD] * 20) == []


def test_the_stronger_claim_comes_first():
    weaker = (UNLABELED[0], [("cat", BOX, 0.6), ("dog", FAR, 0.9)])
    assert [name for name, *_ in found([weaker, UNLABELED] + [GOOD] * 40)] == ["001.jpg", "000.jpg"]


def test_what_several_models_say_comes_first():
    moved = (UNLABELED[0], [("cat", [5, 0, 105, 100], 0.6), ("dog", FAR, 0.9)])
    alone = ([("dog", FAR)], [("cat", BOX, 0.99), ("dog", FAR, 0.9)])
    silent = ([("dog", FAR)], [("dog", FAR, 0.9)])
    rest = [GOOD] * 40
    first, second = (results_of([*two, *rest]) for two in ([UNLABELED, alone], [moved, silent]))
    made = likely_label_errors([first, second])
    assert made.models == 2
    assert [(one.filename, one.models) for one in made.errors] == [("000.jpg", 2), ("001.jpg", 1)]
    assert made.errors[0].box == (0, 0, 100, 100)
    weights = [RATE / (RATE + rank / 82) for rank in (1, 2)]  # of 82 objects
    expected = [(0.8 * weights[1] + 0.6 * weights[0]) / 2, 0.99 * weights[0] / 2]
    assert [one.suspicion for one in made.errors] == pytest.approx(expected)
    assert made.filenames() == ["000.jpg", "001.jpg"]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param([GOOD] * 3, id="other images"),
        pytest.param([GOOD, MISNAMED], id="other classes"),
        pytest.param([GOOD, LOOSE], id="other boxes"),
    ],
)
def test_models_on_different_truth_are_refused(other):
    with pytest.raises(BadInput):
        likely_label_errors([results_of([GOOD] * 2), results_of(other)])


def test_it_becomes_a_table_and_json():
    made = likely_label_errors(results_of([UNLABELED] + [GOOD] * 39))
    (row,) = made.rows()
    assert (row["image"], row["kind"], row["xmax"]) == ("000.jpg", "missing-label", 100)
    (error,) = json.loads(json.dumps(made.as_dict()))["errors"]
    assert error["kind"] in KINDS and np.shape(error["box"]) == (4,)
