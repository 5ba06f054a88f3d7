"""Resizing as TensorFlow 1 does, the same for every backend.

TensorFlow 1's bilinear resizer, through which the models were trained, takes the value at
``x_source = x_target * source_width / target_width``, without the half pixel that ``cv2.resize``
adds. Fed through ``cv2.resize`` a model would see every image shifted by up to half a source
step and score it otherwise. ``cv2.warpAffine`` and ``cv2.remap`` could sample at the right points,
but OpenCV 4 rounds positions to 1/32 pixel; plain arithmetic gives TensorFlow's pixels to the bit.

``pi/`` stands alone and has the same few lines; a test compares the two.
"""

from __future__ import annotations

from typing import Tuple

import numpy as np


def resize_as_trained(image: np.ndarray, width: int, height: int) -> np.ndarray:
    """Resizes as TensorFlow 1's ``resize_bilinear(align_corners=False)`` does.

    Args:
        image: RGB uint8 (h, w, 3).
        width: of the result.
        height: of the result.

    Returns:
        RGB float32 (height, width, 3), grey levels 0..255, not rounded, as in TensorFlow.
    """
    upper, lower, down = _neighbours(image.shape[0], height)
    left, right, across = _neighbours(image.shape[1], width)
    down, across = down[:, None, None], across[None, :, None]
    rows_above, rows_below = image[upper].astype(np.float32), image[lower].astype(np.float32)
    top, bottom = (
        rows[:, left] + (rows[:, right] - rows[:, left]) * across
        for rows in (rows_above, rows_below)
    )
    return top + (bottom - top) * down


def _neighbours(source: int, target: int) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
    # In float32, because TensorFlow computes the positions in float32 too.
    step = np.float32(source) / np.float32(target)
    position = np.arange(target, dtype=np.float32) * step
    first = np.minimum(np.floor(position).astype(np.intp), source - 1)
    return first, np.minimum(first + 1, source - 1), position - first.astype(np.float32)
