"""Corner points of boxes as annotations have them: swapped, as width and height, or outside.

All boxes of a data set are taken at once: numpy asks one question of 100,000 boxes in the time in
which Python asks it of a few hundred.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple, Sequence

import numpy as np

from helpers.structures.dataset import ImageRecord

SWAPPED, WIDTH_HEIGHT, AMBIGUOUS = (
    "box-swapped-corners",
    "box-width-height-as-corners",
    "box-ambiguous-corners",
)
# Pixels. Relative coordinates with six decimals, as YOLO has them, come back this far off.
ROUNDING = 0.01
_PAIRS = tuple(itertools.combinations(range(4), 2))  # of coordinates
_FAR = 0.05  # of the image's width or height
_MIN_INVERTED, _NEARLY_ALL = 4, 0.9


class StackedBoxes(NamedTuple):
    """All boxes of a data set.

    Attributes:
        written: float32 (n, 4), as the annotations have them; may hold NaN.
        image: int (n,), index of the record.
        number: int (n,), of the object on its image, from 1.
        size: float64 (n, 2), width and height of the image.
    """

    written: np.ndarray
    image: np.ndarray
    number: np.ndarray
    size: np.ndarray

    @property
    @np.errstate(invalid="ignore")
    def backwards(self) -> np.ndarray:
        """Mask (n, 2): xmax is left of xmin, ymax is above ymin."""
        return self.written[:, 2:] < self.written[:, :2]


class Interpretation(NamedTuple):
    """How the coordinates of boxes are to be read.

    Attributes:
        corners: float32 (n, 4) ``[x_min, y_min, x_max, y_max]``.
        known: mask (n,), the boxes whose corners are certain.
        copied: mask (n,), the boxes of which a corner is a copy of another coordinate.
        reading: the code of how boxes that run backwards are read: ``SWAPPED``,
            ``WIDTH_HEIGHT`` or ``AMBIGUOUS``; empty where there are none.
    """

    corners: np.ndarray
    known: np.ndarray
    copied: np.ndarray
    reading: str


def stack(records: Sequence[ImageRecord]) -> StackedBoxes:
    """The boxes of all records, one after the other."""
    counts = np.array([len(record.objects) for record in records], int)
    image = np.repeat(np.arange(len(records)), counts)
    boxes = [record.objects.boxes for record in records] + [np.zeros((0, 4), np.float32)]
    sizes = np.array([(record.width, record.height) for record in records], float).reshape(-1, 2)
    number = np.arange(len(image)) - (np.cumsum(counts) - counts)[image] + 1
    return StackedBoxes(np.concatenate(boxes), image, number, sizes[image])


def sort_corners(boxes: np.ndarray) -> np.ndarray:
    """Corner points (n, 4) of boxes whose corners may be swapped."""
    first, second = boxes[:, :2], boxes[:, 2:]
    return np.concatenate([np.minimum(first, second), np.maximum(first, second)], axis=1)


def from_width_height(boxes: np.ndarray) -> np.ndarray:
    """Corner points (n, 4) of boxes that are x, y, width, height."""
    return np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)


def clip(boxes: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Boxes (n, 4) clipped at the border of images of ``size`` (n, 2), or (2,) for all of them."""
    return np.clip(boxes, 0, np.concatenate([size, size], axis=-1)).astype(np.float32)


@np.errstate(invalid="ignore")
def past_border(boxes: np.ndarray, size: np.ndarray) -> np.ndarray:
    """How far boxes (n, 4) go beyond the left, upper, right and lower border; 0 where not."""
    past = np.concatenate([-boxes[:, :2], boxes[:, 2:] - size], axis=1)
    return np.where(past > ROUNDING, past, 0)


@np.errstate(invalid="ignore")
def has_area(boxes: np.ndarray) -> np.ndarray:
    """Mask (n,): ``x_min < x_max`` and ``y_min < y_max``; not so where they are NaN."""
    return (boxes[:, :2] < boxes[:, 2:]).all(axis=1)


@np.errstate(invalid="ignore", over="ignore")
def is_valid(boxes: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Mask (n,): with area and wholly on an image of ``size``."""
    return has_area(boxes) & (boxes[:, :2] >= 0).all(axis=1) & (boxes[:, 2:] <= size).all(axis=1)


@np.errstate(invalid="ignore", over="ignore")
def interpret(boxes: StackedBoxes) -> Interpretation:
    """Tells corner points from width and height.

    Some tutorials' tables hold width and height under xmax and ymax. Where such a box is larger
    than its distance from the origin it seems correct, so the whole set has to be judged: corner
    points fit their image as x, y, width, height only when the box's centre lies in the upper
    left quarter, so that all boxes of a set hardly ever do by chance.
    """
    finite = np.isfinite(boxes.written).all(axis=1)
    backwards = finite & boxes.backwards.any(axis=1)
    count = int(backwards.sum())
    copied, no_copies = _copied(boxes, backwards), np.zeros_like(finite)
    if not count:
        return Interpretation(boxes.written, finite & ~copied, copied, "")
    as_corners = from_width_height(boxes.written)
    fits = (boxes.written >= 0).all(axis=1) & ~past_border(as_corners, boxes.size).any(axis=1)
    all_fit = fits[finite].all()
    if all_fit and count >= 2:
        return Interpretation(as_corners, finite, no_copies, WIDTH_HEIGHT)
    # Where only the backward ones fit, and these nearly all, two sets may have been put together.
    if all_fit or (count >= _MIN_INVERTED and fits[backwards].mean() > _NEARLY_ALL):
        return Interpretation(boxes.written, finite & ~backwards, no_copies, AMBIGUOUS)
    return Interpretation(sort_corners(boxes.written), finite & ~copied, copied, SWAPPED)


def _copied(boxes: StackedBoxes, backwards: np.ndarray) -> np.ndarray:
    """Mask (n,): a coordinate that cannot be right is the same as another one of its box.

    It was copied, or never set. Sorting such corners, or clipping them where they are far beyond
    the border, gives a box that nobody drew.
    """
    written, size = boxes.written, boxes.size
    equal = np.any([written[:, a] == written[:, b] for a, b in _PAIRS], axis=0)
    past = (written[:, 2:] > size * (1 + _FAR)).any(axis=1) & (written[:, 2] == written[:, 3])
    on_image = has_area(clip(written, size))
    return (backwards & equal) | (past & on_image)
