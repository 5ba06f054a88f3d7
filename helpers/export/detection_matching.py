"""Whether two backends found the same on an image.

Non-maximum suppression keeps the best of a network's candidates, drops those that overlap with it
too much, then goes on with the rest. A model that has learned little gives many candidates one
score: rounding decides which of them comes first, and with it which are dropped. That is no
difference between two backends, and :class:`Suppression` tells it from one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Dict, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from helpers.structures.boxes import LabeledBoxes, iou

MIN_SCORE, MIN_IOU, MAX_SCORE_DIFFERENCE = 0.3, 0.95, 0.02
EQUAL_SCORES, EQUAL_OVERLAPS = 1e-3, 1e-2  # rounding moves them less


class Match(NamedTuple):
    """How one image's detections compare with the reference's.

    Attributes:
        detections: number of reference detections above the score that counts.
        unmatched: how many of them have no counterpart.
        min_iou: of the matched ones; 1 where there is none.
        max_score_difference: of the matched ones; 0 where there is none.
    """

    detections: int
    unmatched: int
    min_iou: float
    max_score_difference: float


class Suppression(NamedTuple):
    """What non-maximum suppression chose from on one image, and its limits.

    Attributes:
        candidates: detections before suppression; boxes may reach beyond the image.
        size: width and height of the image, pixels; detections are clipped to it.
        max_overlap: IoU above which the worse of two candidates of a class is dropped.
        max_detections: number of detections that are kept at most.
    """

    candidates: LabeledBoxes
    size: Tuple[int, int]
    max_overlap: float
    max_detections: int

    def may_drop(self, detection: LabeledBoxes, kept: LabeledBoxes) -> bool:
        """Whether suppression, with equal scores in another order, drops a detection.

        So it does where it keeps a candidate of the same class that is no worse and overlaps with
        the detection too much, or as many as it may, all of them no worse.

        Args:
            detection: the one that is missing.
            kept: the detections that it is missing from.
        """
        no_worse = kept.with_min_score(float(np.min(detection.scores)) - EQUAL_SCORES)
        if len(no_worse) == len(kept) >= self.max_detections:
            return True
        rivals = no_worse.select(np.array(no_worse.labels, object) == detection.labels[0])
        overlaps = iou(self._before(detection).boxes, self._before(rivals).boxes)
        return bool((overlaps > self.max_overlap - EQUAL_OVERLAPS).any())

    def _before(self, detections: LabeledBoxes) -> LabeledBoxes:
        """The candidates that some detections may have been."""
        clipped = replace(
            self.candidates, boxes=np.clip(self.candidates.boxes, 0, np.tile(self.size, 2))
        )
        return self.candidates.select(counterparts(clipped, detections).any(axis=1))


def counterparts(first: LabeledBoxes, second: LabeledBoxes) -> np.ndarray:
    """Which detections are the same: of one class, an IoU of at least 0.95, a score within 0.02.

    Args:
        first: n detections.
        second: m detections on the same image.

    Returns:
        bool (n, m).
    """
    same = np.equal.outer(np.array(first.labels, object), np.array(second.labels, object))
    near = np.abs(np.subtract.outer(first.scores, second.scores)) <= MAX_SCORE_DIFFERENCE
    return same.astype(bool) & near & (iou(first.boxes, second.boxes) >= MIN_IOU)


def match(
    reference: LabeledBoxes,
    other: LabeledBoxes,
    min_score: float = MIN_SCORE,
    suppression: Optional[Suppression] = None,
) -> Match:
    """Looks for the counterpart of each confident reference detection.

    Args:
        reference: detections of the frozen graph in TensorFlow.
        other: those of another backend on the same image.
        min_score: reference detections below it need none.
        suppression: of the reference; what it :meth:`~Suppression.may_drop` needs no counterpart.
    """
    confident = reference.with_min_score(min_score)
    fits = counterparts(confident, other)
    overlaps = np.where(fits, iou(confident.boxes, other.boxes), -1)
    apart = np.abs(np.subtract.outer(confident.scores, other.scores))
    ious, differences, unmatched = [], [], 0
    for number in range(len(confident)):
        if not fits[number].any():
            one = confident.select(np.array([number]))
            unmatched += suppression is None or not suppression.may_drop(one, other)
            continue
        best = np.argmax(overlaps[number])
        ious.append(float(overlaps[number][best]))
        differences.append(float(apart[number][best]))
    return Match(len(confident), unmatched, min(ious, default=1.0), max(differences, default=0.0))


def count_different(reference: Sequence[LabeledBoxes], other: Sequence[LabeledBoxes]) -> int:
    """How many detections of either side, at any score, have no counterpart on the other.

    Args:
        reference: detections of one backend, an image each.
        other: those of another, in the same order.
    """
    return sum(
        match(*pair, min_score=0).unmatched
        for left, right in zip(reference, other)
        for pair in ((left, right), (right, left))
    )


def canonical_order(detections: LabeledBoxes) -> LabeledBoxes:
    """Detections with scores to three digits, and those of one score in the order of their boxes.

    Args:
        detections: of one image, in any order.
    """
    scores = np.round(detections.scores, 3)
    x_min, y_min, x_max, y_max = np.round(detections.boxes).T
    order = np.lexsort((y_max, x_max, y_min, x_min, -scores))
    return LabeledBoxes(
        detections.boxes[order], tuple(detections.labels[number] for number in order), scores[order]
    )


def summary(matches: Dict[str, Match]) -> Dict[str, Any]:
    """Matches over all images, as ``export.json`` holds them.

    Args:
        matches: by filename; at least one.
    """
    return {
        "images": len(matches),
        "detections": sum(match.detections for match in matches.values()),
        "unmatched": sum(match.unmatched for match in matches.values()),
        "min_iou": min(match.min_iou for match in matches.values()),
        "max_score_difference": max(match.max_score_difference for match in matches.values()),
    }
