"""Zones, masks, lines and counts are drawn where they are."""

import numpy as np

from detection.overlay import with_overlay
from detection.structures import Line, Overlay, Zone

IMAGE = np.full((240, 320, 3), 100, np.uint8)
LEFT_HALF = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))


def test_nothing_to_draw():
    assert with_overlay(IMAGE, Overlay(), {}) is IMAGE


def test_a_mask_is_dark_inside_alone():
    drawn = with_overlay(IMAGE, Overlay(masks=(Zone("tv", LEFT_HALF),)), {})
    assert drawn[:, :155].max() == 50
    assert drawn[:, 165:].min() == IMAGE.min() == 100


def test_a_zone_is_outlined():
    drawn = with_overlay(IMAGE, Overlay(zones=(Zone("lawn", LEFT_HALF),)), {})
    assert drawn[200, 159:162].max() > 200
    assert (drawn[100:230, 5:150] == 100).all() and (drawn[100:, 170:] == 100).all()


def test_a_line_has_its_counts_and_points_in_the_first_direction():
    line = Line("door", (0.25, 0.5), (0.75, 0.5))
    drawn = with_overlay(IMAGE, Overlay(lines=(line,)), {"door": {"in": 1, "out": 0}})
    changed = (drawn != IMAGE).any(axis=2)
    assert changed[119:122, 82:238].all()
    arrow = changed[125:135, 155:166].any(axis=1)
    assert arrow.all() and not changed[105:115, 200:238].any()
    other = with_overlay(IMAGE, Overlay(lines=(line,)), {"door": {"in": 2, "out": 0}})
    assert not np.array_equal(other, drawn)
