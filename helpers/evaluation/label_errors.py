"""Likely label errors: where confident models contradict the truth, most suspicious first.

Nothing here is certain: a person looks at each, in notebook 01's annotator. A claim of a model
(:mod:`helpers.evaluation.label_claims`) is the more suspicious the stronger it is and the fewer
such claims the model makes:

    suspicion = strength * RATE / (RATE + claims of this kind that are at least as strong / objects)

where ``RATE`` is how often a label is wrong, as a rule. So a model that contradicts the truth at
every turn is believed little, and one that does so once is believed. Over several models the
suspicion is the mean: what they agree on comes first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, NamedTuple, Sequence, Tuple, Union

import numpy as np

from helpers.evaluation.label_claims import (
    LOOSE_BOX,
    MISSING_LABEL,
    NOT_FOUND,
    WRONG_CLASS,
    Claim,
    claims_of,
)
from helpers.evaluation.results import DetectionResults
from helpers.structures.boxes import iou
from helpers.structures.errors import BadInput

KINDS = (MISSING_LABEL, WRONG_CLASS, LOOSE_BOX, NOT_FOUND)
MEANINGS = {
    MISSING_LABEL: "an object here seems to have no box",
    WRONG_CLASS: "this object seems to be of another class",
    LOOSE_BOX: "this box does not seem to fit its object",
    NOT_FOUND: "no model finds an object here",
}
LEAST_SUSPICION = 0.3  # with less, most of what is listed is the model's own error
RATE = 0.05  # of wrong labels; estimates for well-known data sets reach from 3 to 10 %
_SAME_PLACE = 0.5  # least IoU of two detections of one object, as in the metrics


class LabelError(NamedTuple):
    """One place to look at.

    Attributes:
        filename: of the image, relative to the image folder.
        kind: one of ``KINDS``.
        class_name: that the models say; of a ``not-found`` object, the annotated one.
        annotated: class of the object that is annotated there; empty for a missing label.
        suspicion: 0..1, as the module says.
        box: ``(x_min, y_min, x_max, y_max)``, absolute pixels: what the most suspicious model
            detects, or, of a ``not-found`` object, what is annotated.
        truth_index: of the object among its image's truth; -1 for a missing label.
        models: how many of the models say so.
    """

    filename: str
    kind: str
    class_name: str
    annotated: str
    suspicion: float
    box: Tuple[float, float, float, float]
    truth_index: int
    models: int


@dataclass(frozen=True)
class LabelErrors:
    """Likely label errors, most suspicious first.

    Attributes:
        errors: places to look at.
        models: how many models were asked.
    """

    errors: Tuple[LabelError, ...]
    models: int

    def rows(self) -> List[Dict[str, Any]]:
        """A row for each place, for a table."""
        return [
            {
                "image": one.filename,
                "kind": one.kind,
                "class": one.class_name,
                "annotated": one.annotated,
                "suspicion": round(one.suspicion, 3),
                **dict(zip(("xmin", "ymin", "xmax", "ymax"), (round(x, 1) for x in one.box))),
                "meaning": MEANINGS[one.kind],
            }
            for one in self.errors
        ]

    def as_dict(self) -> Dict[str, Any]:
        """All places as JSON values."""
        return {"models": self.models, "errors": [one._asdict() for one in self.errors]}

    def filenames(self) -> List[str]:
        """The images to look at, the most suspicious first, each once."""
        return list(dict.fromkeys(one.filename for one in self.errors))


class _Suspect(NamedTuple):
    """A claim of one model, weighed."""

    model: int
    image: int
    claim: Claim
    suspicion: float


def likely_label_errors(
    results: Union[DetectionResults, Sequence[DetectionResults]], least: float = LEAST_SUSPICION
) -> LabelErrors:
    """Ranks the places where the truth is probably wrong.

    Args:
        results: of one model or of several different ones, all on the same images. A model that
            was not trained on these images is the better judge.
        least: suspicion of what is listed.

    Raises:
        BadInput: the results are of different images or of different truth.
    """
    models = [results] if isinstance(results, DetectionResults) else list(results)
    _require_same_truth(models)
    places: Dict[Tuple[int, str, str, int], List[List[_Suspect]]] = {}
    for number, model in enumerate(models):
        for one in _suspects(number, model):
            key = (one.image, one.claim.kind, one.claim.class_name, one.claim.truth_index)
            _put(places.setdefault(key, []), one)
    errors = [_error(models[0], place, len(models)) for there in places.values() for place in there]
    kept = [error for error in errors if error.suspicion >= least]
    ranked = sorted(kept, key=lambda one: (-one.suspicion, one.filename, one.kind, one.box))
    return LabelErrors(tuple(ranked), len(models))


def _require_same_truth(models: Sequence[DetectionResults]) -> None:
    for model in models[1:]:
        same = model.filenames == models[0].filenames and all(
            one.labels == other.labels and np.array_equal(one.boxes, other.boxes)
            for one, other in zip(model.truth, models[0].truth)
        )
        if not same:
            raise BadInput.of(
                "label errors",
                "models that were evaluated on different images or annotations",
                "the same eval records for each",
                "Evaluate them again on one set of records (notebook 06_evaluate).",
            )


def _suspects(model: int, results: DetectionResults) -> List[_Suspect]:
    objects = sum(int(np.count_nonzero(~truth.flags("group_of"))) for truth in results.truth)
    found = [
        (image, claim)
        for image, (truth, detections) in enumerate(zip(results.truth, results.detections))
        for claim in claims_of(truth, detections)
    ]
    suspects = []
    for kind in KINDS:
        of_kind = [(image, claim) for image, claim in found if claim.kind == kind]
        strengths = np.sort([claim.strength for _, claim in of_kind])
        for image, claim in of_kind:
            as_strong = len(strengths) - np.searchsorted(strengths, claim.strength, side="left")
            trust = RATE / (RATE + as_strong / max(objects, 1))
            suspects.append(_Suspect(model, image, claim, float(claim.strength * trust)))
    return suspects


def _put(places: List[List[_Suspect]], suspect: _Suspect) -> None:
    """Adds a claim to the place where another model has one already, else opens a place."""
    others = [place for place in places if place[-1].model != suspect.model]
    for place in others:
        boxes = (place[0].claim.box[None], suspect.claim.box[None])
        if suspect.claim.truth_index >= 0 or iou(*boxes)[0, 0] >= _SAME_PLACE:
            place.append(suspect)
            return
    places.append([suspect])


def _error(results: DetectionResults, place: Sequence[_Suspect], models: int) -> LabelError:
    best = max(place, key=lambda suspect: suspect.suspicion)
    claim, truth = best.claim, results.truth[best.image]
    x_min, y_min, x_max, y_max = claim.box.tolist()
    return LabelError(
        results.filenames[best.image],
        claim.kind,
        claim.class_name,
        truth.labels[claim.truth_index] if claim.truth_index >= 0 else "",
        sum(suspect.suspicion for suspect in place) / models,
        (x_min, y_min, x_max, y_max),
        claim.truth_index,
        len(place),
    )
