"""What one model says against the truth of one image: contradictions, each with its strength."""

from __future__ import annotations

from typing import List, NamedTuple

import numpy as np

from helpers.structures.boxes import LabeledBoxes, coverage, iou

MISSING_LABEL = "missing-label"
WRONG_CLASS = "wrong-class"
LOOSE_BOX = "loose-box"
NOT_FOUND = "not-found"
_SAME_PLACE = 0.5  # least IoU of two boxes on one object, as in the metrics
_LOOSE = 0.7  # an IoU from here on is what two people who draw one object reach as well
_NEAR = 0.1  # with less, a detection is not about the object (as in TIDE)


class Claim(NamedTuple):
    """What a model says of one place.

    Attributes:
        kind: of the contradiction.
        class_name: that is detected; of an object that is not found, the annotated one.
        truth_index: of the object that is doubted among its image's truth; -1 for a missing label.
        strength: 0..1.
        box: float32 (4,), absolute pixels ``[x_min, y_min, x_max, y_max]``.
    """

    kind: str
    class_name: str
    truth_index: int
    strength: float
    box: np.ndarray


def claims_of(truth: LabeledBoxes, detections: LabeledBoxes) -> List[Claim]:
    """The contradictions on one image, of any strength above 0.

    - Missing label: a detection that no object of its class and no crowd covers; its score, less
      the part that is covered.
    - Wrong class: a detection on an object of another class; its score, less the highest score of
      the annotated class there.
    - Loose box: the best detection of an object is another box; its score, less that of a box
      that agrees, times 1 - IoU.
    - Not found: an object with little near to it; 1 less the highest score that is about it.

    Args:
        truth: the annotated boxes.
        detections: with scores from near 0.
    """
    scene = _Scene(truth, detections)
    found = [
        *_missing_labels(scene),
        *_wrong_classes(scene),
        *_loose_boxes(scene),
        *_not_found(scene),
    ]
    return [claim for claim in found if claim.strength > 0]


class _Scene:
    """The objects and detections of one image, and which is about which.

    Attributes:
        objects: indices of the truth that is no crowd.
        truth: the boxes at these.
        crowds: the others.
        detections: by falling score.
        scores: of them.
        overlap: IoU of each detection with each object, (n, m).
        same: which of the pairs are of one class, (n, m).
        about: of each detection, which object of its class it overlaps most, -1 for none.
    """

    def __init__(self, truth: LabeledBoxes, detections: LabeledBoxes) -> None:
        crowds = truth.flags("group_of")
        self.objects = np.flatnonzero(~crowds)
        self.truth, self.crowds = truth.select(~crowds), truth.select(crowds)
        scores = np.asarray(detections.scores, np.float64)
        order = np.argsort(-scores, kind="stable")
        self.detections, self.scores = detections.select(order), scores[order]
        self.overlap = iou(self.detections.boxes, self.truth.boxes)
        self.same = np.array(
            [
                [label == annotated for annotated in self.truth.labels]
                for label in self.detections.labels
            ],
            np.bool_,
        ).reshape(self.overlap.shape)
        self.about = _nearest(self.overlap * self.same)

    def highest_scores(self, pairs: np.ndarray) -> np.ndarray:
        """For each object, the highest score of the detections it is paired with, 0 without any.

        Args:
            pairs: bool (n, m), of detections and objects.
        """
        return (self.scores[:, None] * pairs).max(axis=0, initial=0.0)

    def claim(self, kind: str, detection: int, strength: float, index: int = -1) -> Claim:
        """What one detection says, of the object ``index`` or of none."""
        return Claim(
            kind,
            self.detections.labels[detection],
            int(self.objects[index]) if index >= 0 else -1,
            float(strength),
            self.detections.boxes[detection],
        )


def _nearest(overlap: np.ndarray) -> np.ndarray:
    """The column in which each row is largest; -1 where that is too little."""
    if not overlap.shape[1]:
        return np.full(len(overlap), -1)
    return np.where(overlap.max(axis=1) >= _NEAR, overlap.argmax(axis=1), -1)


def _missing_labels(scene: _Scene) -> List[Claim]:
    boxes = scene.detections.boxes
    covered = np.concatenate(
        [
            scene.overlap,
            coverage(boxes, scene.truth.boxes) * scene.same,
            coverage(boxes, scene.crowds.boxes),
            np.zeros((len(boxes), 1)),
        ],
        axis=1,
    ).max(axis=1)
    firsts = {np.flatnonzero(scene.about == index)[0] for index in set(scene.about) - {-1}}
    one_place = iou(boxes, boxes) >= _SAME_PLACE
    places: List[int] = []  # of what is claimed, the highest scores
    for number, part in enumerate(covered):
        if number not in firsts and part < _SAME_PLACE and not one_place[number, places].any():
            places.append(number)
    return [
        scene.claim(MISSING_LABEL, number, scene.scores[number] * (1 - covered[number]))
        for number in places
    ]


def _wrong_classes(scene: _Scene) -> List[Claim]:
    on = scene.overlap >= _SAME_PLACE
    right = (on & scene.same).any(axis=1)
    agreeing = scene.highest_scores(on & scene.same)
    wrong = on & ~scene.same & ~right[:, None]
    strengths = scene.highest_scores(wrong) - agreeing
    return [
        scene.claim(WRONG_CLASS, int(wrong[:, index].argmax()), strengths[index], index)
        for index in np.flatnonzero(wrong.any(axis=0))
    ]


def _loose_boxes(scene: _Scene) -> List[Claim]:
    agreeing = scene.highest_scores(scene.same & (scene.overlap >= _LOOSE))
    claims = []
    for index in sorted(set(scene.about) - {-1}):
        first = int(np.flatnonzero(scene.about == index)[0])
        overlap = scene.overlap[first, index]
        strength = (1 - overlap) * (scene.scores[first] - agreeing[index])
        if overlap < _LOOSE:
            claims.append(scene.claim(LOOSE_BOX, first, strength, int(index)))
    return claims


def _not_found(scene: _Scene) -> List[Claim]:
    columns = np.arange(len(scene.objects))
    about = (_nearest(scene.overlap)[:, None] == columns) | (scene.about[:, None] == columns)
    near = scene.highest_scores(about)
    return [
        Claim(
            NOT_FOUND,
            scene.truth.labels[index],
            int(scene.objects[index]),
            1 - float(near[index]),
            scene.truth.boxes[index],
        )
        for index in columns
    ]
