"""What kinds of error a detector makes, and what each kind costs in mAP.

Each detection that finds nothing has one kind, and so has each object that nothing finds. What a
kind costs is the mAP without its errors less the mAP with them; the costs of all kinds need not add
up. As in TIDE (Bolya et al., "TIDE: A General Toolbox for Identifying Object Detection Errors",
ECCV 2020), whose program tidecv 1.0.1 gives the same numbers, but for three things:

- a detection on a crowd is no error (tidecv leaves it out of the AP and still counts it);
- a class without objects counts in no mean, as in COCO's mAP (tidecv counts its AP as 0);
- equal scores keep their order when errors are fixed (tidecv then puts errors first).

Recalls are read in floating point as pycocotools has them, tidecv's differ in the last digit: of an
AP this is 1e-5 at times.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import numpy as np

from helpers.evaluation.average_precision import average_precision
from helpers.evaluation.matching import Matches, match
from helpers.evaluation.results import DetectionResults
from helpers.structures.boxes import iou as iou_of

CLASSIFICATION = "classification"
LOCALIZATION = "localization"
BOTH = "both"
DUPLICATE = "duplicate"
BACKGROUND = "background"
MISSED = "missed"
# In TIDE's order; an error that fits several is the first that the module's source asks for.
KINDS = (CLASSIFICATION, LOCALIZATION, BOTH, DUPLICATE, BACKGROUND, MISSED)
MEANINGS = {
    CLASSIFICATION: "on an object, as another class",
    LOCALIZATION: "the right class, the box too loose",
    BOTH: "near an object, with another class and a loose box",
    DUPLICATE: "on an object that a higher score finds already",
    BACKGROUND: "where no object is",
    MISSED: "an object that nothing is near to",
}
_LEAST_IOU = 0.1  # TIDE's: with less, a detection is on the background


class Errors(NamedTuple):
    """The errors of one kind.

    Attributes:
        kind: one of ``KINDS``.
        number: how many there are, at any score.
        cost: what mAP gains without them, 0..1; ``None`` where nothing would be left to measure.
    """

    kind: str
    number: int
    cost: Optional[float]


@dataclass(frozen=True, eq=False)
class ErrorKinds:
    """The errors of each kind, and which detection and which object is which.

    Attributes:
        ap: mAP at this IoU over the classes that have objects, 0..1; ``None`` without any.
        iou: least IoU of a detection with the object that it finds.
        errors: by kind, in the order of ``KINDS``.
        false_positives: what mAP would gain if every error of a detection had a score of 0.
        false_negatives: what mAP would gain if every object were found that is not.
        kind: of each detection, as :class:`~helpers.evaluation.matching.Matches` has them in rows;
            empty where it finds an object or counts neither way.
        truth_index: int, of the object that the detection is about (a localization error's own, the
            one of another class, the one that it finds twice), among its image's truth; -1 where
            there is none.
        missed: bool, of each object, in the rows of ``Matches``: whether it is of kind ``missed``.
        matches: the matching that all this is about.
    """

    ap: Optional[float]
    iou: float
    errors: Dict[str, Errors]
    false_positives: Optional[float]
    false_negatives: Optional[float]
    kind: np.ndarray
    truth_index: np.ndarray
    missed: np.ndarray
    matches: Matches

    def rows(self) -> List[Dict[str, Any]]:
        """A row for each kind: its number, what it costs and what it is."""
        return [
            {"kind": kind, "errors": one.number, "costs mAP": one.cost, "meaning": MEANINGS[kind]}
            for kind, one in self.errors.items()
        ]

    def as_dict(self) -> Dict[str, Any]:
        """Numbers and costs as JSON values."""
        return {
            "ap": self.ap,
            "iou": self.iou,
            "errors": {
                kind: {"number": one.number, "cost": one.cost} for kind, one in self.errors.items()
            },
            "false_positives": self.false_positives,
            "false_negatives": self.false_negatives,
        }


class _Judged(NamedTuple):
    """Columns over all detections.

    Attributes:
        kind: of the error; empty where there is none.
        truth_index: of the object that it is about, -1 where there is none.
        fixed: whether the detection finds an object once its error is fixed.
    """

    kind: np.ndarray
    truth_index: np.ndarray
    fixed: np.ndarray


def error_kinds(results: DetectionResults, iou: float = 0.5) -> ErrorKinds:
    """Sorts the errors of all detections, at any score, by kind, and prices each kind.

    Args:
        results: ground truth and detections.
        iou: least IoU of a detection with the object that it finds.
    """
    matches = match(results, iou)
    judged = _judge(results, matches, iou)
    missed = _missed(matches, judged)
    for array in (*judged, missed):
        array.setflags(write=False)
    prices = _Prices(len(results.label_map), matches, judged)
    found = matches.true_positive
    return ErrorKinds(
        prices.mean_ap(found),
        iou,
        {kind: _errors(kind, judged, missed, prices) for kind in KINDS},
        prices.gain(found, keep=found),
        prices.gain(found, without=matches.missed()),
        judged.kind,
        judged.truth_index,
        missed,
        matches,
    )


def _errors(kind: str, judged: _Judged, missed: np.ndarray, prices: _Prices) -> Errors:
    found = prices.matches.true_positive
    if kind == MISSED:
        return Errors(kind, int(missed.sum()), prices.gain(found, without=missed))
    of_kind = judged.kind == kind
    fixed = of_kind & judged.fixed
    cost = prices.gain(found | fixed, keep=~of_kind | fixed)
    return Errors(kind, int(of_kind.sum()), cost)


def _judge(results: DetectionResults, matches: Matches, limit: float) -> _Judged:
    count = len(matches.image)
    judged = _Judged(
        np.full(count, "", np.array(KINDS).dtype),
        np.where(matches.ignored, -1, matches.truth_index),
        np.zeros(count, np.bool_),
    )
    for image in range(len(results)):
        _judge_image(results, matches, image, limit, judged)
    return judged


def _judge_image(
    results: DetectionResults, matches: Matches, image: int, limit: float, judged: _Judged
) -> None:
    rows = slice(matches.offsets[image], matches.offsets[image + 1])
    truth_rows = slice(matches.truth_offsets[image], matches.truth_offsets[image + 1])
    overlap = iou_of(results.detections[image].boxes, results.truth[image].boxes)
    overlap = overlap * ~matches.truth_ignored[truth_rows]
    same = matches.class_index[rows, None] == matches.truth_class[None, truth_rows]
    taken = matches.truth_matched_by[truth_rows] >= 0
    wrong = np.flatnonzero(matches.false_positive[rows])
    for index in wrong[np.argsort(-matches.score[rows][wrong], kind="stable")]:
        kind, about = _kind(overlap[index], same[index], limit)
        row = matches.offsets[image] + index
        judged.kind[row], judged.truth_index[row] = kind, about
        # Of several errors about one object the fix counts once, for the highest score.
        if kind in (CLASSIFICATION, LOCALIZATION) and not taken[about]:
            judged.fixed[row] = taken[about] = True


def _kind(overlap: np.ndarray, same: np.ndarray, limit: float) -> Tuple[str, int]:
    """The kind of a detection that finds nothing, and the object it is about or -1.

    Args:
        overlap: IoU with each object of its image; 0 with crowds.
        same: which of them are of its class.
        limit: the least IoU that finds.
    """
    if not overlap.any():
        return BACKGROUND, -1
    own, other = overlap * same, overlap * ~same
    if _LEAST_IOU <= own.max() <= limit:
        return LOCALIZATION, int(own.argmax())
    if other.max() >= limit:
        return CLASSIFICATION, int(other.argmax())
    if own.max() > limit:  # then a higher score finds it
        return DUPLICATE, int(own.argmax())
    return (BACKGROUND, -1) if overlap.max() <= _LEAST_IOU else (BOTH, int(overlap.argmax()))


def _missed(matches: Matches, judged: _Judged) -> np.ndarray:
    """The objects that no detection finds, and would not with all errors fixed."""
    missed = matches.missed()
    fixed = np.flatnonzero(judged.fixed)
    missed[matches.truth_offsets[matches.image[fixed]] + judged.truth_index[fixed]] = False
    return missed


class _Prices:
    """The mAP as it is, and with errors left out or fixed."""

    def __init__(self, classes: int, matches: Matches, judged: _Judged) -> None:
        self.matches = matches
        self._classes = classes
        self._objects = self._by_class(~matches.truth_ignored)
        # By score; equal scores in the images' order, whatever is fixed.
        order = np.argsort(-matches.score, kind="stable")
        self._order = order[~matches.ignored[order]]
        fixed = np.flatnonzero(judged.fixed)
        rows = matches.truth_offsets[matches.image[fixed]] + judged.truth_index[fixed]
        self._class_if_fixed = matches.class_index.copy()
        self._class_if_fixed[fixed] = matches.truth_class[rows]

    def mean_ap(
        self,
        right: np.ndarray,
        keep: Optional[np.ndarray] = None,
        without: Optional[np.ndarray] = None,
    ) -> Optional[float]:
        """The mean over the classes that have objects; ``None`` where nothing is left to measure.

        Args:
            right: bool, the detections that find an object.
            keep: bool, the detections that are there; all by default.
            without: bool, objects to leave out; none by default.
        """
        order = self._order if keep is None else self._order[keep[self._order]]
        classes = np.where(right, self._class_if_fixed, self.matches.class_index)[order]
        rest = self._objects - (0 if without is None else self._by_class(without))
        aps = [
            average_precision(right[order][classes == number], rest[number]) or 0.0
            for number in np.flatnonzero(self._objects)
            if rest[number] or (classes == number).any()
        ]
        return float(np.mean(aps)) if aps else None

    def gain(
        self,
        right: np.ndarray,
        keep: Optional[np.ndarray] = None,
        without: Optional[np.ndarray] = None,
    ) -> Optional[float]:
        """How much higher :meth:`mean_ap` is so than as the detections are, at least 0."""
        before = self.mean_ap(self.matches.true_positive)
        after = self.mean_ap(right, keep, without)
        return None if before is None or after is None else max(after - before, 0.0)

    def _by_class(self, objects: np.ndarray) -> np.ndarray:
        return np.bincount(self.matches.truth_class[objects], minlength=self._classes)
