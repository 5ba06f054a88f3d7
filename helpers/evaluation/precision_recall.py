"""Precision, recall and F1 against the threshold, by class, and the threshold to take.

A threshold keeps the detections with ``score >= threshold``. Crowds and what lies on them count
neither way, as in COCO's matching.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from helpers.evaluation.average_precision import RECALLS, average_precision
from helpers.evaluation.matching import match
from helpers.evaluation.results import DetectionResults
from helpers.evaluation.score_counts import (
    OperatingPoint,
    ScoreCounts,
    by_class,
    json_values,
    pooled,
    rounded,
)

THRESHOLDS = np.linspace(0, 1, 101)


class Curve(NamedTuple):
    """Precision and recall of one class at each score that a detection has, the highest first.

    Attributes:
        name: of the class.
        objects: how many are to be found.
        score: float64 (n,), falling: the thresholds.
        precision: float64 (n,), of the detections with at least that score.
        recall: float64 (n,), rising; NaN without objects.
        average_precision: COCO's at this IoU, 0..1; ``None`` without objects.
    """

    name: str
    objects: int
    score: np.ndarray
    precision: np.ndarray
    recall: np.ndarray
    average_precision: Optional[float]

    def interpolated(self) -> np.ndarray:
        """The highest precision at each of COCO's 101 recalls or above it, float64 (101,)."""
        highest = np.maximum.accumulate(self.precision[::-1])[::-1]
        at = np.searchsorted(self.recall, RECALLS)
        return np.append(highest, 0.0)[at] if self.objects else np.full(len(RECALLS), np.nan)


@dataclass(frozen=True, eq=False)
class Curves:
    """The precision-recall curves of all classes.

    Attributes:
        iou: the least IoU of a detection with the object that it finds.
        curves: in the label map's order.
    """

    iou: float
    curves: Tuple[Curve, ...]

    def rows(self) -> List[Dict[str, Any]]:
        """One row for each point, for a table."""
        return [
            {"class": curve.name, "score": score, "precision": precision, "recall": recall}
            for curve in self.curves
            for score, precision, recall in _rows(curve.score, curve.precision, curve.recall)
        ]

    def as_dict(self) -> Dict[str, Any]:
        """By class the average precision and the interpolated curve, as JSON has them."""
        return {
            "iou": self.iou,
            "recall": json_values(RECALLS),
            "classes": {
                curve.name: {
                    "objects": curve.objects,
                    "average_precision": rounded(curve.average_precision),
                    "precision": json_values(curve.interpolated()),
                }
                for curve in self.curves
            },
        }


@dataclass(frozen=True, eq=False)
class F1ByThreshold:
    """Precision, recall and F1 at each threshold, by class and over all classes.

    Attributes:
        thresholds: float64 (t,).
        names: of the classes in the label map's order, then ``ALL``.
        precision: float64 (classes + 1, t); NaN without detections.
        recall: float64 (classes + 1, t); NaN without objects.
        f1: float64 (classes + 1, t); NaN without objects.
    """

    thresholds: np.ndarray
    names: Tuple[str, ...]
    precision: np.ndarray
    recall: np.ndarray
    f1: np.ndarray

    def rows(self) -> List[Dict[str, Any]]:
        """One row for each class and threshold, for a table."""
        return [
            {"class": name, "threshold": each[0], "precision": each[1], "recall": each[2], "f1": f1}
            for number, name in enumerate(self.names)
            for *each, f1 in _rows(
                self.thresholds, self.precision[number], self.recall[number], self.f1[number]
            )
        ]

    def as_dict(self) -> Dict[str, Any]:
        """The arrays by name, as JSON has them."""
        return {
            "thresholds": json_values(self.thresholds),
            "classes": {
                name: {
                    "precision": json_values(self.precision[number]),
                    "recall": json_values(self.recall[number]),
                    "f1": json_values(self.f1[number]),
                }
                for number, name in enumerate(self.names)
            },
        }


@dataclass(frozen=True)
class BestThresholds:
    """The threshold with the highest F1.

    Attributes:
        overall: one threshold for all classes, with the highest F1 of all detections taken
            together: the one to run the detector with, where each object counts the same.
        per_class: for each class by itself, in the label map's order.
    """

    overall: OperatingPoint
    per_class: Tuple[OperatingPoint, ...]

    def rows(self) -> List[Dict[str, Any]]:
        """One row for each class, and the last over all classes, for a table."""
        return [point.as_dict() for point in (*self.per_class, self.overall)]

    def as_dict(self) -> Dict[str, Any]:
        """The points by class, as JSON has them."""
        return {
            "overall": self.overall.as_dict(),
            "per_class": {point.name: point.as_dict() for point in self.per_class},
        }


def curves(results: DetectionResults, iou: float = 0.5) -> Curves:
    """The precision-recall curve of each class.

    Args:
        results: with detections of scores from near 0.
        iou: the least IoU of a detection with the object that it finds.
    """
    made = []
    for counts in by_class(match(results, iou), results.label_map.names):
        found, spurious = counts.at(counts.levels)
        recall = found / counts.objects if counts.objects else np.full(len(found), np.nan)
        average = average_precision(counts.right, counts.objects)
        made.append(
            Curve(
                counts.name,
                counts.objects,
                counts.levels,
                found / (found + spurious),
                recall,
                average,
            )
        )
    return Curves(iou, tuple(made))


def f1_by_threshold(
    results: DetectionResults, iou: float = 0.5, thresholds: Sequence[float] = tuple(THRESHOLDS)
) -> F1ByThreshold:
    """Precision, recall and F1 against the threshold.

    Args:
        results: with detections of scores from near 0.
        iou: the least IoU of a detection with the object that it finds.
        thresholds: where to count, in 0..1.
    """
    values = np.array(thresholds, np.float64)
    counted = _with_all(results, iou)
    columns = []
    for counts in counted:
        found, spurious = counts.at(values)
        objects = counts.objects or np.nan
        with np.errstate(invalid="ignore"):
            columns.append(
                (
                    found / (found + spurious),
                    found / objects,
                    2 * found / (found + spurious + objects),
                )
            )
    precision, recall, f1 = (np.array(column) for column in zip(*columns))
    return F1ByThreshold(values, tuple(counts.name for counts in counted), precision, recall, f1)


def best_thresholds(results: DetectionResults, iou: float = 0.5) -> BestThresholds:
    """The threshold with the highest F1, for each class and for all together.

    It lies halfway between the lowest score that it keeps and the next below. Of several with the
    same F1 it is the highest.

    Args:
        results: with detections of scores from near 0.
        iou: the least IoU of a detection with the object that it finds.
    """
    *classes, every = _with_all(results, iou)
    return BestThresholds(every.best(), tuple(counts.best() for counts in classes))


def at_threshold(
    results: DetectionResults, threshold: float, iou: float = 0.5
) -> Tuple[OperatingPoint, ...]:
    """What a threshold finds, misses and invents: in each class, and over all at the end.

    Args:
        results: to count.
        threshold: least score of a detection that counts.
        iou: the least IoU of a detection with the object that it finds.
    """
    counted = _with_all(results, iou)
    return tuple(counts.point(threshold) for counts in counted)


def _with_all(results: DetectionResults, iou: float) -> List[ScoreCounts]:
    counted = by_class(match(results, iou), results.label_map.names)
    return [*counted, pooled(counted)]


def _rows(*columns: np.ndarray) -> Iterator[Tuple[Any, ...]]:
    return zip(*map(json_values, columns))
