"""The confusion matrix: which class is detected where which class is annotated.

Matched as roboflow/supervision does it (``ConfusionMatrix`` in ``supervision/metrics/detection.py``
at 0.31.2), whose matrix on the same input is the same: in each image, pairs of truth and detection
with an IoU above the limit are taken greedily, those of one class first, then by falling IoU; each
box is in one pair at most. Scores play no part beyond the threshold, unlike in COCO's matching.

What supervision does not know: a crowd (``group_of``) is no object, and a detection of its class
that lies on it and pairs with nothing else counts nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, NamedTuple, Set, Tuple

import numpy as np

from helpers.evaluation.results import DetectionResults
from helpers.structures.boxes import LabeledBoxes, coverage, iou
from helpers.structures.label_map import LabelMap

BACKGROUND = "(background)"  # in brackets, so that no class can have that name by chance


class Confusion(NamedTuple):
    """One class taken for another.

    Attributes:
        truth: the annotated class.
        detected: the class that was detected instead.
        times: how many pairs.
        share: of the annotated objects of that class, 0..1.
    """

    truth: str
    detected: str
    times: int
    share: float


@dataclass(frozen=True, eq=False)
class ConfusionMatrix:
    """How often each class was detected where each class is annotated.

    Attributes:
        classes: names in the label map's order; the background follows them.
        matrix: int (n + 1, n + 1); rows are truth, columns detections. The last column counts
            objects that were missed, the last row detections on the background.
        threshold: least score of the detections that count.
        iou: a pair overlaps more than this.
    """

    classes: Tuple[str, ...]
    matrix: np.ndarray
    threshold: float
    iou: float

    @property
    def names(self) -> Tuple[str, ...]:
        """Of rows and columns: the classes, then the background."""
        return (*self.classes, BACKGROUND)

    def rows(self) -> List[Dict[str, Any]]:
        """A row for each annotated class and one for the background, for a table."""
        return [
            {"truth / detected": name, **dict(zip(self.names, counts))}
            for name, counts in zip(self.names, self.matrix.tolist())
        ]

    def as_dict(self) -> Dict[str, Any]:
        """Names, counts and limits as JSON values."""
        return {
            "names": list(self.names),
            "matrix": self.matrix.tolist(),
            "threshold": self.threshold,
            "iou": self.iou,
        }

    def confused(self) -> List[Confusion]:
        """The pairs of different classes that occur, most frequent first."""
        inner = self.matrix[:-1, :-1].copy()
        np.fill_diagonal(inner, 0)
        totals = self.matrix.sum(axis=1)
        found = [
            Confusion(
                self.classes[truth],
                self.classes[detected],
                int(inner[truth, detected]),
                float(inner[truth, detected] / totals[truth]),
            )
            for truth, detected in np.argwhere(inner)
        ]
        return sorted(found, key=lambda one: (-one.times, -one.share, one.truth, one.detected))


def confusion_matrix(
    results: DetectionResults, threshold: float, iou: float = 0.5
) -> ConfusionMatrix:
    """Counts what is detected where at a threshold.

    Args:
        results: ground truth and detections.
        threshold: least score of the detections that count, 0..1.
        iou: a pair overlaps more than this.
    """
    classes = results.label_map.names
    matrix = np.zeros((len(classes) + 1, len(classes) + 1), np.int64)
    for truth, detections in zip(results.truth, results.with_min_score(threshold).detections):
        _count(matrix, truth, detections, results.label_map, iou)
    matrix.setflags(write=False)
    return ConfusionMatrix(classes, matrix, threshold, iou)


def _count(
    matrix: np.ndarray,
    truth: LabeledBoxes,
    detections: LabeledBoxes,
    label_map: LabelMap,
    limit: float,
) -> None:
    crowds = truth.select(truth.flags("group_of"))
    objects = truth.select(~truth.flags("group_of"))
    annotated, detected = _classes(objects, label_map), _classes(detections, label_map)
    background = len(matrix) - 1
    pairs = _pairs(iou(objects.boxes, detections.boxes), annotated, detected, limit)
    for row, column in pairs:
        matrix[annotated[row], detected[column]] += 1
    missed = _others(len(objects), {row for row, _ in pairs})
    spurious = _others(len(detections), {column for _, column in pairs})
    np.add.at(matrix, (annotated[missed], background), 1)
    on_crowd = (coverage(detections.boxes, crowds.boxes) >= limit) & (
        detected[:, None] == _classes(crowds, label_map)[None, :]
    )
    spurious = spurious[~on_crowd[spurious].any(axis=1)]
    np.add.at(matrix, (background, detected[spurious]), 1)


def _pairs(
    overlap: np.ndarray, annotated: np.ndarray, detected: np.ndarray, limit: float
) -> List[Tuple[int, int]]:
    overlap = overlap.astype(np.float32)  # as supervision has it, so that ties are the same
    rows, columns = np.nonzero(overlap > limit)
    other = annotated[rows] != detected[columns]
    pairs: List[Tuple[int, int]] = []
    used_rows: Set[int] = set()
    used_columns: Set[int] = set()
    for index in np.lexsort((-overlap[rows, columns], other)):
        row, column = int(rows[index]), int(columns[index])
        if row not in used_rows and column not in used_columns:
            pairs.append((row, column))
            used_rows.add(row)
            used_columns.add(column)
    return pairs


def _classes(boxes: LabeledBoxes, label_map: LabelMap) -> np.ndarray:
    return np.array([label_map.names.index(label) for label in boxes.labels], np.int64)


def _others(count: int, used: Set[int]) -> np.ndarray:
    return np.array([index for index in range(count) if index not in used], np.int64)
