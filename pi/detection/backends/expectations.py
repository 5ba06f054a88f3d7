"""What a backend found on the model's own test image where the model was made.

The model folder brings that image (``selftest.jpg``) and the detections of each backend
(``selftest.json``), with how far those of a device may be from them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Tuple

import numpy as np

from ..errors import InputError, reason_of
from ..structures import Detection
from .model_bundle import EDGE_TPU, SELF_TEST, SELF_TEST_IMAGE, Bundle

_AGAIN = "make it again with python -m helpers bundle"


class Expected(NamedTuple):
    """What a backend found where the model was made.

    Attributes:
        detections: With a score of ``min_score`` or more, highest first.
        min_score: The lowest score that was listed.
        min_iou: How much a box must overlap the one expected.
        max_score_difference: How far a score may be from the one expected.
    """

    detections: Tuple[Detection, ...]
    min_score: float
    min_iou: float
    max_score_difference: float


def read(bundle: Bundle) -> Dict[str, Expected]:
    """Reads what is expected of each backend.

    Args:
        bundle: The model folder.

    Returns:
        By the name of the backend, sorted.

    Raises:
        InputError: The model folder has no self-test, or it is no such file.
    """
    path = bundle.path(SELF_TEST, _AGAIN)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        expected = {name: _expected(values) for name, values in sorted(content["backends"].items())}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: not a self-test ({reason_of(error)}); {_AGAIN}") from None
    # It is compiled from the other one, where nothing can run it.
    if EDGE_TPU in bundle.files and "tflite" in expected:
        expected.setdefault("coral", expected["tflite"])
    return expected


def image_path(bundle: Bundle) -> Path:
    """Returns the path of the image to detect on.

    Args:
        bundle: The model folder.

    Raises:
        InputError: The model folder has none.
    """
    return bundle.path(SELF_TEST_IMAGE, _AGAIN)


def differences(expected: Expected, found: List[Detection]) -> List[str]:
    """Compares what was found with what was expected, in both directions.

    Args:
        expected: Of this backend.
        found: Here, at any score.

    Returns:
        A line for each detection that has no counterpart; none when all is as expected.
    """
    missing = [
        f"expected {_text(one)}, found {_nearest(one, found)}"
        for one in expected.detections
        if not any(_is_counterpart(expected, one, other) for other in found)
    ]
    # One just above the lowest score may lie just below it where the list was made.
    sure = expected.min_score + expected.max_score_difference
    surplus = [
        f"found {_text(one)}, expected {_nearest(one, expected.detections)}"
        for one in found
        if one.score >= sure
        and not any(_is_counterpart(expected, other, one) for other in expected.detections)
    ]
    return missing + surplus


def _is_counterpart(expected: Expected, one: Detection, other: Detection) -> bool:
    return (
        one.label == other.label
        and abs(one.score - other.score) <= expected.max_score_difference
        and _iou(one, other) >= expected.min_iou
    )


def _nearest(one: Detection, others: Any) -> str:
    """The detection that overlaps one the most, as text."""
    overlapping = [other for other in others if _iou(one, other) > 0]
    if not overlapping:
        return "nothing there"
    return _text(max(overlapping, key=lambda other: (_iou(one, other), other.score)))


def _text(detection: Detection) -> str:
    box = ", ".join(f"{corner:.0f}" for corner in detection.box)
    return f"{detection.label} {detection.score:.2f} at {box}"


def _iou(one: Detection, other: Detection) -> float:
    first, second = np.array(one.box), np.array(other.box)
    low, high = np.maximum(first[:2], second[:2]), np.minimum(first[2:], second[2:])
    overlap = float(np.prod(np.clip(high - low, 0, None)))
    areas = [float(np.prod(box[2:] - box[:2])) for box in (first, second)]
    union = sum(areas) - overlap
    return overlap / union if union > 0 else 0.0


def _expected(values: Any) -> Expected:
    return Expected(
        tuple(_detection(**one) for one in values["detections"]),
        float(values["min_score"]),
        float(values["min_iou"]),
        float(values["max_score_difference"]),
    )


def _detection(label: str, score: float, box: List[float]) -> Detection:
    x_min, y_min, x_max, y_max = map(float, box)
    return Detection(label, float(score), (x_min, y_min, x_max, y_max))
