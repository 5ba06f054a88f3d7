"""Turns a network's output into detections. Knows no backend."""

from __future__ import annotations

from typing import List, Tuple

import numpy as np

from ..errors import InputError
from ..structures import Detection
from .model_bundle import LABELS, Bundle


def select(
    bundle: Bundle,
    classes: np.ndarray,
    scores: np.ndarray,
    boxes_rel_xyxy: np.ndarray,
    size: Tuple[int, int],
    threshold: float,
) -> List[Detection]:
    """Turns a network's output into detections in pixels.

    Args:
        bundle: The model; its labels name the classes.
        classes: Counted from 0, (n,).
        scores: 0..1, (n,).
        boxes_rel_xyxy: ``[x_min, y_min, x_max, y_max]``, 0..1 of the image's size, (n, 4); they
            may reach outside it (TensorFlow Lite does not clip).
        size: Width and height of the image, pixels.
        threshold: The lowest score to keep.

    Returns:
        Detections inside the image, highest score first; those with no area left are dropped.

    Raises:
        InputError: A class has no name.
    """
    limits = np.array([size[0], size[1]] * 2, np.float64)
    # Nearly all of the network's boxes are below the threshold: they are left out first.
    kept = np.flatnonzero(scores >= threshold)
    kept = kept[np.argsort(-scores[kept], kind="stable")]
    boxes = np.clip(np.asarray(boxes_rel_xyxy[kept], np.float64) * limits, 0, limits)
    detections = []
    for number, score, box in zip(classes[kept], scores[kept].tolist(), boxes.tolist()):
        x_min, y_min, x_max, y_max = box
        if x_min < x_max and y_min < y_max:
            label = _label(bundle, int(number))
            detections.append(Detection(label, score, (x_min, y_min, x_max, y_max)))
    return detections


def _label(bundle: Bundle, number: int) -> str:
    if not 0 <= number < len(bundle.labels):
        raise InputError(
            f"{bundle.folder / LABELS}: {len(bundle.labels)} class names, the model found class"
            f" {number + 1}; labels and model belong to different trainings, copy both again"
        )
    return bundle.labels[number]
