"""The bounding boxes of polygons, masks, circles and other shapes.

Masks are read run by run and never allocated: a few bytes may declare a mask of terabytes.
"""

from __future__ import annotations

import math
from typing import Any, Callable, Iterator, List, Optional, Sequence, Tuple

from helpers.annotations import numbers
from helpers.annotations.text_io import text

_FIRST_CHARACTER, _DIGIT_BITS, _MORE, _SIGN = 48, 5, 0x20, 0x10
_LONGEST_RUN = 12  # characters


def of_segmentation(outline: Any) -> Tuple[str, Optional[List[float]]]:
    """The bounding box of COCO's ``segmentation``.

    Args:
        outline: a list of polygons ``[x, y, x, y, ...]``, one such polygon, or a mask
            ``{"size": [height, width], "counts": list or text}``.

    Returns:
        What it is, for messages, and ``[x_min, y_min, x_max, y_max]``; ``None`` when there is none.
    """
    if isinstance(outline, dict):
        return "a mask", _around_mask(outline)
    if not isinstance(outline, list) or not outline:
        return "no outline", None
    polygons = outline if isinstance(outline[0], list) else [outline]
    flat: List[float] = []
    for polygon in polygons:
        values = numbers.numbers(polygon)
        if values is None or len(values) % 2:
            return "a broken outline", None
        flat += values
    return f"an outline of {len(flat) // 2} points", numbers.bounding_box(flat[::2], flat[1::2])


def _around_mask(mask: dict) -> Optional[List[float]]:
    size = numbers.numbers(mask.get("size"), 2)
    counts = mask.get("counts")
    runs = _decoded(counts) if isinstance(counts, str) else numbers.numbers(counts)
    if not size or not runs or min(runs) < 0 or min(size) < 1 or sum(runs) > size[0] * size[1]:
        return None
    strips = list(_strips([int(run) for run in runs], int(size[0])))
    if not strips:
        return None
    lows, highs = [strip[:2] for strip in strips], [strip[2:] for strip in strips]
    xs, ys = zip(*lows, *highs)
    return numbers.bounding_box([float(x) for x in xs], [float(y) for y in ys])


def _strips(runs: List[int], height: int) -> Iterator[Tuple[int, int, int, int]]:
    """The box of each run of the mask; runs go down the columns, the first is outside."""
    start = 0
    for number, run in enumerate(runs):
        end = start + run
        if number % 2 and run:
            first, last = start // height, (end - 1) // height
            one_column = first == last
            yield (
                first,
                start % height if one_column else 0,
                last + 1,
                (end - 1) % height + 1 if one_column else height,
            )
        start = end


def _decoded(text: str) -> Optional[List[int]]:
    """Run lengths from COCO's text form: five bits a character, lowest first, then signed.

    From the third on they are differences to the run before the last one (``rleFrString`` in
    cocoapi's maskApi.c).
    """
    runs: List[int] = []
    value = place = 0
    for character in text:
        digit = ord(character) - _FIRST_CHARACTER
        if not 0 <= digit < 2 * _MORE or place >= _LONGEST_RUN:
            return None
        value |= (digit & (_MORE - 1)) << (_DIGIT_BITS * place)
        place += 1
        if digit & _MORE:
            continue
        if digit & _SIGN:
            value -= 1 << (_DIGIT_BITS * place)
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
        value = place = 0
    return None if place else runs


def around_rotated(
    box: Sequence[float], degrees: float, pivot: Optional[Tuple[float, float]] = None
) -> List[float]:
    """The box around a rectangle that is rotated.

    Args:
        box: the rectangle before, ``[x_min, y_min, x_max, y_max]``.
        degrees: by which it is rotated, clockwise as it is seen; about the centre both ways round
            give the same.
        pivot: x and y of the point that stays where it is; ``None`` is the centre.
    """
    x_min, y_min, x_max, y_max = box
    if degrees % (180 if pivot is None else 360) == 0:
        return [x_min, y_min, x_max, y_max]
    x, y = (x_min + x_max) / 2, (y_min + y_max) / 2
    width, height = abs(x_max - x_min), abs(y_max - y_min)
    cosine, sine = (part(math.radians(degrees)) for part in (math.cos, math.sin))
    if pivot is not None:
        right, below = x - pivot[0], y - pivot[1]
        x, y = pivot[0] + right * cosine - below * sine, pivot[1] + right * sine + below * cosine
    cosine, sine = abs(cosine), abs(sine)
    across, down = (width * cosine + height * sine) / 2, (width * sine + height * cosine) / 2
    return [x - across, y - down, x + across, y + down]


def of_shape(shape: dict) -> Tuple[str, Optional[List[float]]]:
    """The bounding box of a shape of the VGG Image Annotator.

    Args:
        shape: its ``shape_attributes``.

    Returns:
        The shape's name and ``[x_min, y_min, x_max, y_max]``; ``None`` when numbers are missing.
    """
    name = text(shape.get("name")) or "rect"
    if name == "rect":
        return name, numbers.from_xywh(_some(shape, "x", "y", "width", "height"))
    if name == "circle":
        return name, _around_centre(_some(shape, "cx", "cy", "r"), lambda radius: (radius, radius))
    if name == "ellipse":
        angle = numbers.number(shape.get("theta")) or 0
        return name, _around_centre(
            _some(shape, "cx", "cy", "rx", "ry"), lambda rx, ry: _rotated_radii(rx, ry, angle)
        )
    if name == "point":
        return name, _around_centre(_some(shape, "cx", "cy"), lambda: (0, 0))
    return name, numbers.bounding_box(
        numbers.numbers(shape.get("all_points_x")), numbers.numbers(shape.get("all_points_y"))
    )


def _some(shape: dict, *names: str) -> Optional[List[float]]:
    return numbers.numbers([shape.get(name) for name in names])


def _around_centre(
    values: Optional[Sequence[float]], extent: Callable[..., Tuple[float, float]]
) -> Optional[List[float]]:
    if values is None:
        return None
    x, y, *radii = values
    rx, ry = extent(*radii)
    return [x - rx, y - ry, x + rx, y + ry]


def _rotated_radii(rx: float, ry: float, angle: float) -> Tuple[float, float]:
    """Half width and height of an ellipse with these radii, rotated by ``angle`` radians."""
    cosine, sine = math.cos(angle), math.sin(angle)
    return math.hypot(rx * cosine, ry * sine), math.hypot(rx * sine, ry * cosine)
