"""Finds small objects: the network runs on the whole image and on overlapping tiles of it.

After F. C. Akyon, S. O. Altinuc, A. Temizel: Slicing Aided Hyper Inference, ICIP 2022,
arXiv:2202.06934; the merging is our own, in :mod:`.tile_merging`.
"""

from __future__ import annotations

import re
import time
from typing import Callable, List, NamedTuple, Optional, Tuple

import numpy as np

from .structures import Detection
from .tile_merging import Found, merged, moved

Detect = Callable[[np.ndarray, Optional[float]], List[Detection]]

OVERLAP = 0.25  # of a tile's width and height
MOST = 16  # tiles in a row or column
# An automatic tile has at most this many pixels for each of the network's input.
_AUTO_REDUCTION = 1.25
_GRID = re.compile(r"(\d{1,2})x(\d{1,2})")


class Grid(NamedTuple):
    """How many tiles there are.

    Attributes:
        columns: 1 to ``MOST``; 0 in both: as many as suit the image and the network.
        rows: As ``columns``.
    """

    columns: int
    rows: int


AUTO = Grid(0, 0)


class Tile(NamedTuple):
    """A part of an image, in pixels: ``image[top:bottom, left:right]``."""

    left: int
    top: int
    right: int
    bottom: int


def parse_grid(text: str) -> Grid:
    """Reads ``auto`` or ``COLUMNSxROWS``.

    Args:
        text: Of the command line.

    Raises:
        ValueError: It is neither.
    """
    if text == "auto":
        return AUTO
    match = _GRID.fullmatch(text)
    if match is None or not all(1 <= int(number) <= MOST for number in match.groups()):
        raise ValueError(f"expected auto or COLUMNSxROWS such as 3x2, each 1 to {MOST}, got {text}")
    return Grid(int(match.group(1)), int(match.group(2)))


def tiles_of(size: Tuple[int, int], grid: Grid, input_size: Tuple[int, int]) -> List[Tile]:
    """Cuts an image into tiles that overlap.

    Args:
        size: Width and height of the image, pixels.
        grid: How many.
        input_size: Width and height of the network's input, for ``AUTO``.

    Returns:
        The tiles, row by row; none where one would be the whole image.
    """
    if grid == AUTO:
        columns, rows = (_enough(length, side) for length, side in zip(size, input_size))
    else:
        columns, rows = grid
    if columns * rows == 1:
        return []
    across, down = _spans(size[0], columns), _spans(size[1], rows)
    return [Tile(left, top, right, bottom) for top, bottom in down for left, right in across]


class TiledDetector:
    """Detects on the whole image and on its tiles."""

    def __init__(
        self, detect: Detect, input_size: Tuple[int, int], grid: Grid, say: Callable[[str], None]
    ) -> None:
        """Keeps what it needs.

        Args:
            detect: Finds objects on an image of any size at a threshold.
            input_size: Width and height of the network's input, pixels.
            grid: How many tiles.
            say: Is given one line about the cost, at the first image.
        """
        self._detect, self._input_size = detect, input_size
        self._grid, self._say = grid, say
        self._told = False

    def detect(self, image: np.ndarray, threshold: Optional[float] = None) -> List[Detection]:
        """Finds objects in an image.

        Args:
            image: RGB uint8, (h, w, 3), any size.
            threshold: The lowest score to report, 0..1; None takes the model's own.

        Returns:
            The detections, highest score first, each object once.

        Raises:
            InputError: The model cannot be run.
        """
        height, width = image.shape[:2]
        tiles = tiles_of((width, height), self._grid, self._input_size)
        found = [Found(one) for one in self._detect(image, threshold)]
        started = time.perf_counter()
        for number, tile in enumerate(tiles, start=1):
            on_tile = self._detect(image[tile.top : tile.bottom, tile.left : tile.right], threshold)
            found += [moved(one, tile, number, (width, height)) for one in on_tile]
        self._tell_cost(image, tiles, time.perf_counter() - started)
        return merged(found) if tiles else [one.detection for one in found]

    def _tell_cost(self, image: np.ndarray, tiles: List[Tile], seconds: float) -> None:
        if self._told:
            return
        self._told = True
        size = f"{image.shape[1]}x{image.shape[0]} pixels"
        if not tiles:
            self._say(f"tiles: none, an image of {size} is small enough for the network as it is")
            return
        first, each = tiles[0], 1000 * seconds / len(tiles)
        self._say(
            f"tiles: {len(tiles)} of {first.right - first.left}x{first.bottom - first.top} and the"
            f" whole image of {size}: {len(tiles) + 1} runs of the network for each image, not 1:"
            f" {each * (len(tiles) + 1):.0f} ms instead of {each:.0f}"
        )


def _enough(length: int, side: int) -> int:
    """Returns the least number of tiles none of which is reduced too much."""
    for number in range(1, MOST):
        if _tile_length(length, number) <= _AUTO_REDUCTION * side:
            return number
    return MOST


def _tile_length(length: int, number: int) -> int:
    return int(np.ceil(length / (number - (number - 1) * OVERLAP)))


def _spans(length: int, number: int) -> List[Tuple[int, int]]:
    tile = _tile_length(length, number)
    starts = [round(index * (length - tile) / max(number - 1, 1)) for index in range(number)]
    return [(start, start + tile) for start in starts]
