"""Points, polygons and lines in shares of an image, or in pixels: all in one unit."""

from __future__ import annotations

from typing import Sequence

import cv2
import numpy as np

from ..structures import Point


def anchor_of(box: Sequence[float], anchor: str) -> Point:
    """Returns the point of a box that stands for the object.

    Args:
        box: ``[x_min, y_min, x_max, y_max]`` in any unit.
        anchor: "bottom", the middle of the lower edge, or "center".

    Returns:
        ``(x, y)`` in the unit of the box.
    """
    x_min, y_min, x_max, y_max = box
    return (x_min + x_max) / 2, y_max if anchor == "bottom" else (y_min + y_max) / 2


def is_inside(point: Point, polygon: Sequence[Point]) -> bool:
    """Tells whether a point is in a polygon or on its border.

    Args:
        point: ``(x, y)``.
        polygon: Three corners or more, in the unit of the point.
    """
    contour = np.array(polygon, np.float32).reshape(-1, 1, 2)
    # Rounded as the contour is, or a point on its border may come to lie beside it.
    x, y = (float(np.float32(value)) for value in point)
    return bool(cv2.pointPolygonTest(contour, (x, y), False) >= 0)


def crosses_itself(polygon: Sequence[Point]) -> bool:
    """Tells whether two sides of a polygon cross, or it has no area.

    Args:
        polygon: Three corners or more.
    """
    sides = list(zip(polygon, [*polygon[1:], polygon[0]]))
    area = sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in sides)
    if abs(area) < 1e-9:
        return True
    return any(
        _cross(*first, *second)
        for index, first in enumerate(sides)
        for second in sides[index + 2 : len(sides) - (index == 0)]
    )


def side_of(point: Point, start: Point, end: Point) -> float:
    """Returns the distance of a point from an endless line.

    Args:
        point: ``(x, y)``, y downwards.
        start: A point of the line.
        end: Another one.

    Returns:
        Positive on the right-hand side of someone who walks from start to end.
    """
    run_x, run_y = end[0] - start[0], end[1] - start[1]
    cross = run_x * (point[1] - start[1]) - run_y * (point[0] - start[0])
    return float(cross / np.hypot(run_x, run_y))


def position_along(point: Point, start: Point, end: Point) -> float:
    """Returns where along a line a point lies: 0 at its start, 1 at its end, beyond also outside.

    Args:
        point: ``(x, y)``.
        start: Of the line.
        end: Of the line.
    """
    run_x, run_y = end[0] - start[0], end[1] - start[1]
    along = run_x * (point[0] - start[0]) + run_y * (point[1] - start[1])
    return along / (run_x * run_x + run_y * run_y)


def _cross(start: Point, end: Point, other_start: Point, other_end: Point) -> bool:
    """Tells whether two segments cross, each from one side of the other to its other side."""

    def turns(first: Point, second: Point, third: Point) -> float:
        return (second[0] - first[0]) * (third[1] - first[1]) - (second[1] - first[1]) * (
            third[0] - first[0]
        )

    one = turns(start, end, other_start) * turns(start, end, other_end)
    other = turns(other_start, other_end, start) * turns(other_start, other_end, end)
    return one < 0 and other < 0
