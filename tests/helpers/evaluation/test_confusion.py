"""The confusion matrix, equal to supervision's."""

import json

import numpy as np
import pytest
from planted_results import random_results, results_of

from helpers.evaluation.confusion import BACKGROUND, confusion_matrix

BOX, MOVED, FAR = [0, 0, 100, 100], [10, 0, 110, 100], [300, 300, 400, 400]
HALF = [0, 0, 50, 100]


def matrix_of(truth, detections, **options):
    made = results_of([(truth, detections)])
    return confusion_matrix(made, options.pop("threshold", 0.5), **options).matrix.tolist()


@pytest.mark.parametrize(
    "truth, detections, expected",
    [
        pytest.param([], [], [[0, 0, 0], [0, 0, 0], [0, 0, 0]], id="nothing"),
        pytest.param(
            [("cat", BOX)], [("cat", MOVED, 0.9)], [[1, 0, 0], [0, 0, 0], [0, 0, 0]], id="found"
        ),
        pytest.param([("dog", BOX)], [], [[0, 0, 0], [0, 0, 1], [0, 0, 0]], id="missed"),
        pytest.param(
            [("dog", BOX)],
            [("dog", MOVED, 0.49)],
            [[0, 0, 0], [0, 0, 1], [0, 0, 0]],
            id="below the threshold",
        ),
        pytest.param(
            [("cat", BOX)], [("cat", FAR, 0.9)], [[0, 0, 1], [0, 0, 0], [1, 0, 0]], id="elsewhere"
        ),
        pytest.param(
            [("cat", BOX)], [("dog", BOX, 0.9)], [[0, 1, 0], [0, 0, 0], [0, 0, 0]], id="confused"
        ),
        pytest.param(
            [("cat", BOX)],
            [("dog", BOX, 0.99), ("cat", MOVED, 0.6)],
            [[1, 0, 0], [0, 0, 0], [0, 1, 0]],
            id="same class before closer box and higher score",
        ),
        pytest.param(
            [("cat", BOX)],
            [("cat", HALF, 0.9)],
            [[0, 0, 1], [0, 0, 0], [1, 0, 0]],
            id="an IoU of the limit itself is no pair",
        ),
        pytest.param(
            [("cat", FAR, True)],
            [("cat", FAR, 0.9), ("dog", FAR, 0.9)],
            [[0, 0, 0], [0, 0, 0], [0, 1, 0]],
            id="crowd",
        ),
    ],
)
def test_what_is_counted_where(truth, detections, expected):
    assert matrix_of(truth, detections) == expected


@pytest.mark.parametrize("threshold, iou", [(0.0, 0.5), (0.3, 0.5), (0.5, 0.1), (0.6, 0.75)])
@pytest.mark.parametrize("seed", [1, 2])
def test_it_is_supervisions(seed, threshold, iou, supervision_matrix):
    made = random_results(seed)
    ours = confusion_matrix(made, threshold, iou).matrix
    assert ours.tolist() == supervision_matrix(made, threshold, iou)
    assert ours.trace() and len(np.argwhere(ours)) > 6


def test_ties_are_broken_as_supervision_breaks_them(supervision_matrix):
    grid = [[x, y, x + 40, y + 40] for x in (0, 10, 20) for y in (0, 10, 20)]
    truth = [(label, box) for box in grid for label in ("cat", "dog")]
    made = results_of([(truth, [("dog", box, 0.5) for box in reversed(grid[1:])])])
    assert confusion_matrix(made, 0.5).matrix.tolist() == supervision_matrix(made, 0.5, 0.5)


def test_confused_classes_come_by_their_number():
    pair, wrong = [("cat", BOX), ("dog", FAR)], [("dog", BOX, 0.9), ("cat", FAR, 0.9)]
    made = confusion_matrix(results_of([(pair, wrong), (pair, wrong[:1])]), 0.5)
    assert made.confused() == [("cat", "dog", 2, 1.0), ("dog", "cat", 1, 0.5)]


def test_it_becomes_a_table_and_json():
    made = confusion_matrix(results_of([([("cat", BOX)], [("dog", BOX, 0.9)])]), 0.5)
    assert made.rows()[0] == {"truth / detected": "cat", "cat": 0, "dog": 1, BACKGROUND: 0}
    assert [row["truth / detected"] for row in made.rows()] == ["cat", "dog", BACKGROUND]
    assert json.loads(json.dumps(made.as_dict()))["matrix"] == made.matrix.tolist()
