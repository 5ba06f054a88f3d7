"""Draws zones, masks, and lines with what has been counted."""

from __future__ import annotations

from typing import Mapping, Sequence, Tuple

import cv2
import numpy as np

from .images import from_bgr, to_bgr
from .structures import Line, Overlay, Point
from .text_tags import bgr, draw_tag

_ZONE = (255, 255, 255)
_LINE = (255, 64, 160)
_MASKED = 0.5  # of the brightness


def with_overlay(
    image: np.ndarray, overlay: Overlay, counts: Mapping[str, Mapping[str, int]]
) -> np.ndarray:
    """Draws what lies below the detections.

    Args:
        image: RGB uint8, (h, w, 3); left as it is.
        overlay: What to draw.
        counts: By the name of a line, how many objects have crossed it, by direction.

    Returns:
        A new image; the same one where there is nothing to draw.
    """
    if not any(overlay):
        return image
    canvas = to_bgr(image).copy()
    thickness = max(1, round(min(canvas.shape[:2]) / 240))
    for mask in overlay.masks:
        _darken(canvas, _pixels(canvas, mask.polygon))
    for zone in overlay.zones:
        corners = _pixels(canvas, zone.polygon)
        cv2.polylines(canvas, [corners], True, _ZONE, thickness, cv2.LINE_AA)
        draw_tag(canvas, zone.name, _highest(corners), _ZONE)
    for line in overlay.lines:
        _draw_line(canvas, line, counts.get(line.name, {}), thickness)
    return from_bgr(canvas)


def _draw_line(canvas: np.ndarray, line: Line, counts: Mapping[str, int], thickness: int) -> None:
    start, end = _pixels(canvas, (line.start, line.end)).tolist()
    cv2.line(canvas, tuple(start), tuple(end), bgr(_LINE), 2 * thickness, cv2.LINE_AA)
    middle = np.array([(start[0] + end[0]) / 2, (start[1] + end[1]) / 2])
    run = np.array([end[0] - start[0], end[1] - start[1]], float)
    # The arrow points in the first direction: to the right of someone who walks along the line.
    right = np.array([-run[1], run[0]]) / max(float(np.hypot(*run)), 1.0)
    head = middle + right * min(canvas.shape[:2]) / 16
    tip = (int(head[0]), int(head[1]))
    base = (int(middle[0]), int(middle[1]))
    cv2.arrowedLine(canvas, base, tip, bgr(_LINE), thickness, cv2.LINE_AA, tipLength=0.4)
    amounts = ", ".join(f"{direction} {count}" for direction, count in counts.items())
    draw_tag(canvas, f"{line.name}: {amounts}", (start[0], start[1]), _LINE)


def _pixels(canvas: np.ndarray, points: Sequence[Point]) -> np.ndarray:
    """Returns points in whole pixels, (n, 2) int32."""
    height, width = canvas.shape[:2]
    return np.round(np.array(points) * (width - 1, height - 1)).astype(np.int32)


def _darken(canvas: np.ndarray, corners: np.ndarray) -> None:
    inside = np.zeros(canvas.shape[:2], np.uint8)
    cv2.fillPoly(inside, [corners], 1)
    chosen = inside.astype(bool)
    canvas[chosen] = (canvas[chosen] * _MASKED).astype(np.uint8)


def _highest(corners: np.ndarray) -> Tuple[int, int]:
    x, y = corners[corners[:, 1].argmin()].tolist()
    return x, y
