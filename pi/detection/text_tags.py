"""Text on a filled tag, readable on any background."""

from __future__ import annotations

import unicodedata
from typing import Tuple

import cv2
import numpy as np

Colour = Tuple[int, int, int]

_FONT = cv2.FONT_HERSHEY_SIMPLEX


def bgr(colour: Colour) -> Colour:
    """Returns a colour as OpenCV draws it.

    Args:
        colour: RGB.
    """
    red, green, blue = colour
    return blue, green, red


def draw_tag(canvas: np.ndarray, text: str, corner: Tuple[int, int], colour: Colour) -> None:
    """Writes a text on a filled tag above a corner, or below it if it does not fit.

    Args:
        canvas: BGR uint8, (h, w, 3); written to.
        text: One line; letters that OpenCV's fonts lack become "?".
        corner: ``(x, y)`` of the tag's lower left corner, pixels.
        colour: RGB of the tag.
    """
    text = _ascii(text)
    height, width = canvas.shape[:2]
    scale = max(0.35, min(height, width) / 900)
    stroke = max(1, round(scale * 2))
    (text_width, text_height), below = cv2.getTextSize(text, _FONT, scale, stroke)
    pad = max(2, text_height // 4)
    tag_width, tag_height = text_width + 2 * pad, text_height + below // 2 + 2 * pad
    left = max(0, min(corner[0], width - tag_width))
    top = corner[1] - tag_height if corner[1] >= tag_height else corner[1]
    cv2.rectangle(
        canvas, (left, top), (left + tag_width, top + tag_height), bgr(colour), cv2.FILLED
    )
    cv2.putText(
        canvas,
        text,
        (left + pad, top + pad + text_height),
        _FONT,
        scale,
        _text_colour(colour),
        stroke,
        cv2.LINE_AA,
    )


def _text_colour(background: Colour) -> Colour:
    """Returns black or white, whichever is easier to read (luma of ITU-R BT.601)."""
    red, green, blue = background
    return (0, 0, 0) if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else (255, 255, 255)


def _ascii(text: str) -> str:
    """Returns a text as OpenCV's fonts can write it: accents dropped, the rest as "?"."""
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", text)
        if not unicodedata.combining(letter)
    )
    return plain.encode("ascii", "replace").decode("ascii")
