"""Boxes drawn on images for the screen, with their names."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any, NamedTuple, Sequence

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

_FONT, _FONT_SIZE = "DejaVuSans.ttf", 13  # comes with matplotlib
_MIN_LENGTH = 8  # pixels of a drawn box's edges, so that the smallest box is visible
_DASH = 7  # pixels of a dash, and of the gap behind it
_MARGIN = 0.15  # of the image's size, where a box reaches beyond the image


class DrawnBox(NamedTuple):
    """A box to be drawn.

    Attributes:
        box: ``[x_min, y_min, x_max, y_max]``, pixels of the thumbnail.
        colour: ``#rrggbb``.
        text: beside the box.
        line_width: pixels.
        dashed: whether the line is broken.
        text_colour: on ``colour``.
        text_below: whether the text stands at the box's lower edge, where it hides no other.
    """

    box: np.ndarray
    colour: str
    text: str
    line_width: int = 2
    dashed: bool = False
    text_colour: str = "white"
    text_below: bool = False


def draw_boxes(image: Image.Image, boxes: Sequence[DrawnBox]) -> Image.Image:
    """Draws boxes on a copy of an image, the last on top.

    Where a box reaches beyond the image, the copy gets a grey margin in which that shows.

    Args:
        image: RGB.
        boxes: those with NaN or infinite coordinates are left out.
    """
    boxes = [drawn for drawn in boxes if np.isfinite(drawn.box).all()]
    size = np.array(image.size)
    beyond = any((drawn.box[:2] < 0).any() or (drawn.box[2:] > size).any() for drawn in boxes)
    margin = (size * _MARGIN).astype(int) if beyond else np.zeros(2, int)
    canvas = Image.new("RGB", tuple((size + 2 * margin).tolist()), "#c8c8c8")
    canvas.paste(image, tuple(margin.tolist()))
    pen = ImageDraw.Draw(canvas)
    limits = np.array(canvas.size)
    # No line runs through a text.
    corners = [_draw_line(pen, drawn, margin, limits) for drawn in boxes]
    for drawn, corner in zip(boxes, corners):
        if drawn.text:
            _draw_tag(pen, drawn, corner, limits)
    return canvas


def _draw_line(pen: Any, drawn: DrawnBox, margin: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Draws a box and returns the corner at which its text stands."""
    low, high = (np.clip(corner + margin, 0, size - 1) for corner in np.split(drawn.box, 2))
    missing = np.maximum(0, _MIN_LENGTH - (high - low)) / 2
    low = np.clip(low - missing, 0, size - 1 - _MIN_LENGTH)
    high = np.clip(high + missing, _MIN_LENGTH, size - 1)
    corners = [*low.tolist(), *high.tolist()]
    if drawn.dashed:
        _draw_dashes(pen, corners, drawn)
    else:
        pen.rectangle(corners, outline=drawn.colour, width=drawn.line_width)
    return np.array([low[0], high[1] if drawn.text_below else low[1]])


def _draw_dashes(pen: Any, corners: Sequence[float], drawn: DrawnBox) -> None:
    """Draws dashes along the edges, from each corner on, inside the box as a full line is."""
    left, top, right, bottom = corners
    depth = drawn.line_width - 1
    for start in np.arange(left, right, 2 * _DASH):
        end = min(start + _DASH, right)
        pen.rectangle([start, top, end, top + depth], fill=drawn.colour)
        pen.rectangle([start, bottom - depth, end, bottom], fill=drawn.colour)
    for start in np.arange(top, bottom, 2 * _DASH):
        end = min(start + _DASH, bottom)
        pen.rectangle([left, start, left + depth, end], fill=drawn.colour)
        pen.rectangle([right - depth, start, right, end], fill=drawn.colour)


def _draw_tag(pen: Any, drawn: DrawnBox, corner: np.ndarray, size: np.ndarray) -> None:
    """Writes above the box or on its lower edge, or inside it at the image's border."""
    width, height = pen.textbbox((0, 0), drawn.text, font=font())[2] + 6, _FONT_SIZE + 5
    left = float(np.clip(corner[0], 0, max(0, size[0] - width)))
    top = float(corner[1] - height if corner[1] >= height else corner[1])
    if drawn.text_below:
        top = float(np.clip(corner[1] - 1, 0, size[1] - height - 1))
    pen.rectangle([left, top, left + width, top + height], fill=drawn.colour)
    pen.text((left + 3, top + 1), drawn.text, fill=drawn.text_colour, font=font())


@functools.lru_cache(maxsize=1)
def font() -> Any:
    """The font of what is written on images."""
    return ImageFont.truetype(
        str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / _FONT), _FONT_SIZE
    )
