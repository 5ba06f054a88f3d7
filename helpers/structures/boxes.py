"""The one type that everything passes around: labelled boxes of one image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, Optional, Sequence, Tuple

import numpy as np


@dataclass(frozen=True, eq=False)
class LabeledBoxes:
    """Boxes of one image with their class names and, for detections, their scores.

    Attributes:
        boxes: float32 (n, 4), absolute pixels ``[x_min, y_min, x_max, y_max]``: corner points,
            origin top left, area the plain product of the sides. Read-only.
        labels: n class names.
        scores: float32 (n,) in 0..1, read-only; ``None`` means ground truth.

    Raises:
        ValueError: when the three do not fit together; says expected and got.
    """

    boxes: np.ndarray
    labels: Tuple[str, ...]
    scores: Optional[np.ndarray] = None

    def __post_init__(self):
        boxes = _frozen(self.boxes, (-1, 4))
        object.__setattr__(self, "boxes", boxes)
        object.__setattr__(self, "labels", tuple(self.labels))
        if len(self.labels) != len(boxes):
            raise ValueError(f"expected {len(boxes)} labels, one a box, got {len(self.labels)}")
        if not all(isinstance(label, str) for label in self.labels):
            raise ValueError(f"expected class names as labels, got {self.labels!r}")
        if self.scores is not None:
            scores = _frozen(self.scores, (-1,))
            if len(scores) != len(boxes):
                raise ValueError(f"expected {len(boxes)} scores, one a box, got {len(scores)}")
            object.__setattr__(self, "scores", scores)

    def __len__(self) -> int:
        return len(self.labels)

    @classmethod
    def from_rows(cls, rows: Iterable[Tuple[str, Sequence[float]]]) -> "LabeledBoxes":
        """Ground truth from ``(class name, [x_min, y_min, x_max, y_max])`` rows."""
        rows = list(rows)
        return cls([box for _, box in rows], tuple(label for label, _ in rows))

    def select(self, keep: np.ndarray) -> "LabeledBoxes":
        """The boxes chosen by a boolean mask (n,) or by indices, in that order."""
        index = np.arange(len(self))[keep]
        scores = None if self.scores is None else self.scores[index]
        return LabeledBoxes(self.boxes[index], tuple(self.labels[i] for i in index), scores)

    def with_min_score(self, threshold: float) -> "LabeledBoxes":
        """The detections with a score of at least ``threshold``; ground truth has no scores."""
        if self.scores is None:
            raise ValueError("expected detections with scores, got ground truth")
        return self.select(self.scores >= threshold)

    def scaled(self, x_factor: float, y_factor: float) -> "LabeledBoxes":
        """The same boxes on an image resized by these factors."""
        factors = np.array([x_factor, y_factor, x_factor, y_factor], np.float32)
        return LabeledBoxes(self.boxes * factors, self.labels, self.scores)


def _frozen(values, shape: Tuple[int, ...]) -> np.ndarray:
    array = np.array(values, dtype=np.float32)
    if array.size == 0 and array.ndim < len(shape):
        array = array.reshape([0 if side < 0 else side for side in shape])
    if array.ndim != len(shape) or any(s not in (-1, got) for s, got in zip(shape, array.shape)):
        wanted = "(" + ", ".join("n" if side < 0 else str(side) for side in shape) + ")"
        raise ValueError(f"expected an array of shape {wanted}, got {array.shape}")
    array.setflags(write=False)
    return array


def iou(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Intersection over union of every box with every other.

    Args:
        first: (n, 4) ``[x_min, y_min, x_max, y_max]``.
        second: (m, 4), the same.

    Returns:
        float (n, m) in 0..1; 0 where both boxes are empty.
    """
    first, second = np.asarray(first, np.float64), np.asarray(second, np.float64)
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    overlap = np.prod(np.clip(high - low, 0, None), axis=2)
    union = _area(first)[:, None] + _area(second)[None, :] - overlap
    return np.divide(overlap, union, out=np.zeros_like(overlap), where=union > 0)


def _area(boxes: np.ndarray) -> np.ndarray:
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
