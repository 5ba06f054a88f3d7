"""The one type that everything passes around refuses what does not fit, and never changes."""

import numpy as np
import pytest

from helpers.structures.boxes import LabeledBoxes, iou

BOXES = [[0, 0, 10, 10], [5, 5, 15, 25], [2.5, 1, 3, 2]]
LABELS = ("cat", "dog", "cat")


@pytest.mark.parametrize(
    "boxes, labels, scores, message",
    [
        ([[1, 2, 3]], ("cat",), None, r"expected an array of shape \(n, 4\), got \(1, 3\)"),
        ([1, 2, 3, 4], ("cat",), None, r"expected an array of shape \(n, 4\), got \(4,\)"),
        ([[[1, 2, 3, 4]]], ("cat",), None, r"got \(1, 1, 4\)"),
        (BOXES, LABELS[:2], None, "expected 3 labels, one a box, got 2"),
        ([], LABELS[:1], None, "expected 0 labels, one a box, got 1"),
        (BOXES, (1, 2, 1), None, "expected class names as labels, got"),
        (BOXES, LABELS, [0.5], "expected 3 scores, one a box, got 1"),
        (BOXES, LABELS, [[0.5]] * 3, r"expected an array of shape \(n\), got \(3, 1\)"),
    ],
)
def test_what_does_not_fit_together_is_refused(boxes, labels, scores, message):
    with pytest.raises(ValueError, match=message):
        LabeledBoxes(boxes, labels, scores)


@pytest.mark.parametrize(
    "boxes, labels, scores",
    [
        ([], (), None),
        ([], (), []),
        (np.zeros((0, 4)), [], np.zeros(0)),
        (BOXES, list(LABELS), None),
        (BOXES, LABELS, [0.1, 0.2, 0.3]),
    ],
)
def test_types_and_shapes_are_always_the_same(boxes, labels, scores):
    made = LabeledBoxes(boxes, labels, scores)
    assert made.boxes.dtype == np.float32
    assert made.boxes.shape == (len(made), 4)
    assert isinstance(made.labels, tuple)
    assert (made.scores is None) == (scores is None)
    if scores is not None:
        assert (made.scores.dtype, made.scores.shape) == (np.float32, (len(made),))


def test_the_callers_array_is_copied_and_ours_is_read_only():
    given = np.array(BOXES, np.float32)
    made = LabeledBoxes(given, LABELS, np.ones(3, np.float32))
    given[0, 0] = 99
    assert made.boxes[0, 0] == 0
    for array in (made.boxes, made.scores, made.select([0]).boxes, made.scaled(2, 2).boxes):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(AttributeError):
        made.labels = ()


@pytest.mark.parametrize(
    "keep, expected",
    [
        ([], []),
        ([2, 0], [2, 0]),
        ([True, False, True], [0, 2]),
        ([False] * 3, []),
        ([1, 1], [1, 1]),
    ],
)
def test_where_takes_masks_and_indices(keep, expected):
    made = LabeledBoxes(BOXES, LABELS, [0.1, 0.2, 0.3])
    kept = made.select(np.array(keep) if keep else np.array([], int))
    assert kept.boxes.tolist() == [BOXES[index] for index in expected]
    assert kept.labels == tuple(LABELS[index] for index in expected)
    assert kept.scores.tolist() == pytest.approx([[0.1, 0.2, 0.3][index] for index in expected])
    assert made.boxes.tolist() == BOXES


@pytest.mark.parametrize("threshold, count", [(0, 3), (0.25, 2), (0.5, 2), (0.51, 1), (1.01, 0)])
def test_above_keeps_the_threshold_itself(threshold, count):
    assert len(LabeledBoxes(BOXES, LABELS, [0.125, 0.5, 1]).with_min_score(threshold)) == count


def test_ground_truth_has_no_scores_to_be_above():
    with pytest.raises(ValueError, match="expected detections with scores, got ground truth"):
        LabeledBoxes(BOXES, LABELS).with_min_score(0.5)


def test_scaled_there_and_back():
    made = LabeledBoxes(BOXES, LABELS, [0.1, 0.2, 0.3])
    assert made.scaled(2, 0.5).boxes[1].tolist() == [10, 2.5, 30, 12.5]
    back = made.scaled(2, 0.5).scaled(0.5, 2)
    assert back.boxes.tolist() == BOXES
    assert (back.labels, back.scores.tolist()) == (made.labels, made.scores.tolist())


@pytest.mark.parametrize(
    "first, second, expected",
    [
        ([0, 0, 10, 10], [0, 0, 10, 10], 1),
        ([0, 0, 10, 10], [10, 0, 20, 10], 0),
        ([0, 0, 10, 10], [5, 0, 15, 10], 50 / 150),
        ([0, 0, 10, 10], [2, 2, 4, 4], 4 / 100),
        ([0, 0, 10, 10], [-5, -5, 5, 5], 25 / 175),
        ([3, 3, 3, 3], [3, 3, 3, 3], 0),
    ],
)
def test_iou_by_hand(first, second, expected):
    assert iou(np.array([first]), np.array([second])) == pytest.approx(expected)
    assert iou(np.array([second]), np.array([first])) == pytest.approx(expected)


def test_iou_is_what_pycocotools_says():
    from pycocotools import mask

    random = np.random.RandomState(5)
    low, sides = random.uniform(0, 80, (2, 30, 2)), random.uniform(0.5, 60, (2, 30, 2))
    boxes = np.concatenate([low, low + sides], axis=2)
    as_coco = np.concatenate([low, sides], axis=2)
    expected = mask.iou(as_coco[0], as_coco[1], [False] * 30)
    np.testing.assert_allclose(iou(boxes[0], boxes[1]), expected, atol=1e-12)


@pytest.mark.parametrize("first, second", [(0, 3), (3, 0), (0, 0)])
def test_iou_of_nothing(first, second):
    assert iou(np.ones((first, 4)), np.ones((second, 4))).shape == (first, second)
