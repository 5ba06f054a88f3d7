"""Outlines that are no rectangles, of which only the box around them is wanted.

Masks are walked run by run, never painted: a few bytes may claim a mask of terabytes.
"""

from __future__ import annotations

import math
from typing import Any, Callable, Iterator, List, Optional, Sequence, Tuple

from helpers.annotations import numbers
from helpers.annotations.text_io import text

_FIRST_CHARACTER, _DIGIT_BITS, _MORE, _SIGN = 48, 5, 0x20, 0x10
_LONGEST_RUN = 12  # characters


def of_segmentation(outline: Any) -> Tuple[str, Optional[List[float]]]:
    """The box around COCO's ``segmentation``.

    Args:
        outline: a list of polygons ``[x, y, x, y, ...]``, one such polygon, or a mask
            ``{"size": [height, width], "counts": list or text}``.

    Returns:
        What it is, in words, and ``[x_min, y_min, x_max, y_max]``; ``None`` when there is none.
    """
    if isinstance(outline, dict):
        return "a mask", _around_mask(outline)
    if not isinstance(outline, list) or not outline:
        return "no outline", None
    polygons = outline if isinstance(outline[0], list) else [outline]
    points = [numbers.numbers(polygon) for polygon in polygons]
    if any(one is None or len(one) % 2 for one in points):
        return "a broken outline", None
    flat = [value for one in points for value in one]
    return f"an outline of {len(flat) // 2} points", numbers.around(flat[::2], flat[1::2])


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
    return numbers.around([float(x) for x in xs], [float(y) for y in ys])


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


def of_shape(shape: dict) -> Tuple[str, Optional[List[float]]]:
    """The box around a shape of the VGG Image Annotator.

    Args:
        shape: its ``shape_attributes``.

    Returns:
        The shape's name and ``[x_min, y_min, x_max, y_max]``; ``None`` when numbers are missing.
    """
    what = text(shape.get("name")) or "rect"
    if what == "rect":
        return what, numbers.corners(_some(shape, "x", "y", "width", "height"))
    if what == "circle":
        return what, _around_centre(_some(shape, "cx", "cy", "r"), lambda radius: (radius, radius))
    if what == "ellipse":
        turn = numbers.number(shape.get("theta")) or 0
        return what, _around_centre(
            _some(shape, "cx", "cy", "rx", "ry"), lambda across, down: _turned(across, down, turn)
        )
    if what == "point":
        return what, _around_centre(_some(shape, "cx", "cy"), lambda: (0, 0))
    return what, numbers.around(
        numbers.numbers(shape.get("all_points_x")), numbers.numbers(shape.get("all_points_y"))
    )


def _some(shape: dict, *names: str) -> Optional[List[float]]:
    return numbers.numbers([shape.get(name) for name in names])


def _around_centre(
    values: Optional[Sequence[float]], reach: Callable[..., Tuple[float, float]]
) -> Optional[List[float]]:
    if values is None:
        return None
    x, y, *radii = values
    across, down = reach(*radii)
    return [x - across, y - down, x + across, y + down]


def _turned(across: float, down: float, turn: float) -> Tuple[float, float]:
    """How far an ellipse of these radii reaches when it is turned by so many radians."""
    cosine, sine = math.cos(turn), math.sin(turn)
    return math.hypot(across * cosine, down * sine), math.hypot(across * sine, down * cosine)
