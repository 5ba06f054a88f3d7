"""Whether two backends found the same on an image."""

from __future__ import annotations

from typing import Any, Dict, NamedTuple, Sequence

import numpy as np

from helpers.structures.boxes import LabeledBoxes, iou

MIN_SCORE, MIN_IOU, MAX_SCORE_DIFFERENCE = 0.3, 0.95, 0.02


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


def match(reference: LabeledBoxes, other: LabeledBoxes, min_score: float = MIN_SCORE) -> Match:
    """Looks for the counterpart of each confident reference detection.

    A counterpart has the same class, an IoU of at least 0.95 and a score within 0.02.

    Args:
        reference: detections of the frozen graph in TensorFlow.
        other: those of another backend on the same image.
        min_score: reference detections below it need none.
    """
    confident = reference.with_min_score(min_score)
    confident_scores, other_scores = np.asarray(confident.scores), np.asarray(other.scores)
    overlaps = iou(confident.boxes, other.boxes)
    ious, differences, unmatched = [], [], 0
    for number, label in enumerate(confident.labels):
        same = np.array([name == label for name in other.labels], bool)
        near = np.abs(other_scores - confident_scores[number]) <= MAX_SCORE_DIFFERENCE
        fits = np.flatnonzero(same & near & (overlaps[number] >= MIN_IOU))
        if not len(fits):
            unmatched += 1
            continue
        best = fits[np.argmax(overlaps[number][fits])]
        ious.append(float(overlaps[number][best]))
        differences.append(float(abs(other_scores[best] - confident_scores[number])))
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
