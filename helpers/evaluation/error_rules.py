"""Rules about errors: small objects, confused classes, loose boxes, detections of nothing.

Each rule says nothing where the numbers are too few to say anything. The limits are where the
metrics of the runs of this project (one class of photographs, drawings of three, playing cards of
six) begin to differ for the reason that the rule names.
"""

from __future__ import annotations

from typing import Optional

from helpers.evaluation.confusion import Confusion
from helpers.evaluation.diagnosis_facts import WEAK_MAP, Diagnosis, Facts, Found
from helpers.evaluation.error_kinds import CLASSIFICATION, LOCALIZATION
from helpers.pipeline_config.input_size import CELL, SIZES

TOO_SMALL = "boxes-too-small-for-input"
CONFUSED = "classes-confused"
LOOSE = "boxes-loose"
NO_NEGATIVES = "background-photos-missing"

_FEWEST = 5  # objects, detections or errors: fewer may be chance
_LESS_RECALL = 0.2  # of the small objects than of the others: more than chance among dozens
_SMALL_RECALL = 0.5  # where there are no others to compare with: more are missed than found
_COSTLY = 0.05  # mAP at IoU 0.5: what a kind of error must cost to come before the others
_CONFUSED_SHARE = 0.1  # of the objects of a class
_CONFUSED_SHOWN = 3  # pairs
_LOOSE_IOU = 0.75  # on average; 0.82 to 0.90 in good runs, and COCO's strict metric begins here
_SPURIOUS_SHARE = 0.1  # of the detections
_FEW_NEGATIVES = 0.02  # of the train images: fewer teach nothing about the background
_UNKNOWN_MAP = 0.7  # mAP50 on train images: below it they are confused as well


def too_small(facts: Facts) -> Optional[Diagnosis]:
    """Objects smaller than a cell of the first feature map are missed."""
    small, larger, edge = facts.small, facts.larger, facts.small_edge
    bound = larger.recall - _LESS_RECALL if larger.objects >= _FEWEST else _SMALL_RECALL
    if edge is None or small.objects < _FEWEST or small.recall > bound:
        return None
    width, height = facts.training.input_size
    return Diagnosis(
        TOO_SMALL,
        f"{_of(small)} objects below {CELL} pixels on the model's input of {width}x{height} are "
        f"found, of the larger ones {_of(larger)}: a cell of the first feature map has {CELL} "
        "pixels.",
        {
            "small": small.objects,
            "small_recall": round(small.recall, 3),
            "larger": larger.objects,
            "larger_recall": round(larger.recall, 3),
            "small_edge": round(edge, 1),
            "input_size": [width, height],
        },
        _larger_input(edge, max(width, height)),
    )


def _larger_input(edge: float, size: int) -> str:
    """What to do about objects of this edge on an input of this size."""
    enough = [larger for larger in SIZES if larger > size and edge * larger >= CELL * size]
    closer = "crop the photos around the objects, or take them from closer"
    if enough:
        return (
            f"Train at a larger input: IMAGE_SIZE = {enough[0]} in notebook 2, with START empty. "
            f"It is slower on the Pi; else {closer}."
        )
    return f"{closer[0].upper()}{closer[1:]}: an input at which they are large enough is too slow."


def confused(facts: Facts) -> Optional[Diagnosis]:
    """One class is detected on many objects of another."""
    pairs = [
        pair for pair in facts.confusions if pair.times >= _FEWEST and pair.share >= _CONFUSED_SHARE
    ]
    cost = facts.costs.get(CLASSIFICATION) or 0.0
    if not pairs or cost < _COSTLY:
        return None
    shown = "; ".join(_as_text(pair) for pair in pairs[:_CONFUSED_SHOWN])
    first = pairs[0]
    return Diagnosis(
        CONFUSED,
        f"Classes are confused, which costs {cost:.2f} of mAP50: {shown}.",
        {"cost": round(cost, 3), "pairs": [pair._asdict() for pair in pairs]},
        f"Compare the boxes of {first.truth} and {first.detected} in notebook 1, and correct wrong "
        "labels. Add photos of both, large enough to show what differs; or, where the "
        f'difference does not matter, make them one: CLASS_MAP = "{first.truth}={first.detected}" '
        f"there.{_also_longer(facts)}",
    )


def _also_longer(facts: Facts) -> str:
    train = facts.train_map50
    if train is None or train >= _UNKNOWN_MAP:
        return ""
    return f" On its own train images mAP50 is {train:.2f}: more STEPS in notebook 2 help, too."


def _as_text(pair: Confusion) -> str:
    objects = round(pair.times / pair.share)
    return f"{pair.truth} is taken for {pair.detected} ({pair.times} of {objects})"


def loose(facts: Facts) -> Optional[Diagnosis]:
    """Detections overlap their objects by little."""
    cost, overlap = facts.costs.get(LOCALIZATION) or 0.0, facts.mean_iou
    found = facts.small.found + facts.larger.found
    if overlap is None or found < _FEWEST or (overlap >= _LOOSE_IOU and cost < _COSTLY):
        return None
    return Diagnosis(
        LOOSE,
        "Boxes are loose: detections overlap the objects that they find by an IoU of "
        f"{overlap:.2f} on average, and those too loose to count cost {cost:.2f} of mAP50.",
        {"mean_iou": round(overlap, 3), "cost": round(cost, 3), "found": found},
        "Look at the annotated boxes in notebook 1: each should touch its object on all four "
        'sides. Where they do, FIT_ANCHORS = "yes", a higher LOCALIZATION_WEIGHT and more STEPS in '
        "notebook 2 make tighter boxes.",
    )


def no_negatives(facts: Facts) -> Optional[Diagnosis]:
    """Much is detected where nothing is, and hardly an image in training is without objects."""
    images, negatives = facts.training.images, facts.training.negatives
    many = facts.spurious >= max(_FEWEST, _SPURIOUS_SHARE * facts.detections)
    if not many or negatives >= _FEW_NEGATIVES * images:
        return None
    return Diagnosis(
        NO_NEGATIVES,
        f"{facts.spurious} of {facts.detections} detections are where no object is, and "
        f"{negatives or 'none'} of the {images} train images is without objects.",
        {
            "spurious": facts.spurious,
            "detections": facts.detections,
            "threshold": round(facts.threshold, 3),
            "train_images": images,
            "train_negatives": negatives,
        },
        "Add photos of the same places without objects: in notebook 1 press Enter on them without "
        "drawing a box. First look whether objects there have no box yet.",
    )


def _of(found: Found) -> str:
    return f"{found.found} of {found.objects}"


def explain_weakness(facts: Facts) -> bool:
    """Whether a weak model would be none without the errors of one kind.

    Where they do not, what the model confuses or invents says nothing about the photos.
    """
    if too_small(facts) and facts.larger.recall >= _SMALL_RECALL:
        return True
    costs = [facts.costs.get(kind) or 0.0 for kind in (CLASSIFICATION, LOCALIZATION)]
    return (facts.metrics.mAP50 or 0.0) + max(costs) >= WEAK_MAP
