"""Why a model is as good as it is: a few sentences, each with its evidence and what to do.

Every rule goes by numbers of :class:`~helpers.evaluation.diagnosis_facts.Facts` and says nothing
where they are too few to say anything. The limits are where the metrics of the runs of this project
(one class of photographs, drawings of three, playing cards of six) begin to differ for the reason
that the rule names; next to each stands why.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional

import numpy as np

from helpers.evaluation.confusion import Confusion
from helpers.evaluation.diagnosis_facts import Facts, Found
from helpers.evaluation.error_kinds import CLASSIFICATION, LOCALIZATION
from helpers.evaluation.learning_trend import loss_fall, map_rise
from helpers.pipeline_config.input_size import CELL, SIZES

TOO_SMALL = "boxes-too-small-for-input"
CONFUSED = "classes-confused"
LOOSE = "boxes-loose"
FEW = "few-objects-of-a-class"
OVERFIT = "train-far-above-eval"
LEARNING = "still-learning"
NO_NEGATIVES = "background-photos-missing"
NOT_LEARNED = "train-images-not-learned"
NOTHING = "nothing-stands-out"

_FEWEST = 5  # objects, detections or errors: fewer may be chance
_LESS_RECALL = 0.2  # of the small objects than of the others: more than chance among dozens
_SMALL_RECALL = 0.5  # where there are no others to compare with: more are missed than found
_COSTLY = 0.05  # mAP at IoU 0.5: what a kind of error must cost to come before the others
_CONFUSED_SHARE = 0.1  # of the objects of a class
_CONFUSED_SHOWN = 3  # pairs
_LOOSE_IOU = 0.75  # on average; 0.82 to 0.90 in good runs, and COCO's strict metric begins here
_FEW_OBJECTS = 50  # in training; half of what notebook 1 tells to aim at
_LESS_AP = 0.1  # of the class than of the others together
_WEAK_AP = 0.7  # of a class, whatever the others have
_GAP = 0.15  # of mAP at IoU 0.5, train above eval; 0.02 to 0.06 in good runs
_SPURIOUS_SHARE = 0.1  # of the detections
_FEW_NEGATIVES = 0.02  # of the train images: fewer teach nothing about the background
_WEAK_MAP = 0.5  # at IoU 0.5: half of what could be had


class Diagnosis(NamedTuple):
    """One thing that explains the metrics.

    Attributes:
        code: stable, for programs.
        sentence: what is so, for people.
        evidence: the numbers by name, as JSON values.
        remedy: what to do about it here.
    """

    code: str
    sentence: str
    evidence: Dict[str, Any]
    remedy: str


def diagnose(facts: Facts) -> List[Diagnosis]:
    """What stands out about a model, in the order in which to see to it.

    Args:
        facts: of :func:`helpers.evaluation.diagnosis_facts.gather`.

    Returns:
        At least one: where nothing stands out, that is said.
    """
    not_learned = _not_learned(facts)
    rules = _CAUSES if not_learned else _RULES
    found = [not_learned, *(rule(facts) for rule in rules)]
    return [diagnosis for diagnosis in found if diagnosis] or [_nothing(facts)]


def _still_learning(facts: Facts) -> Optional[Diagnosis]:
    if _is_overfit(facts):
        return None
    fall, rise = loss_fall(facts.training.loss), map_rise(facts.training.eval_map)
    if fall is None and rise is None:
        return None
    steps = max(curve[-1][0] for curve in (facts.training.loss, facts.training.eval_map) if curve)
    said = [
        *([f"the loss fell by {fall:.0%} in the last quarter of the steps"] if fall else []),
        *([f"mAP rose by {rise:.2f} in their last third"] if rise else []),
    ]
    return Diagnosis(
        LEARNING,
        f"The model was still learning when training ended after {steps} steps: "
        f"{' and '.join(said)}.",
        {"steps": steps, "loss_fall": _rounded(fall), "map_rise": _rounded(rise)},
        f"Train longer: STEPS = {2 * steps} in notebook 2, or more MINUTES where these bounded "
        'the steps. START = "last" there goes on from this model.',
    )


def _too_small(facts: Facts) -> Optional[Diagnosis]:
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


def _confused(facts: Facts) -> Optional[Diagnosis]:
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
    train = _train_map(facts)
    if train is None or train >= _WEAK_AP:
        return ""
    return f" On its own train images mAP50 is {train:.2f}: more STEPS in notebook 2 help, too."


def _as_text(pair: Confusion) -> str:
    objects = round(pair.times / pair.share)
    return f"{pair.truth} is taken for {pair.detected} ({pair.times} of {objects})"


def _loose(facts: Facts) -> Optional[Diagnosis]:
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


def _few_objects(facts: Facts) -> Optional[Diagnosis]:
    ap, counts = facts.metrics.per_class50, facts.training.objects
    few = {
        name: count for name, count in counts.items() if count < _FEW_OBJECTS and _is_weak(name, ap)
    }
    if not few:
        return None
    listed = ", ".join(f"{name} ({count})" for name, count in few.items())
    return Diagnosis(
        FEW,
        f"Few objects to learn from, and a low AP: {listed}.",
        {"objects": few, "AP50": {name: _rounded(ap[name]) for name in few}},
        "Annotate more photos with them, in different places and light: notebook 1 recommends a "
        'hundred or more of each class. START = "last" in notebook 2 trains this model on.',
    )


def _is_weak(name: str, ap: Mapping[str, Optional[float]]) -> bool:
    own = ap.get(name)
    others = [value for other, value in ap.items() if other != name and value is not None]
    if own is None:
        return False
    return own < _WEAK_AP or bool(others and own < np.mean(others) - _LESS_AP)


def _overfit(facts: Facts) -> Optional[Diagnosis]:
    if not _is_overfit(facts):
        return None
    train, measured = _train_map(facts), facts.metrics.mAP50
    return Diagnosis(
        OVERFIT,
        f"The model knows its own photos far better than others: mAP50 is {train:.2f} on images it "
        f"was trained on and {measured:.2f} on the eval split.",
        {"train_mAP50": _rounded(train), "eval_mAP50": _rounded(measured)},
        "More photos help most, as different as those that the Pi will see. AUGMENT = "
        '"hflip,crop,colour" in notebook 2 makes more of those that there are.',
    )


def _train_map(facts: Facts) -> Optional[float]:
    return None if facts.train_metrics is None else facts.train_metrics.mAP50


def _is_overfit(facts: Facts) -> bool:
    train, measured = _train_map(facts), facts.metrics.mAP50
    return train is not None and measured is not None and train - measured >= _GAP


def _no_negatives(facts: Facts) -> Optional[Diagnosis]:
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


def _not_learned(facts: Facts) -> Optional[Diagnosis]:
    """Where the model is weak on what it was trained on, and no kind of error explains that.

    What such a model confuses or invents says nothing about the photos.
    """
    train = facts.train_metrics
    known = (train or facts.metrics).mAP50
    if known is None or known >= _WEAK_MAP or _is_explained(facts):
        return None
    where = "the eval split" if train is None else "images it was trained on"
    return Diagnosis(
        NOT_LEARNED,
        f"The model has learned little: mAP50 is {known:.2f} on {where}.",
        {"mAP50": _rounded(known), "measured_on": "eval" if train is None else "train"},
        'Train longer, with more STEPS in notebook 2, and with RECIPE = "auto" there, which starts '
        "from pretrained weights where these can be had.",
    )


def _is_explained(facts: Facts) -> bool:
    """Whether the model is no longer weak without the errors of one kind."""
    if _too_small(facts) and facts.larger.recall >= _SMALL_RECALL:
        return True
    costs = [facts.costs.get(kind) or 0.0 for kind in (CLASSIFICATION, LOCALIZATION)]
    return (facts.metrics.mAP50 or 0.0) + max(costs) >= _WEAK_MAP


def _nothing(facts: Facts) -> Diagnosis:
    measured = facts.metrics.mAP50
    numbers = "" if measured is None else f": mAP50 is {measured:.2f}"
    return Diagnosis(
        NOTHING,
        f"Nothing stands out on {facts.images} eval images{numbers}.",
        {"images": facts.images, "mAP50": _rounded(measured)},
        "Nothing has to be done. What could still be better shows in the worst images.",
    )


def _of(found: Found) -> str:
    return f"{found.found} of {found.objects}"


def _rounded(value: Optional[float]) -> Optional[float]:
    return None if value is None else round(value, 3)


_Rule = Callable[[Facts], Optional[Diagnosis]]
_CAUSES: List[_Rule] = [_few_objects, _still_learning]
_RULES: List[_Rule] = [_too_small, _confused, _loose, *_CAUSES, _overfit, _no_negatives]
