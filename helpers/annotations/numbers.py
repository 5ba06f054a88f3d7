"""Numbers of annotation files: read from any value, written in as few digits as are exact.

Boxes are float32. What is written here reads back as the same float32, and a number that came with
up to seven digits is written as it came.
"""

from __future__ import annotations

import math
from typing import Any, List, Optional, Sequence, Tuple, Union

import numpy as np

NO_BOX = (math.nan,) * 4
LARGEST = 1e9  # beyond it no image reaches
_MOST_DECIMALS = 17


def number(value: Any) -> Optional[float]:
    """A finite number of a magnitude that images have, also from text; else ``None``."""
    if isinstance(value, bool):
        return None
    try:
        result = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return result if abs(result) <= LARGEST else None


def numbers(values: Any, count: Optional[int] = None) -> Optional[List[float]]:
    """The values of a list as numbers; ``None`` unless all are, and ``count`` of them if given."""
    if not isinstance(values, (list, tuple)) or count not in (None, len(values)):
        return None
    results = [number(value) for value in values]
    known = [result for result in results if result is not None]
    return known if len(known) == len(results) else None


def length(value: Any) -> Optional[int]:
    """An image's width or height, whole pixels from 1; else ``None``."""
    pixels = number(value)
    return int(pixels) if pixels is not None and pixels >= 1 and pixels == int(pixels) else None


def from_xywh(xywh: Optional[Sequence[float]]) -> Optional[List[float]]:
    """``[x_min, y_min, x_max, y_max]`` of ``[x_min, y_min, width, height]``."""
    if xywh is None:
        return None
    x, y, width, height = xywh
    return [x, y, x + width, y + height]


def bounding_box(
    xs: Optional[Sequence[float]], ys: Optional[Sequence[float]]
) -> Optional[List[float]]:
    """The box around points; ``None`` when there are none, or not as many x as y."""
    if not xs or not ys or len(xs) != len(ys):
        return None
    return [min(xs), min(ys), max(xs), max(ys)]


def same_box(first: Optional[Sequence[float]], second: Sequence[float]) -> bool:
    """Whether two boxes are the same float32 numbers; no box is the same as no box."""
    left = np.array(NO_BOX if first is None else first, np.float32)
    right = np.array(second, np.float32)
    return bool(np.all((left == right) | (np.isnan(left) & np.isnan(right))))


def shortest(value: float) -> Union[int, float]:
    """The number of fewest digits that is the same float32; whole ones without a point."""
    result = float(str(np.float32(value)))
    return int(result) if result.is_integer() else result


def as_xywh(box: Sequence[float]) -> List[Union[int, float]]:
    """``[x, y, width, height]`` of which :func:`from_xywh` makes the same float32 box."""
    x, width = _start_and_length(box[0], box[2])
    y, height = _start_and_length(box[1], box[3])
    return [x, y, width, height]


def _start_and_length(low: float, high: float) -> Tuple[Union[int, float], Union[int, float]]:
    start, end = shortest(low), np.float32(high)
    exact = float(end) - start
    rounded = (round(exact, decimals) for decimals in range(_MOST_DECIMALS))
    size = next((size for size in rounded if np.float32(start + size) == end), exact)
    return start, int(size) if size.is_integer() else size


def as_centre(box: Sequence[float], width: int, height: int) -> List[str]:
    """Relative ``[x, y, width, height]`` with the box's centre, in six decimals or more.

    :func:`from_centre` makes the same float32 box of it.
    """
    x_min, y_min, x_max, y_max = (float(value) for value in box)
    exact = [
        (x_min + x_max) / 2 / width,
        (y_min + y_max) / 2 / height,
        (x_max - x_min) / width,
        (y_max - y_min) / height,
    ]
    for decimals in range(6, _MOST_DECIMALS):
        texts = [f"{value:.{decimals}f}" for value in exact]
        if same_box(from_centre([float(text) for text in texts], width, height), box):
            return texts
    return [repr(value) for value in exact]


def from_centre(values: Sequence[float], width: int, height: int) -> List[float]:
    """``[x_min, y_min, x_max, y_max]`` in pixels of a relative centre and size."""
    x, y, box_width, box_height = values
    return [
        (x - box_width / 2) * width,
        (y - box_height / 2) * height,
        (x + box_width / 2) * width,
        (y + box_height / 2) * height,
    ]


def as_shares(box: Sequence[float], width: int, height: int) -> List[str]:
    """Relative ``[x_min, y_min, x_max, y_max]``, in six decimals or more.

    Times width and height they are the same float32 box.
    """
    return [_as_share(float(value), length) for value, length in zip(box, (width, height) * 2)]


def _as_share(value: float, length: int) -> str:
    texts = (f"{value / length:.{decimals}f}" for decimals in range(6, _MOST_DECIMALS))
    exact = (text for text in texts if np.float32(float(text) * length) == np.float32(value))
    return next(exact, repr(value / length))


def as_centre_in_pixels(box: Sequence[float]) -> List[Union[int, float]]:
    """``[x, y, width, height]`` in pixels with the box's centre, in as few decimals as are exact.

    :func:`from_centre` with a width and height of 1 makes the same float32 box of it.
    """
    x_min, y_min, x_max, y_max = (float(shortest(value)) for value in box)
    exact = [(x_min + x_max) / 2, (y_min + y_max) / 2, x_max - x_min, y_max - y_min]
    rounded = ([round(value, decimals) for value in exact] for decimals in range(_MOST_DECIMALS))
    values = next((own for own in rounded if same_box(from_centre(own, 1, 1), box)), exact)
    return [int(value) if value.is_integer() else value for value in values]


def as_percent(box: Sequence[float], width: int, height: int) -> List[float]:
    """``[x, y, width, height]`` in percent of an image, in as few decimals as are exact.

    :func:`from_percent` makes the same float32 box of it.
    """
    x_min, y_min, x_max, y_max = (float(shortest(value)) for value in box)
    exact = [100 * x_min / width, 100 * y_min / height, 100 * x_max / width, 100 * y_max / height]
    for decimals in range(_MOST_DECIMALS):
        low_x, low_y, high_x, high_y = (round(value, decimals) for value in exact)
        sizes = [round(high_x - low_x, decimals), round(high_y - low_y, decimals)]
        if same_box(from_percent([low_x, low_y, *sizes], width, height), box):
            return [low_x, low_y, *sizes]
    return [exact[0], exact[1], exact[2] - exact[0], exact[3] - exact[1]]


def from_percent(values: Sequence[float], width: int, height: int) -> List[float]:
    """``[x_min, y_min, x_max, y_max]`` in pixels of ``[x, y, width, height]`` in percent."""
    x, y, box_width, box_height = values
    return [
        x * width / 100,
        y * height / 100,
        (x + box_width) * width / 100,
        (y + box_height) * height / 100,
    ]
