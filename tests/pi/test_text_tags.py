"""Text on a tag is inside the image and readable."""

import numpy as np
import pytest

from detection.text_tags import draw_tag


@pytest.mark.parametrize("text", ["B\u00e4r", "\u718a", "", "door: in 3"], ids=ascii)
def test_a_tag_is_filled(text):
    canvas = np.zeros((100, 200, 3), np.uint8)
    draw_tag(canvas, text, (50, 60), (255, 0, 0))
    assert tuple(canvas[59, 51]) == (0, 0, 255)  # BGR
    assert canvas[62:].max() == 0


@pytest.mark.parametrize(
    "corner, inside", [((0, 0), (1, 1)), ((199, 99), (98, 190))], ids=["top left", "bottom right"]
)
def test_a_tag_stays_inside(corner, inside):
    canvas = np.zeros((100, 200, 3), np.uint8)
    draw_tag(canvas, "door", corner, (255, 255, 255))
    assert canvas[inside].any()


@pytest.mark.parametrize(
    "colour, darkest", [((255, 255, 0), True), ((0, 0, 90), False)], ids=["bright", "dark"]
)
def test_letters_stand_out(colour, darkest):
    canvas = np.full((100, 200, 3), 128, np.uint8)
    draw_tag(canvas, "MMM", (20, 60), colour)
    assert (canvas.sum(axis=2).min() == 0) == darkest
    assert (canvas.sum(axis=2).max() > 700) == (not darkest)
