"""Whether scores are what they say: of detections with a score of 0.8, are 80 % right?

Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, with a detection counted
as right where it finds an object, as in Küppers et al., "Multivariate Confidence Calibration for
Object Detection", CVPR Workshops 2020.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import numpy as np

from helpers.evaluation.matching import match
from helpers.evaluation.results import DetectionResults
from helpers.evaluation.score_counts import rounded


class Bin(NamedTuple):
    """The detections whose score is in a range.

    Attributes:
        low: the least score.
        high: the score below which it ends; the last bin has 1 too.
        detections: how many there are, without those that count neither way.
        score: their mean score; ``None`` without detections.
        precision: the share of them that find an object; ``None`` without detections.
    """

    low: float
    high: float
    detections: int
    score: Optional[float]
    precision: Optional[float]

    def gap(self) -> float:
        """By how much the scores are too high, -1..1; negative where they are too low."""
        if self.score is None or self.precision is None:
            return 0.0
        return self.score - self.precision


@dataclass(frozen=True)
class Calibration:
    """How scores and precision go together.

    Attributes:
        bins: of equal width, from 0 to 1.
        expected_error: the expected calibration error: the mean of the bins' gaps without their
            sign, each weighted by its detections, 0..1; ``None`` without detections.
        largest_error: the largest gap of a bin without its sign; ``None`` without detections.
        overconfidence: the mean score less the share that is right, -1..1: above 0 scores promise
            too much; ``None`` without detections.
    """

    bins: Tuple[Bin, ...]
    expected_error: Optional[float]
    largest_error: Optional[float]
    overconfidence: Optional[float]

    def rows(self) -> List[Dict[str, Any]]:
        """One row for each bin, for a table."""
        return [
            {
                "low": rounded(each.low),
                "high": rounded(each.high),
                "detections": each.detections,
                "score": rounded(each.score),
                "precision": rounded(each.precision),
            }
            for each in self.bins
        ]

    def as_dict(self) -> Dict[str, Any]:
        """The errors and the bins, as JSON has them."""
        return {
            "expected_error": rounded(self.expected_error),
            "largest_error": rounded(self.largest_error),
            "overconfidence": rounded(self.overconfidence),
            "bins": self.rows(),
        }


def calibrate(results: DetectionResults, bins: int = 10, iou: float = 0.5) -> Calibration:
    """Compares scores with the share of detections that is right.

    Detections are many near 0, and those decide the expected error unless they are left out before,
    by ``results.with_min_score``: take the scores that anybody looks at.

    Args:
        results: the detections to look at.
        bins: how many ranges of scores.
        iou: the least IoU of a detection with the object that it finds.

    Raises:
        ValueError: there is no bin.
    """
    if bins < 1:
        raise ValueError(f"expected at least one bin, got {bins}")
    matches = match(results, iou)
    counted = ~matches.ignored
    score, right = matches.score[counted], matches.true_positive[counted]
    edges = np.linspace(0, 1, bins + 1)
    number = np.clip(np.searchsorted(edges, score, side="right") - 1, 0, bins - 1)
    made = tuple(
        _bin(edges[each], edges[each + 1], score[number == each], right[number == each])
        for each in range(bins)
    )
    if not len(score):
        return Calibration(made, None, None, None)
    gaps = np.array([each.gap() for each in made])
    shares = np.array([each.detections for each in made]) / len(score)
    expected, largest = np.sum(shares * np.abs(gaps)), np.max(np.abs(gaps))
    return Calibration(made, float(expected), float(largest), float(np.sum(shares * gaps)))


def _bin(low: float, high: float, score: np.ndarray, right: np.ndarray) -> Bin:
    if not len(score):
        return Bin(float(low), float(high), 0, None, None)
    return Bin(float(low), float(high), len(score), float(score.mean()), float(right.mean()))
