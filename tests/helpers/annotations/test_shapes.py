"""Bounding boxes of polygons, masks and shapes, with pycocotools as the oracle."""

import cv2
import numpy as np
import pytest

from helpers.annotations import shapes


@pytest.mark.parametrize(
    "segmentation, expected",
    [
        ([[1, 2, 9, 3, 5, 8]], ("an outline of 3 points", [1, 2, 9, 8])),
        ([1, 2, 9, 3, 5, 8], ("an outline of 3 points", [1, 2, 9, 8])),
        ([[1, 2, 3, 4], [7, 9, 8, 8]], ("an outline of 4 points", [1, 2, 8, 9])),
        ({"size": [4, 5], "counts": [5, 2, 13]}, ("a mask", [1, 1, 2, 3])),
        ([], ("no outline", None)),
        ([[1, 2, 3]], ("a broken outline", None)),
    ],
    ids=["polygon", "flat polygon", "two polygons", "mask", "nothing", "odd count"],
)
def test_a_segmentation_has_a_bounding_box(segmentation, expected):
    assert shapes.of_segmentation(segmentation) == expected


@pytest.mark.parametrize("seed", range(8))
def test_a_mask_has_the_box_of_pycocotools(seed):
    from pycocotools import mask

    rng = np.random.RandomState(seed)
    height, width = rng.randint(1, 90, 2)
    pixels = np.zeros((height, width), np.uint8, order="F")
    for _ in range(rng.randint(1, 4)):
        x, y = rng.randint(width), rng.randint(height)
        pixels[y : y + rng.randint(1, 40), x : x + rng.randint(1, 40)] = 1
    packed = mask.encode(pixels)
    x, y, w, h = mask.toBbox(packed)
    compressed = {"size": packed["size"], "counts": packed["counts"].decode()}
    flat = pixels.ravel(order="F")
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flat, [1 - flat[-1]]])))
    counts = np.diff(np.concatenate([[0], edges])).tolist()
    for outline in (compressed, {"size": [int(height), int(width)], "counts": counts}):
        assert shapes.of_segmentation(outline) == ("a mask", [x, y, x + w, y + h])


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"size": [9, 9], "counts": [1, 10**9]}, id="run beyond the mask"),
        pytest.param({"size": [9, 9], "counts": [1, -1, 5]}, id="negative run"),
        pytest.param({"size": [0, 9], "counts": [0]}, id="height of 0"),
        pytest.param({"size": [9, 9], "counts": [81]}, id="empty mask"),
        pytest.param({"counts": [1, 2]}, id="no size"),
        pytest.param({"size": [9, 9], "counts": "o" * 10**6}, id="long packed counts"),
        pytest.param({"size": [9, 9], "counts": "\x00"}, id="NUL in packed counts"),
        pytest.param({"size": [9, 9], "counts": "ä"}, id="packed counts not ASCII"),
        pytest.param({"size": [9, 9], "counts": ""}, id="packed counts empty"),
        pytest.param({"size": 9, "counts": 9}, id="size and counts numbers"),
        pytest.param([], id="empty list"),
        pytest.param([[]], id="empty outline"),
        pytest.param([[1]], id="one number"),
        pytest.param([[1, 2, 3]], id="odd count"),
        pytest.param([["a", 2]], id="text in an outline"),
        pytest.param([[1, 2], 7], id="number after an outline"),
        pytest.param(None, id="null"),
        pytest.param(7, id="number"),
        pytest.param("text", id="text"),
        pytest.param([None], id="null in a list"),
        pytest.param({}, id="empty mapping"),
    ],
)
def test_broken_outlines_have_no_box(value):
    assert shapes.of_segmentation(value)[1] is None


def test_a_mask_that_declares_terabytes_takes_no_memory():
    mask = {"size": [400_000_000, 900_000_000], "counts": [5, 900_000_000]}
    assert shapes.of_segmentation(mask) == ("a mask", [0, 0, 3, 400_000_000])


@pytest.mark.parametrize(
    "shape, expected",
    [
        ({"x": 1, "y": 2, "width": 3, "height": 4}, ("rect", [1, 2, 4, 6])),
        ({"name": "circle", "cx": 10, "cy": 12, "r": 3}, ("circle", [7, 9, 13, 15])),
        ({"name": "ellipse", "cx": 9, "cy": 9, "rx": 3, "ry": 5}, ("ellipse", [6, 4, 12, 14])),
        ({"name": "point", "cx": 4, "cy": 5}, ("point", [4, 5, 4, 5])),
        (
            {"name": "polygon", "all_points_x": [3, 9], "all_points_y": [8, 2]},
            ("polygon", [3, 2, 9, 8]),
        ),
        ({"name": "circle", "cx": 10, "cy": "a", "r": 3}, ("circle", None)),
        ({"name": "polygon", "all_points_x": [3, 9], "all_points_y": [8]}, ("polygon", None)),
        ({}, ("rect", None)),
    ],
    ids=["rect", "circle", "ellipse", "point", "polygon", "no number", "uneven", "nothing"],
)
def test_a_shape_has_a_bounding_box(shape, expected):
    assert shapes.of_shape(shape) == expected


@pytest.mark.parametrize("degrees", [0, 30, 90, 135, 180, 300, -45, 360.5], ids=str)
def test_the_box_around_a_rotated_rectangle_is_that_of_its_corners(degrees):
    box = [120.0, 220.0, 420.0, 250.0]
    corners = cv2.boxPoints(((270, 235), (300, 30), degrees))
    expected = [*corners.min(axis=0), *corners.max(axis=0)]
    assert shapes.around_rotated(box, degrees) == pytest.approx(expected, abs=1e-3)
    assert box == [120, 220, 420, 250]


@pytest.mark.parametrize("degrees", [0, 30, 90, 180, 300, -45], ids=str)
def test_a_rectangle_may_turn_about_another_point_than_its_centre(degrees):
    matrix = cv2.getRotationMatrix2D((120, 220), -degrees, 1)  # OpenCV counts the other way round
    corners = np.array([[x, y, 1] for x in (120, 420) for y in (220, 250)]) @ matrix.T
    expected = [*corners.min(axis=0), *corners.max(axis=0)]
    turned = shapes.around_rotated([120, 220, 420, 250], degrees, (120, 220))
    assert turned == pytest.approx(expected, abs=1e-6)
