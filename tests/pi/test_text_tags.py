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


@pytest.mark.parametrize("size", [(120, 160), (480, 640), (1080, 1920)], ids=str)
@pytest.mark.parametrize("text", ["raccoon #3 0.97", "gypsy_jumping 0.51", "Wg|@jQ_#"])
def test_the_text_lies_within_its_tag(size, text):
    """Each version of OpenCV draws letters of its own, of other widths and heights."""
    canvas = np.zeros((*size, 3), np.uint8)
    draw_tag(canvas, text, (5, size[0] // 2), (255, 0, 0))
    drawn, tag = np.argwhere(canvas.any(axis=2)), np.argwhere((canvas == (0, 0, 255)).all(axis=2))
    assert (drawn.min(axis=0) == tag.min(axis=0)).all()
    assert (drawn.max(axis=0) == tag.max(axis=0)).all()
