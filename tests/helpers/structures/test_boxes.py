"""The one type that everything passes around refuses what does not fit, and never changes."""

import numpy as np
import pytest

from helpers.structures.boxes import FLAGS, LabeledBoxes, coverage, iou

BOXES = [[0, 0, 10, 10], [5, 5, 15, 25], [2.5, 1, 3, 2]]
LABELS = ("cat", "dog", "cat")


@pytest.mark.parametrize(
    "boxes, labels, scores, expected",
    [
        pytest.param([[1, 2, 3]], ("cat",), None, r"\(n, 4\), got \(1, 3\)", id="three corners"),
        pytest.param([1, 2, 3, 4], ("cat",), None, r"\(n, 4\), got \(4,\)", id="one flat box"),
        pytest.param(
            [[[1, 2, 3, 4]]], ("cat",), None, r"\(n, 4\), got \(1, 1, 4\)", id="nested boxes"
        ),
        pytest.param(BOXES, LABELS[:2], None, "3 labels, .*got 2", id="fewer labels"),
        pytest.param([], LABELS[:1], None, "0 labels, .*got 1", id="more labels"),
        pytest.param(BOXES, (1, 2, 1), None, r"class names .*\(1, 2, 1\)", id="ids as labels"),
        pytest.param(BOXES, LABELS, [0.5], "3 scores, .*got 1", id="fewer scores"),
        pytest.param(BOXES, LABELS, [[0.5]] * 3, r"\(n\), got \(3, 1\)", id="nested scores"),
    ],
)
def test_what_does_not_fit_together_is_refused(boxes, labels, scores, expected):
    with pytest.raises(ValueError, match=expected):
        LabeledBoxes(boxes, labels, scores)


@pytest.mark.parametrize(
    "boxes, labels, scores",
    [
        pytest.param([], (), None, id="no boxes"),
        pytest.param([], (), [], id="no detections"),
        pytest.param(np.zeros((0, 4)), [], np.zeros(0), id="empty arrays"),
        pytest.param(BOXES, list(LABELS), None, id="ground truth"),
        pytest.param(BOXES, LABELS, [0.1, 0.2, 0.3], id="detections"),
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
    array = np.array(BOXES, np.float32)
    made = LabeledBoxes(array, LABELS, np.ones(3, np.float32))
    array[0, 0] = 99
    assert made.boxes[0, 0] == 0
    for column in (made.boxes, made.scores, made.select([0]).boxes, made.scaled(2, 2).boxes):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1
    with pytest.raises(AttributeError):
        made.labels = ()


@pytest.mark.parametrize(
    "keep, expected",
    [
        pytest.param([], [], id="nothing"),
        pytest.param([2, 0], [2, 0], id="indices"),
        pytest.param([True, False, True], [0, 2], id="mask"),
        pytest.param([False] * 3, [], id="empty mask"),
        pytest.param([1, 1], [1, 1], id="index twice"),
    ],
)
def test_select_takes_masks_and_indices(keep, expected):
    made = LabeledBoxes(BOXES, LABELS, [0.1, 0.2, 0.3])
    kept = made.select(np.array(keep) if keep else np.array([], int))
    assert kept.boxes.tolist() == [BOXES[index] for index in expected]
    assert kept.labels == tuple(LABELS[index] for index in expected)
    assert kept.scores.tolist() == pytest.approx([[0.1, 0.2, 0.3][index] for index in expected])
    assert made.boxes.tolist() == BOXES


@pytest.mark.parametrize("threshold, count", [(0, 3), (0.25, 2), (0.5, 2), (0.51, 1), (1.01, 0)])
def test_with_min_score_keeps_the_threshold_itself(threshold, count):
    assert len(LabeledBoxes(BOXES, LABELS, [0.125, 0.5, 1]).with_min_score(threshold)) == count


@pytest.mark.parametrize(
    "column, values, expected",
    [
        ("truncated", [True, False], "3 truncated, .*got 2"),
        ("difficult", [], "3 difficult, .*got 0"),
        ("group_of", [[True]] * 3, r"\(n\), got \(3, 1\)"),
        ("extras", [{}], "3 extras, .*got 1"),
    ],
    ids=["truncated", "difficult", "group_of", "extras"],
)
def test_a_column_of_another_length_is_refused(column, values, expected):
    with pytest.raises(ValueError, match=expected):
        LabeledBoxes(BOXES, LABELS, **{column: values})


COLUMNS = {
    "scores": [0.125, 0.5, 1],
    "truncated": [True, False, False],
    "difficult": [False, True, False],
    "group_of": [0, 0, 1],
    "occluded": [True, True, False],
    "extras": [{"id": 0}, {"id": 1}, {"id": 2}],
}


@pytest.mark.parametrize(
    "change, expected",
    [
        (lambda boxes: boxes, [0, 1, 2]),
        (lambda boxes: boxes.select([2, 0]), [2, 0]),
        (lambda boxes: boxes.select(np.array([False, True, False])), [1]),
        (lambda boxes: boxes.select(np.array([], int)), []),
        (lambda boxes: boxes.with_min_score(0.5), [1, 2]),
        (lambda boxes: boxes.scaled(2, 3), [0, 1, 2]),
        (lambda boxes: boxes.joined(boxes.select([1])), [0, 1, 2, 1]),
    ],
    ids=["as built", "indices", "mask", "nothing", "with_min_score", "scaled", "joined"],
)
def test_columns_stay_in_step(change, expected):
    changed = change(LabeledBoxes(BOXES, LABELS, **COLUMNS))
    for name, values in COLUMNS.items():
        assert list(getattr(changed, name)) == [values[index] for index in expected]
    for name in FLAGS:
        assert getattr(changed, name).dtype == bool
        assert not getattr(changed, name).flags.writeable


@pytest.mark.parametrize(
    "change",
    [
        lambda boxes: boxes,
        lambda boxes: boxes.select([0]),
        lambda boxes: boxes.scaled(2, 2),
        lambda boxes: boxes.joined(boxes),
    ],
    ids=["as built", "select", "scaled", "joined"],
)
def test_what_is_not_known_stays_unknown(change):
    changed = change(LabeledBoxes(BOXES, LABELS))
    assert [getattr(changed, name) for name in COLUMNS] == [None] * len(COLUMNS)
    assert changed.flags("truncated").tolist() == [False] * len(changed)
    assert changed.extra(0) == {}


def test_joined_fills_what_one_of_the_two_does_not_know():
    known = LabeledBoxes(BOXES[:1], LABELS[:1], truncated=[True], extras=[{"id": 0}])
    unknown = LabeledBoxes(BOXES[1:], LABELS[1:], group_of=[True, False])
    joined = known.joined(unknown)
    assert joined.boxes.tolist() == BOXES and joined.labels == LABELS
    assert joined.truncated.tolist() == [True, False, False]
    assert joined.group_of.tolist() == [False, True, False]
    assert (joined.difficult, joined.extras) == (None, ({"id": 0}, {}, {}))


def test_detections_and_ground_truth_do_not_join():
    detections = LabeledBoxes(BOXES, LABELS, [0.1, 0.2, 0.3])
    with pytest.raises(ValueError, match="detections or"):
        detections.joined(LabeledBoxes(BOXES, LABELS))


def test_ground_truth_has_no_scores_to_be_above():
    with pytest.raises(ValueError, match="scores, .*ground truth"):
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
        pytest.param([0, 0, 10, 10], [0, 0, 10, 10], 1, id="same box"),
        pytest.param([0, 0, 10, 10], [10, 0, 20, 10], 0, id="touching"),
        pytest.param([0, 0, 10, 10], [5, 0, 15, 10], 50 / 150, id="a third"),
        pytest.param([0, 0, 10, 10], [2, 2, 4, 4], 4 / 100, id="inside"),
        pytest.param([0, 0, 10, 10], [-5, -5, 5, 5], 25 / 175, id="corner"),
        pytest.param([3, 3, 3, 3], [3, 3, 3, 3], 0, id="no area"),
    ],
)
def test_iou_by_hand(first, second, expected):
    assert iou(np.array([first]), np.array([second])) == pytest.approx(expected)
    assert iou(np.array([second]), np.array([first])) == pytest.approx(expected)


def test_overlaps_are_what_pycocotools_says():
    from pycocotools import mask

    random = np.random.RandomState(5)
    low, sides = random.uniform(0, 80, (2, 30, 2)), random.uniform(0.5, 60, (2, 30, 2))
    boxes = np.concatenate([low, low + sides], axis=2)
    as_coco = np.concatenate([low, sides], axis=2)
    for ours, crowd in ((iou, False), (coverage, True)):
        expected = mask.iou(as_coco[0], as_coco[1], [crowd] * 30)
        np.testing.assert_allclose(ours(boxes[0], boxes[1]), expected, atol=1e-12)


@pytest.mark.parametrize("first, second", [(0, 3), (3, 0), (0, 0)])
def test_overlaps_of_nothing(first, second):
    for overlap in (iou, coverage):
        assert overlap(np.ones((first, 4)), np.ones((second, 4))).tolist() == [[0] * second] * first
