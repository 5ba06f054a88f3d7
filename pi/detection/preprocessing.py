"""Turns an image into the model's input, sampling it as training did.

TensorFlow 1's bilinear resize, which trained the model, takes destination pixel ``x`` from
source position ``x * source / destination``. ``cv2.resize`` takes it from
``(x + 0.5) * source / destination - 0.5``: at 1280 -> 300 that is 1.6 source pixels away, and
on an image with fine texture the two differ by over 200 of 255. The model then gets other pixels
than those it was trained on.

``cv2.warpAffine`` and ``cv2.remap`` can sample at the right points, yet OpenCV 4 rounds the
position to 1/32 pixel (OpenCV 5 does not): up to 6 of 255 off on noise, at 0.5 ms a call for
1280x720 to 300x300. The plain arithmetic below takes 1.5 to 2 ms on the same desktop core,
is exact to the last bit, and gives the same pixels under every OpenCV, so it is what we use.
"""

from __future__ import annotations

import functools
from typing import Tuple

import numpy as np


def resize_as_trained(image: np.ndarray, width: int, height: int) -> np.ndarray:
    """Resizes as TensorFlow 1's ``resize_bilinear(align_corners=False)`` does.

    Args:
        image: RGB uint8, (h, w, 3).
        width: Of the result, pixels.
        height: Of the result, pixels.

    Returns:
        RGB float32, (height, width, 3), 0..255, not rounded: TensorFlow does not round either.
    """
    taps, right_weight, lower_weight = _sampling(image.shape[1], image.shape[0], width, height)
    pixels = image.reshape(-1, 3)
    top_left, top_right, bottom_left, bottom_right = (
        pixels.take(tap, axis=0).reshape(height, -1) for tap in taps
    )
    top = _blend(top_left, top_right, right_weight)
    bottom = _blend(bottom_left, bottom_right, right_weight)
    return _blend(top, bottom, lower_weight).reshape(height, width, 3)


def normalise(pixels: np.ndarray, mean: float, std: float) -> np.ndarray:
    """Scales pixel values to the range that the model's first layer expects.

    Args:
        pixels: float32, any shape, 0..255.
        mean: Pixel value that becomes 0.
        std: Divides the difference from ``mean``.

    Returns:
        float32 of the same shape, ``(pixels - mean) / std``.
    """
    return (pixels - np.float32(mean)) / np.float32(std)


def _blend(first: np.ndarray, second: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Returns first + (second - first) * weight in float32: TensorFlow's order of operations."""
    blended = np.subtract(second, first, dtype=np.float32)
    blended *= weight
    blended += first
    return blended


# A stream has one frame size, a folder seldom more than a few.
@functools.lru_cache(maxsize=4)
def _sampling(
    source_width: int, source_height: int, width: int, height: int
) -> Tuple[Tuple[np.ndarray, ...], np.ndarray, np.ndarray]:
    """Returns the flat indices of the four neighbours and the right and lower neighbour's weight.

    The indices are (height, width) in the order top left, top right, bottom left, bottom right;
    the weights are float32, (1, width * 3) and (height, 1).
    """
    left, right, weight_x = _neighbours(source_width, width)
    upper, lower, weight_y = _neighbours(source_height, height)
    taps = tuple(
        row[:, None] * source_width + column for row in (upper, lower) for column in (left, right)
    )
    return taps, np.repeat(weight_x, 3)[None, :], weight_y[:, None]


def _neighbours(source: int, target: int) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns along one axis the two neighbours of each sample and the second one's weight."""
    # In float32, because TensorFlow computes the positions in float32 too.
    scale = np.float32(source) / np.float32(target)
    position = np.arange(target, dtype=np.float32) * scale
    first = np.minimum(np.floor(position).astype(np.intp), source - 1)
    second = np.minimum(first + 1, source - 1)
    return first, second, position - first.astype(np.float32)
