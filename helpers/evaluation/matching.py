"""Which detection finds which object: COCO's matching, in columns over all images.

Source: https://cocodataset.org/#detection-eval
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, MutableMapping, NamedTuple, Sequence
from weakref import WeakKeyDictionary

import numpy as np

from helpers.evaluation.coco_evaluation import matched
from helpers.evaluation.results import DetectionResults
from helpers.structures.boxes import LabeledBoxes


@dataclass(frozen=True, eq=False)
class Matches:
    """Every detection with the object that it finds, and every object with what finds it.

    Rows follow the images, and within an image the order that its detections and its truth have in
    the ``DetectionResults``: the row of detection ``j`` of image ``i`` is ``offsets[i] + j``, that
    of its object ``k`` is ``truth_offsets[i] + k``. Arrays are read-only.

    Attributes:
        image: int (n,), index of the detection's image.
        class_index: int (n,), index of its class in ``label_map.names``.
        score: float64 (n,), 0..1.
        truth_index: int (n,), index of the object that it finds among its image's truth (a crowd,
            too, where it lies on one); -1 where it finds none.
        iou: float64 (n,), with the object that it finds; where it finds none, the largest with an
            object of its class on its image, found by another or not, and 0 where there is none.
            With a crowd: the share of the detection that lies on it.
        ignored: bool (n,), counts neither way: it lies on a crowd, or a hundred detections of its
            class on its image have higher scores.
        offsets: int (images + 1,), the first row of each image, and n.
        truth_image: int (m,), index of the object's image.
        truth_class: int (m,), index of its class in ``label_map.names``.
        truth_matched_by: int (m,), the row of the detection that finds it, -1 where none does; -1
            for crowds.
        truth_ignored: bool (m,), a crowd: nothing that must be found.
        truth_offsets: int (images + 1,), the first row of each image's truth, and m.
    """

    image: np.ndarray
    class_index: np.ndarray
    score: np.ndarray
    truth_index: np.ndarray
    iou: np.ndarray
    ignored: np.ndarray
    offsets: np.ndarray
    truth_image: np.ndarray
    truth_class: np.ndarray
    truth_matched_by: np.ndarray
    truth_ignored: np.ndarray
    truth_offsets: np.ndarray

    def __post_init__(self) -> None:
        for array in vars(self).values():
            array.setflags(write=False)

    @property
    def true_positive(self) -> np.ndarray:
        """The detections that find an object, bool (n,)."""
        return (self.truth_index >= 0) & ~self.ignored

    @property
    def false_positive(self) -> np.ndarray:
        """The detections that find nothing and are not ignored, bool (n,)."""
        return (self.truth_index < 0) & ~self.ignored

    def missed(self, threshold: float = 0.0) -> np.ndarray:
        """The objects that no detection with at least this score finds, bool (m,).

        The threshold is rounded to float32, as ``LabeledBoxes.with_min_score`` compares it.
        """
        found = self.truth_matched_by >= 0
        found[found] = self.score[self.truth_matched_by[found]] >= np.float32(threshold)
        return ~found & ~self.truth_ignored


class MatchesAtIous(NamedTuple):
    """The matching at several IoU thresholds; columns as in ``Matches``.

    Attributes:
        image: int (n,), index of the detection's image.
        class_index: int (n,), index of its class in ``label_map.names``.
        score: float64 (n,), 0..1.
        truth_row: int (thresholds, n), the row of the object that the detection finds (or of the
            crowd that it lies on); -1 where it finds none.
        ignored: bool (thresholds, n), counts neither way.
        truth_image: int (m,), index of the object's image.
        truth_class: int (m,), index of its class in ``label_map.names``.
        truth_ignored: bool (m,), a crowd.
    """

    image: np.ndarray
    class_index: np.ndarray
    score: np.ndarray
    truth_row: np.ndarray
    ignored: np.ndarray
    truth_image: np.ndarray
    truth_class: np.ndarray
    truth_ignored: np.ndarray


_KNOWN: MutableMapping[DetectionResults, Dict[float, Matches]] = WeakKeyDictionary()


def match(results: DetectionResults, iou: float = 0.5) -> Matches:
    """COCO's greedy matching, image by image and class by class.

    The detection with the highest score takes first (of equal scores the first), each the object
    with the largest IoU that is still free. A box with ``group_of`` is a crowd: it is never
    missed, and detections on it are ignored. At most the hundred highest detections of a class on
    an image are matched. Lower scores never change what higher ones find: the matches at a
    threshold are those with ``score >= threshold``.

    Most analyses begin with it, so it is computed once for each IoU and kept as long as the
    results are.

    Args:
        results: what to match.
        iou: the least IoU of a detection with the object that it finds.
    """
    known = _KNOWN.setdefault(results, {})
    if iou not in known:
        known[iou] = _matches(results, iou)
    return known[iou]


def match_at(results: DetectionResults, ious: Sequence[float]) -> MatchesAtIous:
    """The matching of :func:`match` at several IoU thresholds at once.

    Args:
        results: what to match.
        ious: the thresholds.
    """
    return _at_ious(results, matched(results, ious))


def _matches(results: DetectionResults, iou: float) -> Matches:
    evaluation = matched(results, [iou])
    matches = _at_ious(results, evaluation)
    truth_row, ignored = matches.truth_row[0], matches.ignored[0]
    truth_offsets = _offsets(results.truth)
    counted = np.flatnonzero((truth_row >= 0) & ~ignored)
    matched_by = np.full(len(matches.truth_image), -1, np.int64)
    matched_by[truth_row[counted]] = counted
    return Matches(
        matches.image,
        matches.class_index,
        matches.score,
        np.where(truth_row >= 0, truth_row - truth_offsets[matches.image], -1),
        _overlap(evaluation, truth_row),
        ignored,
        _offsets(results.detections),
        matches.truth_image,
        matches.truth_class,
        matched_by,
        matches.truth_ignored,
        truth_offsets,
    )


def _at_ious(results: DetectionResults, evaluation: Any) -> MatchesAtIous:
    count = sum(map(len, results.detections))
    shape = len(evaluation.params.iouThrs), count
    truth_row, ignored = np.full(shape, -1, np.int64), np.ones(shape, np.bool_)
    pairs = [pair for pair in evaluation.evalImgs if pair and pair["dtIds"]]
    if pairs:
        rows = np.concatenate([pair["dtIds"] for pair in pairs]) - 1
        truth_row[:, rows] = np.concatenate([pair["dtMatches"] for pair in pairs], axis=1) - 1
        ignored[:, rows] = np.concatenate([pair["dtIgnore"] for pair in pairs], axis=1)
    return MatchesAtIous(
        _images(results.detections),
        _classes(results.detections, results),
        _joined([boxes.scores for boxes in results.detections], np.float64),
        truth_row,
        ignored,
        _images(results.truth),
        _classes(results.truth, results),
        _joined([boxes.flags("group_of") for boxes in results.truth], np.bool_),
    )


def _overlap(evaluation: Any, truth_row: np.ndarray) -> np.ndarray:
    """IoU of each detection with its object, or the largest with one of its class that is none."""
    overlap = np.zeros(len(truth_row))
    for pair in evaluation.evalImgs:
        if not pair:
            continue
        ious = evaluation.ious[pair["image_id"], pair["category_id"]]
        if len(ious) == 0:
            continue
        # The rows of ``ious`` follow the scores as dtIds do, its columns the ids of the truth.
        order = np.argsort(pair["gtIds"])
        rows, objects = np.array(pair["dtIds"]) - 1, np.array(pair["gtIds"])[order] - 1
        with_objects = np.where(pair["gtIgnore"][order], 0.0, ious)
        at = np.searchsorted(objects, truth_row[rows])
        own = ious[np.arange(len(rows)), np.minimum(at, len(objects) - 1)]
        overlap[rows] = np.where(truth_row[rows] >= 0, own, with_objects.max(axis=1))
    return overlap


def _images(sets: Sequence[LabeledBoxes]) -> np.ndarray:
    return np.repeat(np.arange(len(sets)), list(map(len, sets)))


def _classes(sets: Sequence[LabeledBoxes], results: DetectionResults) -> np.ndarray:
    number = {name: index for index, name in enumerate(results.label_map.names)}
    return np.array([number[label] for boxes in sets for label in boxes.labels], np.int64)


def _offsets(sets: Sequence[LabeledBoxes]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(list(map(len, sets)), dtype=np.int64)])


def _joined(columns: Sequence[Any], kind: Any) -> np.ndarray:
    return np.concatenate([np.zeros(0, kind), *columns]).astype(kind)
