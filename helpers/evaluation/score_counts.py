"""What the detections above a threshold find, miss and invent: the counts behind the curves."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from helpers.evaluation.matching import Matches

ALL = "all classes"
DECIMALS = 4


class OperatingPoint(NamedTuple):
    """What a threshold finds, misses and invents.

    Attributes:
        name: of the class, or ``ALL``.
        objects: how many are to be found.
        threshold: least score of a detection that counts; ``None`` where none is better than
            another, because no detection of the class finds anything.
        true_positives: detections that find an object.
        false_positives: detections that find none.
    """

    name: str
    objects: int
    threshold: Optional[float]
    true_positives: int
    false_positives: int

    @property
    def missed(self) -> int:
        """How many objects are not found."""
        return self.objects - self.true_positives

    @property
    def precision(self) -> Optional[float]:
        """The share of detections that find an object; ``None`` without detections."""
        return _share(self.true_positives, self.true_positives + self.false_positives)

    @property
    def recall(self) -> Optional[float]:
        """The share of objects that are found; ``None`` without objects."""
        return _share(self.true_positives, self.objects)

    @property
    def f1(self) -> Optional[float]:
        """The harmonic mean of precision and recall; ``None`` without objects."""
        both = self.true_positives + self.false_positives + self.objects
        return _share(2 * self.true_positives, both) if self.objects else None

    def as_dict(self) -> Dict[str, Any]:
        """Counts and rates by name, rounded to four decimals, as JSON and a table have them."""
        return {
            "class": self.name,
            "objects": self.objects,
            "threshold": rounded(self.threshold),
            "precision": rounded(self.precision),
            "recall": rounded(self.recall),
            "f1": rounded(self.f1),
            "true_positives": self.true_positives,
            "false_positives": self.false_positives,
            "missed": self.missed,
        }


class ScoreCounts(NamedTuple):
    """The detections of a class that count, in the order of their scores.

    Attributes:
        name: of the class, or ``ALL``.
        objects: how many are to be found.
        score: float64 (n,), falling; of equal scores in the images' order, as COCO takes them.
        right: bool (n,), finds an object.
    """

    name: str
    objects: int
    score: np.ndarray
    right: np.ndarray

    @property
    def levels(self) -> np.ndarray:
        """The scores that there are, falling, float64: each a threshold of its own."""
        return np.unique(self.score)[::-1]

    def at(self, thresholds: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
        """How many detections find an object and how many find none, int, at each threshold.

        Thresholds are rounded to float32, as ``LabeledBoxes.with_min_score`` compares them.
        """
        kept = np.searchsorted(-self.score, -np.float32(thresholds).astype(float), side="right")
        found = np.concatenate([[0], np.cumsum(self.right)])[kept]
        return found, kept - found

    def point(self, threshold: Optional[float]) -> OperatingPoint:
        """The counts at one threshold; ``None`` keeps no detection."""
        found, spurious = self.at(np.array([np.inf if threshold is None else threshold]))
        return OperatingPoint(self.name, self.objects, threshold, int(found[0]), int(spurious[0]))

    def best(self) -> OperatingPoint:
        """The counts at the threshold with the highest F1."""
        levels = self.levels
        found, spurious = self.at(levels)
        if not self.objects or not found.any():
            return self.point(None)
        best = int(np.argmax(2 * found / (found + spurious + self.objects)))
        below = levels[best + 1] if best + 1 < len(levels) else 0.0
        return self.point(_between(float(below), float(levels[best])))


def by_class(matches: Matches, names: Sequence[str]) -> List[ScoreCounts]:
    """The counts of each class, in the label map's order.

    Args:
        matches: of all images.
        names: of the classes.
    """
    counts = []
    for number, name in enumerate(names):
        rows = np.flatnonzero((matches.class_index == number) & ~matches.ignored)
        rows = rows[np.argsort(-matches.score[rows], kind="mergesort")]
        objects = np.sum((matches.truth_class == number) & ~matches.truth_ignored)
        counts.append(
            ScoreCounts(name, int(objects), matches.score[rows], matches.true_positive[rows])
        )
    return counts


def pooled(classes: Sequence[ScoreCounts]) -> ScoreCounts:
    """The detections of all classes together."""
    score = np.concatenate([each.score for each in classes])
    order = np.argsort(-score, kind="mergesort")
    right = np.concatenate([each.right for each in classes])
    return ScoreCounts(ALL, sum(each.objects for each in classes), score[order], right[order])


def rounded(value: Optional[float]) -> Optional[float]:
    """To four decimals, as JSON and tables have it."""
    return None if value is None else round(value, DECIMALS)


def json_values(values: np.ndarray) -> List[Optional[float]]:
    """An array of numbers to four decimals, ``None`` for NaN."""
    return [None if np.isnan(value) else rounded(value) for value in values.tolist()]


def _share(part: int, whole: int) -> Optional[float]:
    return part / whole if whole else None


def _between(below: float, score: float) -> float:
    """A threshold that keeps ``score`` and not ``below``, of four decimals where there is one.

    Scores are float32, and so is a threshold when they are compared.
    """
    middle = (below + score) / 2
    for threshold in (round(middle, DECIMALS), middle):
        if below < np.float32(threshold) <= score:
            return threshold
    return score
