"""Finds out whether this device does with the model what the computer that made it did.

The model folder brings an image (``selftest.jpg``) and what each backend found on it there
(``selftest.json``). Every backend that is installed here detects on that image again.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, List, NamedTuple, Tuple

import numpy as np

from .backends.backend import NoRuntime
from .backends.model_bundle import SELF_TEST, SELF_TEST_IMAGE, read_bundle
from .detector import load
from .errors import InputError, one_line
from .images import read_image
from .structures import Detection

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


def run(model_dir: Path, backend: str = "auto") -> int:
    """Runs the test and prints a line for each backend, and one for each difference.

    Args:
        model_dir: The model folder.
        backend: "auto": every backend that the model folder has expectations for; else that one.

    Returns:
        0 when at least one backend ran and all that ran found what was expected, else 1.

    Raises:
        InputError: The model folder is damaged, or has no self-test.
    """
    bundle = read_bundle(model_dir)
    expected = _read(bundle.path(SELF_TEST, _AGAIN), backend)
    image = read_image(bundle.path(SELF_TEST_IMAGE, _AGAIN))
    passed = []
    for name, wanted in expected:
        try:
            detector = load(model_dir, name)
        except NoRuntime as error:
            print(f"{name}: not tested; {one_line(error)}")
            continue
        detector.detect(image, 1.0)  # the first run takes longer
        started = time.perf_counter()
        found = detector.detect(image, 0.0)
        milliseconds = 1000 * (time.perf_counter() - started)
        problems = differences(wanted, found)
        verdict = f"differs in {len(problems)}" if problems else "passed"
        print(
            f"{name}: {verdict}, expected detections: {len(wanted.detections)},"
            f" {milliseconds:.0f} ms"
        )
        for problem in problems:
            print(f"{name}: {problem}")
        passed.append(not problems)
    return 0 if passed and all(passed) else 1


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


def _read(path: Path, backend: str) -> List[Tuple[str, Expected]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        expected = [
            (name, _expected(values))
            for name, values in sorted(content["backends"].items())
            if backend in ("auto", name)
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: not a self-test ({one_line(error)}); {_AGAIN}") from None
    if not expected:
        raise InputError(f"{path}: nothing expected of {backend}; take another --backend")
    return expected


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
