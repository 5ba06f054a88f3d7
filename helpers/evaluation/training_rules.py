"""Rules about training: few objects, train far above eval, still learning, not learned.

Each rule says nothing where the numbers are too few to say anything. The limits are where the
metrics of the runs of this project (one class of photographs, drawings of three, playing cards of
six) begin to differ for the reason that the rule names.
"""

from __future__ import annotations

from typing import Mapping, Optional

import numpy as np

from helpers.evaluation.diagnosis_facts import WEAK_MAP, Diagnosis, Facts
from helpers.evaluation.learning_trend import loss_fall, map_rise
from helpers.evaluation.score_counts import rounded

FEW = "few-objects-of-a-class"
OVERFIT = "train-far-above-eval"
LEARNING = "still-learning"
NOT_LEARNED = "train-images-not-learned"

_FEW_OBJECTS = 50  # in training; half of what notebook 1 tells to aim at
_LESS_AP = 0.1  # of the class than of the others together
_WEAK_AP = 0.7  # of a class, whatever the others have
_GAP = 0.15  # of mAP at IoU 0.5, train above eval; 0.02 to 0.06 in good runs


def few_objects(facts: Facts) -> Optional[Diagnosis]:
    """A class has few objects in training, and a low AP."""
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
        {"objects": few, "AP50": {name: rounded(ap[name]) for name in few}},
        "Annotate more photos with them, in different places and light: notebook 1 recommends a "
        'hundred or more of each class. START = "last" in notebook 2 trains this model on.',
    )


def _is_weak(name: str, ap: Mapping[str, Optional[float]]) -> bool:
    own = ap.get(name)
    others = [value for other, value in ap.items() if other != name and value is not None]
    if own is None:
        return False
    return own < _WEAK_AP or bool(others and own < np.mean(others) - _LESS_AP)


def overfit(facts: Facts) -> Optional[Diagnosis]:
    """The mAP is far higher on images that the model was trained on than on others."""
    if not _is_overfit(facts):
        return None
    train, measured = facts.train_map50, facts.metrics.mAP50
    return Diagnosis(
        OVERFIT,
        f"The model knows its own photos far better than others: mAP50 is {train:.2f} on images it "
        f"was trained on and {measured:.2f} on the eval split.",
        {
            "train_mAP50": rounded(train),
            "eval_mAP50": rounded(measured),
            "eval_mAP50_high": rounded(facts.map50_high),
        },
        "More photos help most, as different as those that the Pi will see. AUGMENT = "
        '"hflip,crop,colour" in notebook 2 makes more of those that there are.',
    )


def _is_overfit(facts: Facts) -> bool:
    """Whether mAP50 is higher on train than on eval images by much, and by more than chance."""
    train, measured, high = facts.train_map50, facts.metrics.mAP50, facts.map50_high
    if train is None or measured is None or high is None:
        return False
    return train - measured >= _GAP and train > high


def still_learning(facts: Facts) -> Optional[Diagnosis]:
    """Loss or mAP still changed when training ended."""
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
        {"steps": steps, "loss_fall": rounded(fall), "map_rise": rounded(rise)},
        f"Train longer: STEPS = {2 * steps} in notebook 2, or more MINUTES where these bounded "
        'the steps. START = "last" there goes on from this model.',
    )


def not_learned(facts: Facts) -> Optional[Diagnosis]:
    """The model is weak on what it was trained on; without a sample of that, on the eval split."""
    train = facts.train_metrics
    known = (train or facts.metrics).mAP50
    if known is None or known >= WEAK_MAP:
        return None
    where = "the eval split" if train is None else "images it was trained on"
    return Diagnosis(
        NOT_LEARNED,
        f"The model has learned little: mAP50 is {known:.2f} on {where}.",
        {"mAP50": rounded(known), "measured_on": "eval" if train is None else "train"},
        'Train longer, with more STEPS in notebook 2, and with RECIPE = "auto" there, which starts '
        "from pretrained weights where these can be had.",
    )
