"""The one type that everything passes around: labelled boxes of one image."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable, Iterable, Mapping, Optional, Sequence, Tuple

import numpy as np

FLAGS = ("truncated", "difficult", "group_of", "occluded")
_COLUMNS = ("scores", *FLAGS)


@dataclass(frozen=True, eq=False)
class LabeledBoxes:
    """Boxes of one image with their class names and what else is known of each of them.

    Every column has one entry per box, or is ``None`` where nothing is known; ``select``,
    ``with_min_score``, ``scaled`` and ``joined`` keep all of them in step. Arrays are copied when
    given and read-only afterwards.

    Attributes:
        boxes: float32 (n, 4), absolute pixels ``[x_min, y_min, x_max, y_max]``: corner points,
            origin top left, area the plain product of width and height.
        labels: n class names.
        scores: float32 (n,) in 0..1; ``None`` means ground truth.
        truncated: bool (n,), the object is cut by the image's border.
        difficult: bool (n,), the object does not count when missed.
        group_of: bool (n,), one box around many objects.
        occluded: bool (n,), something else is in front of the object.
        extras: what else the annotation format says of each object, n mappings with values as
            JSON has them.

    Raises:
        ValueError: when the columns do not fit together; says expected and got.
    """

    boxes: np.ndarray
    labels: Tuple[str, ...]
    scores: Optional[np.ndarray] = None
    truncated: Optional[np.ndarray] = None
    difficult: Optional[np.ndarray] = None
    group_of: Optional[np.ndarray] = None
    occluded: Optional[np.ndarray] = None
    extras: Optional[Tuple[Mapping[str, Any], ...]] = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "boxes", _frozen(self.boxes, (-1, 4), np.float32))
        object.__setattr__(self, "labels", tuple(self.labels))
        self._require_count("labels", len(self.labels))
        if not all(isinstance(label, str) for label in self.labels):
            raise ValueError(f"expected class names as labels, got {self.labels!r}")
        for name in _COLUMNS:
            values = getattr(self, name)
            if values is not None:
                column = _frozen(values, (-1,), np.float32 if name == "scores" else np.bool_)
                self._require_count(name, len(column))
                object.__setattr__(self, name, column)
        if self.extras is not None:
            object.__setattr__(self, "extras", tuple(self.extras))
            self._require_count("extras", len(self.extras))

    def _require_count(self, name: str, count: int) -> None:
        if count != len(self.boxes):
            raise ValueError(f"expected {len(self.boxes)} {name}, one per box, got {count}")

    def __len__(self) -> int:
        return len(self.labels)

    @classmethod
    def from_rows(cls, rows: Iterable[Tuple[str, Sequence[float]]], **columns: Any) -> LabeledBoxes:
        """Ground truth from ``(class name, [x_min, y_min, x_max, y_max])`` rows.

        Args:
            rows: one per box.
            **columns: any of the other columns.
        """
        rows = list(rows)
        boxes: Any = [box for _, box in rows]
        return cls(boxes, tuple(label for label, _ in rows), **columns)

    def flags(self, name: str) -> np.ndarray:
        """A column of flags, bool (n,); ``False`` throughout where nothing is known.

        Args:
            name: one of ``FLAGS``.
        """
        values: Optional[np.ndarray] = getattr(self, name)
        return np.zeros(len(self), np.bool_) if values is None else values

    def extra(self, index: int) -> Mapping[str, Any]:
        """What else the annotation format says of one object; empty where nothing is known."""
        return {} if self.extras is None else self.extras[index]

    def select(self, keep: np.ndarray) -> LabeledBoxes:
        """The boxes chosen by a boolean mask (n,) or by indices, in that order."""
        index = np.arange(len(self))[keep]
        columns = ((name, getattr(self, name)) for name in _COLUMNS)
        return LabeledBoxes(
            self.boxes[index],
            tuple(self.labels[i] for i in index),
            extras=None if self.extras is None else tuple(self.extras[i] for i in index),
            **{name: column[index] for name, column in columns if column is not None},
        )

    def with_min_score(self, threshold: float) -> LabeledBoxes:
        """The detections with a score of at least ``threshold``; ground truth has no scores."""
        if self.scores is None:
            raise ValueError("expected detections with scores, got ground truth")
        return self.select(self.scores >= threshold)

    def scaled(self, x_factor: float, y_factor: float) -> LabeledBoxes:
        """The same boxes on an image resized by these factors."""
        factors = np.array([x_factor, y_factor, x_factor, y_factor], np.float32)
        return replace(self, boxes=self.boxes * factors)

    def joined(self, other: LabeledBoxes) -> LabeledBoxes:
        """These boxes, then those of another, of the same image.

        Raises:
            ValueError: one of the two has scores and the other has none.
        """
        if (self.scores is None) != (other.scores is None):
            raise ValueError("expected two of detections or two of ground truth, got one of each")
        columns = {
            name: np.concatenate([self.flags(name), other.flags(name)])
            for name in FLAGS
            if getattr(self, name) is not None or getattr(other, name) is not None
        }
        both = [(one, index) for one in (self, other) for index in range(len(one))]
        known = self.extras is not None or other.extras is not None
        return LabeledBoxes(
            np.concatenate([self.boxes, other.boxes]),
            self.labels + other.labels,
            None if self.scores is None else np.concatenate([self.scores, other.scores]),
            extras=tuple(one.extra(index) for one, index in both) if known else None,
            **columns,
        )


def _frozen(values: Any, shape: Tuple[int, ...], kind: Callable[..., Any]) -> np.ndarray:
    array = np.array(values, dtype=kind)
    if array.size == 0 and array.ndim < len(shape):
        array = array.reshape([max(length, 0) for length in shape])
    if array.ndim != len(shape) or any(s not in (-1, got) for s, got in zip(shape, array.shape)):
        expected = "(" + ", ".join("n" if length < 0 else str(length) for length in shape) + ")"
        raise ValueError(f"expected an array of shape {expected}, got {array.shape}")
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
    overlap = _intersection(first, second)
    union = _area(first)[:, None] + _area(second)[None, :] - overlap
    return np.divide(overlap, union, out=np.zeros_like(overlap), where=union > 0)


def coverage(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """How much of each box lies inside each other: COCO's overlap of detections with crowds.

    Args:
        first: (n, 4) ``[x_min, y_min, x_max, y_max]``; their area is what is shared out.
        second: (m, 4), the same.

    Returns:
        float (n, m) in 0..1; 0 where the first box is empty.
    """
    first, second = np.asarray(first, np.float64), np.asarray(second, np.float64)
    overlap = _intersection(first, second)
    area = np.broadcast_to(_area(first)[:, None], overlap.shape)
    return np.divide(overlap, area, out=np.zeros_like(overlap), where=area > 0)


def _intersection(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    return np.prod(np.clip(high - low, 0, None), axis=2)


def _area(boxes: np.ndarray) -> np.ndarray:
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
