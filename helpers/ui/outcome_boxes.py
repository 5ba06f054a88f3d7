"""What a model found, missed and made up on an image, as boxes to draw in three colours."""

from __future__ import annotations

from typing import List, NamedTuple, Optional

import numpy as np
from PIL import Image

from helpers.evaluation.matching import Matches
from helpers.evaluation.results import DetectionResults
from helpers.ui.box_drawing import DrawnBox

FOUND, MISSED, SPURIOUS, CROWD = "found", "missed", "spurious", "crowd"
# Blue, orange and yellow differ in hue for every kind of colour blindness, and in lightness.
COLOURS = {FOUND: "#0072b2", MISSED: "#d55e00", SPURIOUS: "#f0e442", CROWD: "#8c8c8c"}
TEXT_COLOURS = {FOUND: "white", MISSED: "white", SPURIOUS: "black", CROWD: "white"}
# Named by what is drawn: dashed is what a person drew, solid what the model did.
MEANINGS = {
    FOUND: "found: annotated (dashed) and detected (solid)",
    MISSED: "missed: annotated, not detected",
    SPURIOUS: "spurious: detected, not annotated",
    CROWD: "a group, which counts neither way",
}
_LAST_ON_TOP = (CROWD, FOUND, MISSED, SPURIOUS)
_SHADOW = "#000000"


class OutcomeBox(NamedTuple):
    """An annotated or a detected box with what becomes of it.

    Attributes:
        box: ``[x_min, y_min, x_max, y_max]``, pixels of the image.
        label: class name.
        score: of a detection; ``None`` for what a person drew.
        found_at: of what a person drew the score of the detection that finds it, up to which
            threshold it is found; ``None`` where none does, and for detections.
        kind: of a detection ``FOUND``, ``SPURIOUS`` or ``CROWD``; of what a person drew ``CROWD``
            or ``MISSED``, which is ``FOUND`` at thresholds up to ``found_at``.
    """

    box: np.ndarray
    label: str
    score: Optional[float]
    found_at: Optional[float]
    kind: str

    def kind_at(self, threshold: float) -> Optional[str]:
        """What it is at a threshold; ``None`` where it does not count.

        Args:
            threshold: least score of a detection that counts.
        """
        if self.score is not None:
            return self.kind if self.score >= threshold else None
        return FOUND if self.found_at is not None and self.found_at >= threshold else self.kind


def outcome_boxes(results: DetectionResults, matches: Matches, index: int) -> List[OutcomeBox]:
    """The boxes of one image, those of a person first.

    Args:
        results: of a model.
        matches: of these results.
        index: of the image.
    """
    truth, detections = results.truth[index], results.detections[index]
    drawn = []
    for number, (box, label) in enumerate(zip(truth.boxes, truth.labels)):
        row = matches.truth_offsets[index] + number
        finder = matches.truth_matched_by[row]
        found_at = None if finder < 0 else float(matches.score[finder])
        kind = CROWD if matches.truth_ignored[row] else MISSED
        drawn.append(OutcomeBox(box, label, None, found_at, kind))
    for number, (box, label) in enumerate(zip(detections.boxes, detections.labels)):
        row = matches.offsets[index] + number
        kind = FOUND if matches.truth_index[row] >= 0 else SPURIOUS
        kind = CROWD if matches.ignored[row] else kind
        drawn.append(OutcomeBox(box, label, float(matches.score[row]), None, kind))
    return drawn


def to_draw(
    boxes: List[OutcomeBox], threshold: float, image: Image.Image, width: int
) -> List[DrawnBox]:
    """The boxes for ``box_drawing.draw_boxes``, errors on top.

    Args:
        boxes: of one image.
        threshold: least score of a detection that counts.
        image: the thumbnail.
        width: of the image, pixels, to which the boxes refer.
    """
    shown = [(one, kind) for one in boxes for kind in [one.kind_at(threshold)] if kind]
    drawn: List[DrawnBox] = []
    for one, kind in sorted(shown, key=lambda pair: _LAST_ON_TOP.index(pair[1])):
        drawn += _lines(one, kind, image, width)
    return drawn


def _lines(one: OutcomeBox, kind: str, image: Image.Image, width: int) -> List[DrawnBox]:
    """The line of a box, above a dark one where it matters, so that it shows on any image."""
    size = np.array([*image.size, *image.size])
    box = np.clip(one.box * image.width / width, 0, size)
    line = DrawnBox(
        box,
        COLOURS[kind],
        _text(one, kind),
        dashed=one.score is None,
        text_colour=TEXT_COLOURS[kind],
        text_below=one.score is None,
    )
    if kind in (FOUND, CROWD) and one.score is None:
        return [line]
    shadow = DrawnBox(np.clip(box + (-1, -1, 1, 1), 0, size), _SHADOW, "", 5)
    return [shadow, line._replace(line_width=3)]


def _text(one: OutcomeBox, kind: str) -> str:
    """A name for every box but the annotation of what is found, which its detection names."""
    if one.score is not None:
        return f"{one.label} {one.score:.2f}"
    return "" if kind == FOUND else one.label
