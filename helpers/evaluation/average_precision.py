"""Average precision as COCO computes it: the precision at 101 recalls, interpolated.

Source: https://cocodataset.org/#detection-eval and pycocotools' ``COCOeval.accumulate``.
"""

from __future__ import annotations

from typing import Optional

import numpy as np

RECALLS = np.linspace(0, 1, 101)


def average_precision(right: np.ndarray, objects: int) -> Optional[float]:
    """Of one class at one IoU threshold.

    Args:
        right: bool (n,), whether each detection finds an object, the highest score first, without
            those that count neither way.
        objects: how many are to be found.

    Returns:
        0..1; ``None`` without objects.
    """
    if not objects:
        return None
    once = np.ones((1, len(right)), np.int64)
    return float(
        resampled(np.flatnonzero(right), once, np.cumsum(once, axis=1), np.array([objects]))[0]
    )


def resampled(
    right: np.ndarray, weight: np.ndarray, counted: np.ndarray, objects: np.ndarray
) -> np.ndarray:
    """Of one class at one IoU threshold, over samples that hold an image any number of times.

    Only the detections that find something are looked at: between them precision only falls.

    Args:
        right: int (p,), the positions of those that find an object among all detections, which are
            in the order of their scores, the highest first.
        weight: int (samples, n), how often each detection's image is in each sample.
        counted: int (samples, n), of the detections up to each, how many are in each sample and
            not ignored.
        objects: int (samples,), how many are to be found in each sample.

    Returns:
        float64 (samples,) in 0..1; NaN in samples without objects.
    """
    found = np.cumsum(weight[:, right], axis=1)
    precision = found / np.maximum(counted[:, right], 1)
    highest = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    # One search over all samples: what is found in a sample is moved above those before it.
    above = np.arange(len(found))[:, None] * (max(objects.max(), 0) + 2)
    samples, last = found.shape
    at = np.searchsorted((found + above).ravel(), (_needed(objects) + above).ravel())
    at = at.reshape(samples, -1) - np.arange(samples)[:, None] * last
    padded = np.hstack([highest, np.zeros((samples, 1))])
    values = np.take_along_axis(padded, np.minimum(at, last), axis=1)
    return np.where(objects > 0, values.mean(axis=1), np.nan)


def _needed(objects: np.ndarray) -> np.ndarray:
    """The least number of found objects that reaches each recall, int (samples, recalls).

    In floating point as COCO compares them: 29 of 100 reach the recall of 0.29 or do not.
    """
    total = np.maximum(objects, 1)[:, None]
    needed = np.floor(RECALLS * total).astype(np.int64)
    return needed + (needed / total < RECALLS)
