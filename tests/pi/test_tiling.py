"""Small objects are found on tiles, each once, and the cost is said."""

import numpy as np
import pytest

from detection.structures import Detection
from detection.tiling import AUTO, MOST, Grid, TiledDetector, parse_grid, tiles_of

INPUT = (100, 100)


@pytest.mark.parametrize(
    "text, grid",
    [("auto", AUTO), ("1x1", Grid(1, 1)), ("16x3", Grid(16, 3))],
    ids=["auto", "1x1", "16x3"],
)
def test_grids(text, grid):
    assert parse_grid(text) == grid


@pytest.mark.parametrize("text", ["", "3", "0x1", "17x1", "3x", "axb", "3X2", "3x2x1"])
def test_what_is_no_grid(text):
    with pytest.raises(ValueError) as refused:
        parse_grid(text)
    assert text in str(refused.value)


@pytest.mark.parametrize(
    "size, grid, count",
    [
        ((640, 480), Grid(1, 1), 0),
        ((640, 480), Grid(3, 2), 6),
        ((641, 479), Grid(7, 5), 35),
        ((100, 100), AUTO, 0),
        ((125, 100), AUTO, 0),
        ((200, 100), AUTO, 2),
        ((400, 300), AUTO, 12),
        ((100000, 100), AUTO, MOST),
        ((3, 2), Grid(16, 16), 256),
    ],
    ids=["one", "3x2", "odd", "as the network", "nearly", "twice", "many", "most", "tiny"],
)
def test_tiles_cover_the_image_and_overlap(size, grid, count):
    tiles = tiles_of(size, grid, INPUT)
    assert len(tiles) == count
    covered = np.zeros(size[::-1], bool)
    for left, top, right, bottom in tiles:
        assert 0 <= left < right <= size[0] and 0 <= top < bottom <= size[1]
        covered[top:bottom, left:right] = True
    assert covered.all() or not tiles
    for one, other in zip(tiles, tiles[1:]):
        assert other.top > one.top or min(size) < 50 or one.right - other.left >= 20


def dots(image, threshold):
    """A detector that needs 8 pixels of the network's input for an object, and no more than half.

    Objects are rectangles of one shade each, on black.
    """
    height, width = image.shape[:2]
    found = []
    for shade in np.unique(image[..., 0])[1:]:
        rows, columns = np.nonzero(image[..., 0] == shade)
        box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        across, down = (box[2] - box[0]) * 100 / width, (box[3] - box[1]) * 100 / height
        if min(across, down) >= 8 and threshold <= 0.8:
            found.append(Detection("dot", 0.8, tuple(map(float, box))))
    return found


def mosaic(*boxes):
    image = np.zeros((400, 500, 3), np.uint8)
    for shade, (left, top, right, bottom) in enumerate(boxes, start=1):
        image[top:bottom, left:right] = shade
    return image


SMALL = [(x, y, x + 14, y + 12) for y in range(5, 380, 61) for x in range(5, 480, 47)]


@pytest.mark.parametrize(
    "boxes",
    [SMALL, [(30, 20, 470, 380)], [(10, 150, 490, 165)], [(100, 30, 115, 390), *SMALL[:3]]],
    ids=["small", "larger than the tiles", "long and flat", "long and high"],
)
def test_each_object_is_found_once(boxes):
    image = mosaic(*boxes)
    tiled = TiledDetector(dots, INPUT, AUTO, lambda text: None)
    assert sorted(one.box for one in tiled.detect(image, 0.5)) == sorted(boxes)


def test_on_the_whole_image_alone_small_objects_are_not_found():
    assert dots(mosaic(*SMALL), 0.5) == []


def test_the_threshold_is_passed_on():
    assert TiledDetector(dots, INPUT, AUTO, lambda text: None).detect(mosaic(*SMALL), 0.9) == []


def test_the_cost_is_said_once():
    said = []
    tiled = TiledDetector(dots, INPUT, Grid(3, 2), said.append)
    tiled.detect(mosaic(), 0.5)
    tiled.detect(mosaic(), 0.5)
    (text,) = said
    assert "7" in text and "500x400" in text


def test_where_no_tiles_are_needed_that_is_said():
    said = []
    image = mosaic((10, 10, 90, 90))[:100, :100]
    (found,) = TiledDetector(dots, INPUT, AUTO, said.append).detect(image, 0.5)
    assert found.box == (10, 10, 90, 90)
    assert len(said) == 1 and "100x100" in said[0]
