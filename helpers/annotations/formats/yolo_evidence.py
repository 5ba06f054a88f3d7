"""What the numbers of many YOLO lines say for and against a meaning.

Every function takes lines of one length as float64 (m, n), what follows the class id; coordinates
are fractions of the image.
"""

from __future__ import annotations

from typing import Iterator, NamedTuple, Tuple

import numpy as np

from helpers.annotations.formats.yolo_layout import BOXES

_OVER = 0.01  # of the image, by which a good box may cross the border
_MOST_KEYPOINTS = 150  # COCO-WholeBody has 133
_MOST_COMPARISONS = 20_000_000
_MARKS = 6  # visibilities of 0 and 1 alone that are no accident
_WIDTH, _HEIGHT = 2, 3


class Lines(NamedTuple):
    """Lines of one length.

    Attributes:
        values: float64 (m, n), as they were written.
        sizes: float64 (m, 2), width and height of each line's image.
        files: int (m,), which file each line is in.
    """

    values: np.ndarray
    sizes: np.ndarray
    files: np.ndarray


def as_fractions(lines: Lines) -> np.ndarray:
    """Pixels x, y, x, y and so on as fractions, float64 (m, n)."""
    columns = np.arange(lines.values.shape[1]) % 2
    return lines.values / lines.sizes[:, columns]


def is_box(values: np.ndarray, kind: str) -> np.ndarray:
    """Whether the first four numbers, read as one of ``BOXES``, lie in the image; bool (m,)."""
    x_min, y_min, x_max, y_max = BOXES[kind](list(values[:, :4].T))
    low, high = -_OVER, 1 + _OVER
    inside = (x_min >= low) & (y_min >= low) & (x_max <= high) & (y_max <= high)
    return inside & (x_min <= x_max) & (y_min <= y_max)


def keypoint_layouts(count: int) -> Iterator[Tuple[int, int]]:
    """Numbers for each keypoint, and after the last, with which lines of that length may end."""
    for trailing in (0, 1, 2):
        for stride in (2, 3):
            rest = count - 4 - trailing
            if rest > 0 and rest % stride == 0 and rest // stride <= _MOST_KEYPOINTS:
                yield stride, trailing


def has_keypoints(values: np.ndarray, stride: int, trailing: int) -> np.ndarray:
    """Whether each line is a box in the image with its keypoints in or near it; bool (m,).

    A keypoint may lie outside by half the box's size; one at 0, 0 is not labelled.
    """
    points = values[:, 4 : values.shape[1] - trailing].reshape(len(values), -1, stride)[:, :, :2]
    away = np.abs(points - values[:, None, :2])
    near = (away <= values[:, None, _WIDTH : _HEIGHT + 1] + _OVER).all(2)
    return is_box(values, "detect") & (near | (points == 0).all(2)).all(1)


def shows_visibility(values: np.ndarray) -> bool:
    """Whether every third number after the box is 0, 1 or 2, and not by accident."""
    if values.shape[1] < 7 or (values.shape[1] - 4) % 3:
        return False
    marks = values[:, 6::3]
    return bool(np.isin(marks, (0, 1, 2)).all() and ((marks == 2).any() or marks.size >= _MARKS))


def are_tracks(lines: Lines) -> bool:
    """Whether the last numbers can count tracks: whole, and none twice in a file."""
    last = lines.values[:, -1]
    if (last < 0).any() or (last != np.floor(last)).any():
        return False
    return len(np.unique(np.stack([lines.files, last], 1), axis=0)) == len(last)


def are_shares(column: np.ndarray) -> bool:
    """Whether numbers can be confidences: in 0..1."""
    return bool(((column >= 0) & (column <= 1)).all())


def crossing_share(values: np.ndarray, trailing: int) -> float:
    """The share of the outlines that cross themselves, which a drawn outline does not."""
    corners = values[:, : values.shape[1] - trailing].reshape(len(values), -1, 2)
    step = max(1, corners.shape[0] * corners.shape[1] ** 2 // _MOST_COMPARISONS)
    starts = corners[::step]
    ends = np.roll(starts, -1, axis=1)
    crossing = np.zeros(len(starts), bool)
    for index in range(starts.shape[1]):
        start, end = starts[:, index : index + 1], ends[:, index : index + 1]
        apart = _side(start, end, starts) * _side(start, end, ends) < 0
        crossing |= (apart & (_side(starts, ends, start) * _side(starts, ends, end) < 0)).any(1)
    return float(crossing.mean())


def _side(start: np.ndarray, end: np.ndarray, point: np.ndarray) -> np.ndarray:
    """On which side of a line a point lies: positive, negative, or 0 on it."""
    along, towards = end - start, point - start
    return along[..., 0] * towards[..., 1] - along[..., 1] * towards[..., 0]
