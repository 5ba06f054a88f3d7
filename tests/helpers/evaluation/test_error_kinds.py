"""Kinds of errors and what they cost, equal to tidecv's."""

import json

import pytest
from planted_results import random_results, results_of

from helpers.evaluation.coco_metrics import coco_metrics
from helpers.evaluation.error_kinds import KINDS, error_kinds

BOX, MOVED, FAR = [0, 0, 100, 100], [10, 0, 110, 100], [300, 300, 400, 400]
LOOSE, BESIDE = [0, 0, 300, 100], [95, 0, 195, 100]  # IoU with BOX 1/3 and 5/195
CAT, FOUND = ("cat", BOX), ("cat", BOX, 0.9)
SHORT = dict(zip(KINDS, ("Cls", "Loc", "Both", "Dupe", "Bkg", "Miss")))


def numbers(made):
    return {kind: one.number for kind, one in made.errors.items() if one.number}


@pytest.mark.parametrize(
    "truth, detections, expected",
    [
        pytest.param([], [], {}, id="nothing"),
        pytest.param([CAT], [FOUND], {}, id="found"),
        pytest.param([CAT], [], {"missed": 1}, id="missed"),
        pytest.param([], [FOUND], {"background": 1}, id="no truth"),
        pytest.param([CAT], [("dog", MOVED, 0.9)], {"classification": 1}, id="other class"),
        pytest.param([CAT], [("cat", LOOSE, 0.9)], {"localization": 1}, id="loose"),
        pytest.param([CAT], [("dog", LOOSE, 0.9)], {"both": 1, "missed": 1}, id="both"),
        pytest.param([CAT], [FOUND, ("cat", MOVED, 0.8)], {"duplicate": 1}, id="twice"),
        pytest.param(
            [CAT], [FOUND, ("cat", FAR, 0.8), ("cat", BESIDE, 0.7)], {"background": 2}, id="far"
        ),
        pytest.param(
            [CAT, ("dog", BOX)],
            [("cat", LOOSE, 0.9)],
            {"localization": 1, "missed": 1},
            id="own class before another",
        ),
        pytest.param(
            [CAT],
            [FOUND, ("cat", [0, 0, 200, 100], 0.8)],
            {"localization": 1},
            id="an IoU of the limit itself is too loose for a second",
        ),
        pytest.param([("cat", BOX, True)], [FOUND, FOUND], {}, id="on a crowd"),
        pytest.param(
            [("dog", BOX, True), ("cat", FAR)],
            [("cat", FAR, 0.9), ("cat", BOX, 0.8)],
            {"background": 1},
            id="on a crowd of another class",
        ),
    ],
)
def test_each_error_has_its_kind(truth, detections, expected):
    assert numbers(error_kinds(results_of([(truth, detections)]))) == expected


@pytest.mark.parametrize(
    "seed, images, classes, iou",
    [
        pytest.param(1, 30, ("cat", "dog", "owl"), 0.5, id="30 images"),
        pytest.param(2, 200, ("cat", "dog", "owl"), 0.75, id="200 images, IoU 0.75"),
        pytest.param(3, 40, ("cat",), 0.5, id="one class"),
        pytest.param(4, 1, ("cat",), 0.5, id="one image"),
    ],
)
def test_numbers_and_costs_are_tidecvs(seed, images, classes, iou, tidecv):
    made = random_results(seed, images, classes)
    assert any(map(len, made.truth)) and any(map(len, made.detections))
    ours, theirs = error_kinds(made, iou), tidecv(made, iou)
    assert ours.ap == pytest.approx(theirs["ap"] / 100, abs=1e-4)
    for kind, short in SHORT.items():
        assert ours.errors[kind].number == theirs["counts"][short], kind
        assert ours.errors[kind].cost == pytest.approx(theirs["costs"][short] / 100, abs=1e-4)
    sums = (theirs["sums"]["FalsePos"] / 100, theirs["sums"]["FalseNeg"] / 100)
    assert (ours.false_positives, ours.false_negatives) == pytest.approx(sums, abs=1e-4)


def test_crowds_leave_the_ap_as_tidecv_has_it(tidecv):
    made = random_results(6, 60, crowds=0.2)
    assert sum(boxes.flags("group_of").sum() for boxes in made.truth) > 10
    assert error_kinds(made).ap == pytest.approx(tidecv(made)["ap"] / 100, abs=1e-4)


@pytest.mark.parametrize("seed", [1, 6])
def test_the_ap_is_cocos(seed):
    made = random_results(seed, 60, crowds=0.1)
    coco = coco_metrics(made)
    assert error_kinds(made).ap == pytest.approx(coco.mAP50, abs=2e-3)


def test_a_class_without_objects_counts_in_no_mean():
    images = [([CAT], [FOUND, ("dog", FAR, 0.95)])]
    made = error_kinds(results_of(images))
    assert (made.ap, made.errors["background"].cost) == (pytest.approx(1), pytest.approx(0))


def test_costs_by_hand():
    truth = [("cat", BOX), ("cat", FAR), ("dog", [500, 0, 600, 100])]
    first, dog = ("cat", BOX, 0.9), ("dog", [500, 0, 600, 100], 0.5)
    spurious, twice = ("dog", [400, 0, 450, 50], 0.95), ("cat", [5, 0, 105, 100], 0.7)
    made = error_kinds(results_of([(truth[::2], [first, spurious, dog, twice])]))
    assert numbers(made) == {"background": 1, "duplicate": 1}
    assert made.ap == pytest.approx((1 + 0.5) / 2)
    assert made.errors["background"].cost == pytest.approx(0.25)
    assert made.errors["duplicate"].cost == pytest.approx(0)
    loose = ("cat", [300, 300, 520, 400], 0.8)
    made = error_kinds(results_of([(truth, [first, loose])]))
    assert numbers(made) == {"localization": 1, "missed": 1}
    # 51 of COCO's 101 recalls are reached where one of two is found.
    assert made.ap == pytest.approx(51 / 202)
    assert made.errors["localization"].cost == pytest.approx(0.5 - 51 / 202)
    assert made.errors["missed"].cost == pytest.approx(51 / 101 - 51 / 202)
    twice = [("cat", LOOSE, 0.9), ("cat", LOOSE, 0.8)]
    made = error_kinds(results_of([(truth[:2], twice)]))
    assert numbers(made) == {"localization": 2, "missed": 1}
    assert made.errors["localization"].cost == pytest.approx(51 / 101)


def test_equal_scores_cost_nothing_by_themselves():
    truth = [("cat", BOX), ("cat", FAR)]
    found = [("cat", BOX, 0.5), ("cat", FAR, 0.5), ("cat", [0, 300, 50, 400], 0.5)]
    made = error_kinds(results_of([(truth, found)]))
    assert made.errors["localization"].cost == 0 and made.errors["missed"].cost == 0


def test_nothing_to_measure_is_none():
    made = error_kinds(results_of([([], [FOUND])]))
    assert (made.ap, made.false_positives) == (None, None)
    assert error_kinds(results_of([([CAT], [])])).errors["missed"].cost is None
    assert len(error_kinds(results_of([])).kind) == 0


def test_each_detection_says_what_it_is_about():
    truth = [("dog", FAR), ("cat", BOX)]
    found = [("cat", LOOSE, 0.3), ("cat", FAR, 0.9), ("cat", BOX, 0.8), ("dog", BESIDE, 0.7)]
    made = error_kinds(results_of([(truth, found)]))
    assert made.kind.tolist() == ["localization", "classification", "", "background"]
    assert made.truth_index.tolist() == [1, 0, 1, -1]
    assert made.missed.tolist() == [False, False]


def test_it_becomes_a_table_and_json():
    made = error_kinds(results_of([([CAT], [])]))
    assert [row["kind"] for row in made.rows()] == list(KINDS)
    assert json.loads(json.dumps(made.as_dict()))["errors"]["missed"] == {"number": 1, "cost": None}
