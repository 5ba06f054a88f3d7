"""Points, polygons and lines."""

import pytest

from detection.watch.geometry import anchor_of, crosses_itself, is_inside, position_along, side_of

SQUARE = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))
ARROW = ((0.0, 0.0), (1.0, 0.0), (0.5, 0.2), (0.0, 1.0))  # concave at its third corner


@pytest.mark.parametrize(
    "point, polygon, expected",
    [
        ((0.5, 0.5), SQUARE, True),
        ((0.2, 0.5), SQUARE, True),
        ((0.1, 0.5), SQUARE, False),
        ((0.4, 0.2), ARROW, True),
        ((0.7, 0.3), ARROW, False),
    ],
    ids=["middle", "border", "beside", "in the arrow", "in its dent"],
)
def test_inside(point, polygon, expected):
    assert is_inside(point, polygon) == expected


@pytest.mark.parametrize(
    "polygon, expected",
    [
        (SQUARE, False),
        (SQUARE[::-1], False),
        (ARROW, False),
        ((SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]), True),
        (((0.1, 0.1), (0.5, 0.5), (0.9, 0.9)), True),
    ],
    ids=["square", "the other way round", "concave", "bow tie", "no area"],
)
def test_polygons_that_cross_themselves(polygon, expected):
    assert crosses_itself(polygon) == expected


def test_anchors():
    assert anchor_of((10, 20, 30, 60), "bottom") == (20, 60)
    assert anchor_of((10, 20, 30, 60), "center") == (20, 40)


def test_sides_of_a_line():
    start, end = (1.0, 1.0), (5.0, 1.0)
    assert side_of((3, 3), start, end) == 2  # below: to the right of someone who walks to the right
    assert side_of((9, -1), start, end) == -2
    assert side_of((3, 3), end, start) == -2
    assert position_along((2, 7), start, end) == 0.25
    assert position_along((7, 0), start, end) == 1.5
