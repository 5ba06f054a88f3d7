"""What lines of YOLO text say for and against keypoints, outlines, tracks and confidences."""

import numpy as np
import pytest

from helpers.annotations.formats import yolo_evidence
from helpers.annotations.formats.yolo_evidence import Lines

SQUARE = [0.2, 0.2, 0.4, 0.2, 0.4, 0.4, 0.2, 0.4]
BOW_TIE = [0.2, 0.2, 0.4, 0.4, 0.4, 0.2, 0.2, 0.4]


def lines(*rows, files=None):
    values = np.array(rows, float)
    files = range(len(rows)) if files is None else files
    return Lines(values, np.array([[640, 480]] * len(rows), float), np.array(files))


def test_pixels_become_fractions_by_column():
    own = lines([320, 240, 64, 48, 640])
    assert yolo_evidence.as_fractions(own).tolist() == [[0.5, 0.5, 0.1, 0.1, 1]]


@pytest.mark.parametrize(
    "four, detect, corners, xywh",
    [
        pytest.param([0.5, 0.5, 0.2, 0.2], True, False, True, id="centre and size"),
        pytest.param([0.7, 0.7, 0.9, 0.9], False, True, False, id="corners"),
        pytest.param([0.0, 0.0, 0.9, 0.9], False, True, True, id="from the corner"),
        pytest.param([0.5, 0.5, 1.015, 1.0], True, False, False, id="hardly beyond the border"),
        pytest.param([0.5, 0.5, -0.1, 0.1], False, False, False, id="negative width"),
    ],
)
def test_whether_four_numbers_are_a_box(four, detect, corners, xywh):
    fits = [bool(yolo_evidence.is_box(np.array([four]), kind)[0]) for kind in yolo_evidence.BOXES]
    assert fits == [detect, corners, xywh]


@pytest.mark.parametrize(
    "count, expected",
    [(6, [(2, 0)]), (7, [(3, 0), (2, 1)]), (10, [(2, 0), (3, 0), (2, 2)]), (4 + 3 * 152, [])],
    ids=["one of two", "one of three", "two of three", "too many"],
)
def test_which_keypoints_a_length_can_have(count, expected):
    assert [own for own in yolo_evidence.keypoint_layouts(count)] == expected


@pytest.mark.parametrize(
    "points, expected",
    [
        ([0.5, 0.5, 0.45, 0.42], True),
        ([0.5, 0.5, 0.62, 0.5], False),
        ([0.5, 0.5, 0.59, 0.41], True),
        ([0, 0, 0, 0], True),
        ([0, 0.5, 0.5, 0.5], False),
    ],
    ids=["inside", "far outside", "near", "not labelled", "half labelled"],
)
def test_whether_keypoints_lie_in_or_near_the_box(points, expected):
    values = np.array([[0.5, 0.5, 0.1, 0.1, *points]])
    assert yolo_evidence.has_keypoints(values, 2, 0).tolist() == [expected]


@pytest.mark.parametrize(
    "rows, expected",
    [
        ([[0.5] * 6 + [2]], True),
        ([[0.5] * 6 + [1]], False),
        ([[0.5] * 6 + [1]] * 6, True),
        ([[0.5] * 6 + [2], [0.5] * 7], False),
        ([[0.5] * 8], False),
    ],
    ids=["one 2", "one 1", "six of 1", "a fraction", "another length"],
)
def test_whether_a_column_shows_visibility(rows, expected):
    assert yolo_evidence.shows_visibility(np.array(rows)) is expected


@pytest.mark.parametrize(
    "last, files, expected",
    [
        ([1, 2, 1], [0, 0, 1], True),
        ([1, 1], [0, 0], False),
        ([1, 1.5], [0, 1], False),
        ([-1, 2], [0, 1], False),
    ],
    ids=["once a file", "twice in a file", "a fraction", "negative"],
)
def test_whether_last_numbers_count_tracks(last, files, expected):
    own = lines(*([0.5, 0.5, 0.1, 0.1, number] for number in last), files=files)
    assert yolo_evidence.are_tracks(own) is expected


@pytest.mark.parametrize(
    "rows, trailing, expected",
    [
        ([SQUARE], 0, 0),
        ([BOW_TIE], 0, 1),
        ([SQUARE, BOW_TIE], 0, 0.5),
        ([BOW_TIE + [0.9]], 1, 1),
        ([[0.1, 0.1, 0.9, 0.1, 0.5, 0.9]], 0, 0),
        ([[0.1, 0.1] * 5], 0, 0),
    ],
    ids=["square", "bow tie", "half of them", "confidence", "triangle", "one point"],
)
def test_the_share_of_outlines_that_cross_themselves(rows, trailing, expected):
    assert yolo_evidence.crossing_share(np.array(rows), trailing) == expected


def test_many_long_outlines_are_sampled(monkeypatch):
    rows = np.array([SQUARE] * 50 + [BOW_TIE] * 50)
    monkeypatch.setattr(yolo_evidence, "_MOST_COMPARISONS", 400)
    assert yolo_evidence.crossing_share(rows, 0) == pytest.approx(0.5, abs=0.1)
