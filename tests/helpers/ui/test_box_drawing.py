"""Boxes on images: where they belong, their names beside them, full or dashed."""

import numpy as np
import pytest
from PIL import Image

from helpers.ui import box_drawing
from helpers.ui.box_drawing import DrawnBox

RED = "#ff0000"


def reds(image):
    """Where the image is pure red, (h, w)."""
    return (np.asarray(image) == (255, 0, 0)).all(axis=2)


def extent(mask):
    rows, columns = np.nonzero(mask)
    return [columns.min(), rows.min(), columns.max(), rows.max()]


@pytest.mark.parametrize(
    "box, size, expected",
    [
        ([20, 30, 60, 70], (100, 100), [20, 30, 60, 70]),  # inside: no margin
        ([-50, 30, 60, 70], (130, 130), [0, 45, 75, 85]),  # beyond on the left: cut at the margin
        ([20, 30, 900, 70], (130, 130), [35, 45, 129, 85]),
        ([300, 300, 400, 400], (130, 130), [121, 121, 129, 129]),  # outside: a speck in the corner
        ([50, 50, 50, 50], (100, 100), [46, 46, 54, 54]),  # no area: still to be seen
    ],
    ids=["inside", "beyond-left", "beyond-right", "outside", "no-area"],
)
def test_a_box_is_drawn_where_it_is(box, size, expected):
    image = Image.new("RGB", (100, 100), "black")
    drawn = box_drawing.draw_boxes(image, [DrawnBox(np.array(box, float), RED, "")])
    assert drawn.size == size
    np.testing.assert_allclose(extent(reds(drawn)), expected, atol=1)
    assert not reds(image).any()


def test_a_box_without_numbers_is_left_out():
    image = Image.new("RGB", (50, 40), "black")
    drawn = box_drawing.draw_boxes(image, [DrawnBox(np.full(4, np.nan), RED, "cat")])
    assert drawn.tobytes() == image.tobytes()


@pytest.mark.parametrize(
    "box",
    [[10, 0, 30, 20], [10, 50, 30, 80], [90, 50, 99, 80]],
    ids=["top", "below", "right-border"],
)
def test_the_name_stands_at_the_box_and_on_the_image(box):
    image = Image.new("RGB", (100, 100), "black")
    bare, named = (
        reds(box_drawing.draw_boxes(image, [DrawnBox(np.array(box, float), RED, text)]))
        for text in ("", "cat")
    )
    low, high = extent(named)[:2], extent(named)[2:]
    assert named.sum() > bare.sum() + 100
    assert min(low) >= 0 and max(high) <= 99 and low[1] >= box[1] - 20


def test_a_dashed_box_has_gaps_and_the_same_extent():
    image = Image.new("RGB", (100, 100), "black")
    full = DrawnBox(np.array([10.0, 20, 80, 90]), RED, "", 3)
    drawn = [
        reds(box_drawing.draw_boxes(image, [one])) for one in (full, full._replace(dashed=True))
    ]
    np.testing.assert_allclose(extent(drawn[0]), extent(drawn[1]), atol=box_drawing._DASH)
    assert 0.35 < drawn[1].sum() / drawn[0].sum() < 0.75
    assert (drawn[1] <= drawn[0]).all()


@pytest.mark.parametrize(
    "below, rows", [(False, (2, 20)), (True, (60, 80))], ids=["above", "below"]
)
def test_a_name_stands_above_its_box_or_below(below, rows):
    image = Image.new("RGB", (100, 100), "black")
    box = DrawnBox(np.array([10.0, 20, 90, 60]), RED, "cat", text_below=below)
    plain = reds(box_drawing.draw_boxes(image, [box._replace(text="")]))
    named = reds(box_drawing.draw_boxes(image, [box])) & ~plain
    assert rows[0] <= extent(named)[1] and extent(named)[3] <= rows[1]


def test_no_line_runs_through_a_name():
    image = Image.new("RGB", (100, 100), "black")
    named = DrawnBox(np.array([10.0, 40, 90, 90]), RED, "cat", text_colour="#00ff00")
    across = DrawnBox(np.array([20.0, 30, 24, 60]), "#0000ff", "")
    alone, both = (
        np.asarray(box_drawing.draw_boxes(image, boxes)) for boxes in ([named], [named, across])
    )
    np.testing.assert_array_equal(both[24:38, 11:40], alone[24:38, 11:40])
    assert (alone[24:38, 11:40] == (0, 255, 0)).all(axis=2).any()
