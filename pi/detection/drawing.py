"""Draws detections onto an image so that they can be read."""

from __future__ import annotations

from typing import Dict, Iterable, Optional, Sequence, Tuple

import cv2
import numpy as np

from .images import from_bgr, to_bgr
from .overlay import with_overlay
from .structures import Detection, Overlay, Result
from .text_tags import Colour, bgr, draw_tag

# RGB, ordered so that neighbours differ in hue and in lightness.
PALETTE: Tuple[Colour, ...] = (
    (255, 87, 51),
    (0, 163, 224),
    (255, 209, 0),
    (46, 158, 63),
    (197, 60, 200),
    (0, 224, 196),
    (160, 82, 45),
    (120, 120, 255),
    (200, 230, 80),
    (230, 25, 75),
    (0, 92, 140),
    (255, 160, 190),
)

_NOTHING = Overlay()


class Painter:
    """Draws each result once, however many sinks show it."""

    def __init__(self, labels: Sequence[str], overlay: Overlay = _NOTHING) -> None:
        """Chooses the colours.

        Args:
            labels: Class names in the order of their ids.
            overlay: What is drawn on every frame beside its detections.
        """
        self._colours = class_colours(labels)
        self._overlay = overlay
        self._last: Optional[Tuple[Result, np.ndarray]] = None

    def paint(self, result: Result) -> np.ndarray:
        """Returns the frame with its detections drawn.

        Args:
            result: Of one frame.

        Returns:
            RGB uint8, (h, w, 3), not to be written to: another sink may get the same array.
        """
        last = self._last  # another thread may put its own there meanwhile
        if last is None or last[0] is not result:
            below = with_overlay(result.frame.image, self._overlay, result.counts)
            last = self._last = (result, draw(below, result.detections, self._colours))
        return last[1]


def class_colours(labels: Sequence[str]) -> Dict[str, Colour]:
    """Gives each class a colour that stays the same from image to image.

    Args:
        labels: Class names in the order of their ids.

    Returns:
        RGB by class name; the palette starts over when there are more classes than colours.
    """
    return {label: PALETTE[index % len(PALETTE)] for index, label in enumerate(labels)}


def draw(
    image: np.ndarray, detections: Iterable[Detection], colours: Dict[str, Colour]
) -> np.ndarray:
    """Draws each detection's box with its class name and score on a filled tag.

    Args:
        image: RGB uint8, (h, w, 3); left as it is.
        detections: Highest score first, as a detector gives them.
        colours: RGB by class name.

    Returns:
        A new RGB uint8 image of the same size; the same one where there is nothing to draw.
    """
    # The best come last, tags after boxes, so that the best tag lies on top.
    weakest_first = list(detections)[::-1]
    if not weakest_first:
        return image
    canvas = to_bgr(image).copy()
    for detection in weakest_first:
        _draw_box(canvas, detection, colours[detection.label])
    for detection in weakest_first:
        number = "" if detection.track is None else f" #{detection.track}"
        text = f"{detection.label}{number} {detection.score:.2f}"
        draw_tag(canvas, text, _pixels(detection)[:2], colours[detection.label])
    return from_bgr(canvas)


def _pixels(detection: Detection) -> Tuple[int, int, int, int]:
    x_min, y_min, x_max, y_max = (int(round(value)) for value in detection.box)
    return x_min, y_min, x_max, y_max


def _draw_box(canvas: np.ndarray, detection: Detection, colour: Colour) -> None:
    height, width = canvas.shape[:2]
    x_min, y_min, x_max, y_max = _pixels(detection)
    corner = (min(x_max, width - 1), min(y_max, height - 1))
    thickness = max(1, round(min(height, width) / 240))
    cv2.rectangle(canvas, (x_min, y_min), corner, bgr(colour), thickness)
