"""All that is known of a model's detections on a set of images, in one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Tuple

import numpy as np

from helpers.evaluation.bootstrap import Intervals, intervals
from helpers.evaluation.breakdown import Breakdown, by_aspect, by_position, by_size
from helpers.evaluation.calibration import Calibration, calibrate
from helpers.evaluation.coco_metrics import CocoMetrics
from helpers.evaluation.confusion import ConfusionMatrix, confusion_matrix
from helpers.evaluation.error_kinds import MISSED, ErrorKinds, error_kinds
from helpers.evaluation.image_errors import ImageErrors, image_errors
from helpers.evaluation.precision_recall import (
    BestThresholds,
    Curves,
    F1ByThreshold,
    best_thresholds,
    curves,
    f1_by_threshold,
)
from helpers.evaluation.results import DetectionResults

USUAL_THRESHOLD = 0.3  # where no threshold finds anything
LEAST_CALIBRATED = 0.05  # scores below it are many, and nobody looks at them


@dataclass(frozen=True, eq=False)
class Analysis:
    """What a model does well and badly.

    Attributes:
        results: what it detects, beside the ground truth.
        threshold: least score of the detections that count where a threshold is needed.
        metrics: COCO's.
        intervals: in which they lie.
        curves: of precision and recall.
        f1: against the threshold.
        best: the thresholds with the highest F1.
        calibration: of the scores from ``LEAST_CALIBRATED`` on.
        confusion: of the classes, at the threshold.
        errors: by kind, with what each kind costs.
        breakdowns: by size, shape and place.
        images: what is found, missed and spurious on each, at the threshold.
    """

    results: DetectionResults
    threshold: float
    metrics: CocoMetrics
    intervals: Intervals
    curves: Curves
    f1: F1ByThreshold
    best: BestThresholds
    calibration: Calibration
    confusion: ConfusionMatrix
    errors: ErrorKinds
    breakdowns: Tuple[Breakdown, ...]
    images: ImageErrors

    def objects(self) -> Dict[str, int]:
        """Number of objects to be found of each class, in the label map's order; without crowds."""
        matches = self.errors.matches
        counted = matches.truth_class[~matches.truth_ignored]
        names = self.results.label_map.names
        return dict(zip(names, np.bincount(counted, minlength=len(names)).tolist()))

    def errors_at_threshold(self) -> Dict[str, int]:
        """Number of errors of each kind, of the detections and misses at the threshold."""
        counted = self.errors.matches.score >= self.threshold
        counts = {
            kind: int(((self.errors.kind == kind) & counted).sum()) for kind in self.errors.errors
        }
        return {**counts, MISSED: int(self.errors.matches.missed(self.threshold).sum())}

    def tables(self) -> Dict[str, List[Dict[str, Any]]]:
        """Rows of each table by its name."""
        objects = self.objects()
        at_threshold = self.errors_at_threshold()
        return {
            "per_class": [{**row, "objects": objects[row["class"]]} for row in self.metrics.rows()],
            "intervals": self.intervals.rows(),
            "precision_recall": self.curves.rows(),
            "f1_by_threshold": self.f1.rows(),
            "best_thresholds": self.best.rows(),
            "calibration": self.calibration.rows(),
            "confusion": self.confusion.rows(),
            "error_kinds": [
                {**row, "at the threshold": at_threshold[row["kind"]]} for row in self.errors.rows()
            ],
            **{f"by_{name}": one.rows() for name, one in self.named_breakdowns().items()},
            "images": self.images.rows(),
        }

    def named_breakdowns(self) -> Dict[str, Breakdown]:
        """The breakdowns by ``size``, ``aspect`` and ``position``."""
        return dict(zip(("size", "aspect", "position"), self.breakdowns))

    def as_dict(self) -> Dict[str, Any]:
        """All of it as JSON values, without the detections."""
        return {
            "images": self.images.as_dict(),
            "threshold": self.threshold,
            "metrics": self.metrics.as_dict(),
            "intervals": self.intervals.as_dict(),
            "objects": self.objects(),
            "precision_recall": self.curves.as_dict(),
            "best_thresholds": self.best.as_dict(),
            "calibration": self.calibration.as_dict(),
            "confusion": self.confusion.as_dict(),
            "error_kinds": self.errors.as_dict(),
            **{f"by_{name}": one.as_dict() for name, one in self.named_breakdowns().items()},
        }


def choose_threshold(results: DetectionResults) -> float:
    """The threshold with the highest F1 over all classes, in two decimals.

    Args:
        results: with scores from near 0.
    """
    best = best_thresholds(results).overall.threshold
    return USUAL_THRESHOLD if best is None else round(best, 2)


def analyse(results: DetectionResults, metrics: CocoMetrics, threshold: float) -> Analysis:
    """Analyses what a model detects.

    Args:
        results: with scores from near 0.
        metrics: of these results.
        threshold: least score of the detections that count where a threshold is needed.
    """
    errors = error_kinds(results)
    return Analysis(
        results,
        threshold,
        metrics,
        intervals(results),
        curves(results),
        f1_by_threshold(results),
        best_thresholds(results),
        calibrate(results.with_min_score(LEAST_CALIBRATED)),
        confusion_matrix(results, threshold),
        errors,
        (
            by_size(results, threshold=threshold),
            by_aspect(results, threshold),
            by_position(results, threshold),
        ),
        image_errors(results, errors.matches, threshold),
    )
