"""Facts about a model with which nothing is wrong, to be changed by tests of the diagnosis."""

from dataclasses import replace

from helpers.evaluation.coco_metrics import CocoMetrics
from helpers.evaluation.confusion import Confusion
from helpers.evaluation.diagnosis import diagnose
from helpers.evaluation.diagnosis_facts import Facts, Found, TrainingFacts

FALLING = tuple((10 * step, 2.0 - step / 25) for step in range(1, 41))
RISING = ((100, 0.3), (200, 0.4), (300, 0.5))
PAIR = Confusion("king", "queen", 8, 0.4)


def metrics(map50, **per_class):
    values = {name: None for name in CocoMetrics.__annotations__}
    return CocoMetrics(**dict(values, mAP50=map50, per_class={}, per_class50=per_class))


GOOD_TRAINING = TrainingFacts((300, 300), 200, 0, {"king": 100, "queen": 100})
GOOD = Facts(
    images=50,
    threshold=0.5,
    metrics=metrics(0.9, king=0.9, queen=0.9),
    map50_high=0.94,
    train_metrics=metrics(0.95, king=0.95, queen=0.95),
    small=Found(0, 0),
    larger=Found(100, 90),
    small_edge=None,
    confusions=(),
    mean_iou=0.85,
    detections=100,
    spurious=2,
    costs={"classification": 0.0, "localization": 0.0},
    training=GOOD_TRAINING,
)


def codes(training=None, **changes):
    """The codes of what stands out when these facts are changed."""
    facts = replace(GOOD, training=replace(GOOD_TRAINING, **(training or {})), **changes)
    return [one.code for one in diagnose(facts) if one.code != "nothing-stands-out"]
