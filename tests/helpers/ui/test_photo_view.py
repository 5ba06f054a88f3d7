"""Zoom and pan: points map both ways, the photo fills the canvas, the cursor's point stays."""

import numpy as np
import pytest

from helpers.ui.photo_view import LARGEST_PIXEL, View

WHOLE = View((4000, 3000), (747, 560))
VIEWS = {
    "whole": WHOLE,
    "zoomed": WHOLE.zoomed(5.0, (300, 200)),
    "corner": WHOLE.zoomed(7.3, (747, 560)),
    "moved": WHOLE.zoomed(4.0, (0, 0)).moved(100, 33),
    "around": WHOLE.around((100, 100), (140, 160)),
    "small-photo": View((41, 30), (123, 90)).zoomed(3.0, (60, 40)),
}


@pytest.fixture(params=list(VIEWS))
def view(request):
    return VIEWS[request.param]


def test_points_map_both_ways(view):
    points = [[0, 0], [1234.5, 17.25], [view.photo[0], view.photo[1]]]
    assert view.to_photo(view.to_canvas(points)) == pytest.approx(np.array(points), abs=1e-9)


def test_the_canvas_shows_the_region_and_nothing_beside_the_photo(view):
    x_min, y_min, x_max, y_max = view.region
    assert view.to_canvas([(x_min, y_min)])[0] == pytest.approx((0, 0), abs=1e-9)
    assert view.to_canvas([(x_max, y_max)])[0] == pytest.approx(view.canvas)
    assert 0 <= x_min < x_max <= view.photo[0] + 1e-9
    assert 0 <= y_min < y_max <= view.photo[1] + 1e-9


@pytest.mark.parametrize("factor", [1.25, 3.0])
def test_the_point_under_the_cursor_stays(factor):
    cursor = (321, 123)
    before = WHOLE.to_photo([cursor])[0]
    assert WHOLE.zoomed(factor, cursor).to_photo([cursor])[0] == pytest.approx(before)


@pytest.mark.parametrize(
    "view, zoom",
    [
        (WHOLE.zoomed(0.5, (10, 10)), 1.0),
        (WHOLE.zoomed(1e9, (10, 10)), LARGEST_PIXEL * 4000 / 747),
        (WHOLE.zoomed(3.0, (10, 10)).zoomed(1 / 3, (400, 400)), 1.0),
        (View((10, 10), (560, 560)).zoomed(5.0, (0, 0)), 1.0),
    ],
    ids=["never-smaller", "pixels-of-16", "back", "large-already"],
)
def test_zoom_has_limits(view, zoom):
    assert view.zoom == pytest.approx(zoom)


def test_moving_ends_at_the_border_of_the_photo():
    view = WHOLE.zoomed(4.0, (0, 0))
    assert view.moved(-50, -50) == view
    assert view.moved(74.7, 56).region[:2] == pytest.approx((100, 75))
    assert view.moved(1e6, 1e6).region[2:] == pytest.approx((4000, 3000))


def test_the_view_around_a_rectangle_has_all_of_it():
    view = WHOLE.around((200, 150), (100, 100))
    (x_min, y_min), (x_max, y_max) = view.to_canvas(WHOLE.to_photo([(100, 100), (200, 150)]))
    assert (x_min, x_max) == pytest.approx((0, 747))
    assert 0 < y_min < y_max < 560


def test_a_pixel_of_the_canvas_is_less_than_one_of_a_large_photo():
    """What the mouse can point at, in pixels of a photo of 12 megapixels."""
    assert (1 / WHOLE.scale > 5).all()
    assert (1 / WHOLE.around((300, 300), (330, 320)).scale < 0.25).all()
