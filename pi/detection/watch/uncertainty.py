"""How unsure a model is about an image, and whether one like it was seen before.

The 1-vs-2 margin of each detection, summed over the image, after C.-A. Brust, C. Käding,
J. Denzler: Active Learning for Deep Object Detection, VISAPP 2019, arXiv:1809.09875.
"""

from __future__ import annotations

from typing import Sequence, Tuple

import cv2
import numpy as np

from ..structures import Detection

Seen = Tuple[np.ndarray, Sequence[Detection]]

MIN_SCORE = 0.1  # below it a detection is background for sure
_SAME_PLACE = 0.5  # IoU
_THUMBNAIL = 16  # pixels
# Images whose thumbnails differ by less, on average, show the same scene; of 0..255.
_SAME_SCENE = 8.0


def uncertainty(detections: Sequence[Detection]) -> float:
    """Returns how unsure the detections of an image are.

    Args:
        detections: With any score; those below ``MIN_SCORE`` do not count.

    Returns:
        The sum over the detections of (1 - margin)^2, where the margin is that between the two best
        of class, background and competing classes; 0 where nothing is found or all is sure.
    """
    found = [one for one in detections if one.score >= MIN_SCORE]
    if not found:
        return 0.0
    scores = np.array([one.score for one in found])
    others = np.zeros(len(found))
    if len({one.label for one in found}) > 1:
        labels = np.array([one.label for one in found], object)
        competing = (_ious(found, found) >= _SAME_PLACE) & (labels[:, None] != labels)
        others = np.where(competing, scores, 0.0).max(axis=1)
    best = np.sort(np.stack([scores, 1 - scores, others]), axis=0)
    return float(((1 - best[-1] + best[-2]) ** 2).sum())


def thumbnail(image: np.ndarray) -> np.ndarray:
    """Returns what is left of an image from far away, without its brightness.

    Args:
        image: RGB uint8, (h, w, 3).

    Returns:
        (16, 16) float32, its mean is 0.
    """
    # Every few pixels are enough, and far faster than all of a large image.
    step = max(1, min(image.shape[:2]) // (4 * _THUMBNAIL))
    coarse = np.ascontiguousarray(image[::step, ::step])
    small = cv2.resize(coarse, (_THUMBNAIL, _THUMBNAIL), interpolation=cv2.INTER_AREA)
    grey = small.astype(np.float32).mean(axis=2)
    return np.asarray(grey - grey.mean(), np.float32)


def is_like_any(seen: Seen, others: Sequence[Seen]) -> bool:
    """Tells whether an image shows the same scene as one of others, and the same in it.

    Args:
        seen: Its thumbnail, and what was found on it.
        others: Those of the others.
    """
    if not others:
        return False
    thumbnails = np.stack([other[0] for other in others])
    differences = np.abs(thumbnails - seen[0]).mean(axis=(1, 2))
    same = np.flatnonzero(differences < _SAME_SCENE).tolist()
    return any(_shows_no_more(seen[1], others[index][1]) for index in same)


def _shows_no_more(found: Sequence[Detection], other: Sequence[Detection]) -> bool:
    """Whether each of the detections has its like among the other ones."""
    if not found or not other:
        return not found
    labels, other_labels = (
        np.array([detection.label for detection in part], object) for part in (found, other)
    )
    same = (_ious(found, other) >= _SAME_PLACE) & (labels[:, None] == other_labels)
    return bool(same.any(axis=1).all())


def _ious(found: Sequence[Detection], others: Sequence[Detection]) -> np.ndarray:
    """Returns the IoU of each with each, (n, m)."""
    boxes, other_boxes = (np.array([one.box for one in part]) for part in (found, others))
    low = np.maximum(boxes[:, None, :2], other_boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], other_boxes[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    areas, other_areas = ((part[:, 2:] - part[:, :2]).prod(axis=1) for part in (boxes, other_boxes))
    union = areas[:, None] + other_areas - shared
    return np.asarray(shared / np.maximum(union, 1e-9))
