"""Boxes are drawn where they are, in the colour of their class."""

import sys
import threading

import numpy as np
import pytest
from pi_results import grey, result

from detection.drawing import PALETTE, Painter, class_colours, draw
from detection.structures import Detection, Frame, Overlay, Result, Zone

COLOURS = class_colours(["cup", "ball"])


def test_colours_belong_to_classes():
    labels = [f"class {number}" for number in range(len(PALETTE) + 1)]
    colours = class_colours(labels)
    assert len({colours[label] for label in labels[:-1]}) == len(PALETTE)
    assert colours[labels[-1]] == PALETTE[0]


@pytest.mark.parametrize("width, height", [(64, 48), (1280, 720), (3, 2), (2000, 20)])
@pytest.mark.parametrize(
    "box",
    [(0, 0, 1, 1), (0.25, 0.5, 0.75, 1), (0.999, 0.999, 1, 1)],
    ids=["whole image", "lower half", "corner pixel"],
)
def test_draw_on_any_size(width, height, box):
    image = np.full((height, width, 3), 128, np.uint8)
    before = image.copy()
    pixels = tuple(relative * length for relative, length in zip(box, (width, height) * 2))
    drawn = draw(image, [Detection("cup", 0.9, pixels)], COLOURS)
    assert np.array_equal(image, before)
    assert drawn.shape == image.shape
    assert drawn.dtype == np.uint8
    assert not np.array_equal(drawn, image)


def test_draw_puts_the_box_where_it_is():
    image = np.zeros((200, 300, 3), np.uint8)
    drawn = draw(image, [Detection("cup", 0.9, (100, 80, 200, 160))], COLOURS)
    for x, y in ((100, 120), (200, 120), (150, 160), (190, 80)):
        assert tuple(drawn[y, x]) == COLOURS["cup"]
    assert drawn[90:150, 110:190].max() == 0
    assert drawn[170:].max() == drawn[:, 210:].max() == drawn[:, :90].max() == 0


def test_draw_nothing():
    image = np.full((5, 5, 3), 7, np.uint8)
    assert np.array_equal(draw(image, [], COLOURS), image)


@pytest.mark.parametrize("track", [None, 7], ids=["not tracked", "tracked"])
def test_draw_labels_beyond_ascii(track):
    image = np.zeros((100, 200, 3), np.uint8)
    label = "B\u00e4r \u718a"
    drawn = draw(image, [Detection(label, 0.9, (50, 40, 150, 90), track)], class_colours([label]))
    assert drawn[:40].max() > 0


def test_painters_draw_once_and_the_overlay_below():
    zone = Zone("lawn", ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)))
    painter = Painter(["cup"], Overlay(zones=(zone,)))
    image = np.zeros((100, 200, 3), np.uint8)
    shown = Result(Frame(image, "a.png", None), (Detection("cup", 0.9, (50, 40, 150, 90)),))
    painted = painter.paint(shown)
    assert painter.paint(shown) is painted
    assert tuple(painted[65, 50]) == COLOURS["cup"]
    assert painted[60, 120].min() > 200
    assert image.max() == 0


def test_threads_get_their_own_results():
    painter, levels, wrong = Painter(["cup"]), (10, 200), []

    def paint(level):
        for _ in range(40000):
            painted = painter.paint(result(grey(level, 4, 4)))
            wrong.extend({int(painted[0, 0, 0])} - {level})

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=paint, args=(level,)) for level in levels]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert wrong == []
