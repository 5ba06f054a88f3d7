"""What a diagnosis is, and the numbers about model, data and training that it goes by."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Dict, Mapping, NamedTuple, Optional, Tuple

import numpy as np

from helpers.evaluation.bootstrap import intervals
from helpers.evaluation.breakdown import edges_on_input
from helpers.evaluation.coco_metrics import CocoMetrics, coco_metrics
from helpers.evaluation.confusion import Confusion
from helpers.evaluation.error_kinds import BACKGROUND, CLASSIFICATION, ErrorKinds, error_kinds
from helpers.evaluation.learning_trend import Curve
from helpers.evaluation.precision_recall import best_thresholds
from helpers.evaluation.results import DetectionResults
from helpers.pipeline_config.input_size import CELL

WEAK_MAP = 0.5  # mAP at IoU 0.5 of a model that has not learned much: half of what could be had
_SAMPLES = 200  # of the images, for the interval: enough for its second digit


class Found(NamedTuple):
    """How many of some objects are found.

    Attributes:
        objects: to be found.
        found: of them.
    """

    objects: int
    found: int

    @property
    def recall(self) -> float:
        """0..1; 1 where there is nothing to find."""
        return self.found / self.objects if self.objects else 1.0


@dataclass(frozen=True)
class TrainingFacts:
    """What was trained, on what.

    Attributes:
        input_size: width and height of the model's input, pixels.
        images: in the train split.
        negatives: of them without objects.
        objects: in the train split, by class.
        loss: ``(step, value)`` points in the order of the steps; empty where it is not known.
        eval_map: mAP on the eval split while training, the same.
    """

    input_size: Tuple[int, int]
    images: int
    negatives: int
    objects: Mapping[str, int]
    loss: Curve = ()
    eval_map: Curve = ()


@dataclass(frozen=True)
class Facts:
    """All that a diagnosis goes by. What is found and detected is counted at ``threshold``.

    Attributes:
        images: of the eval split.
        threshold: the score at which F1, over all classes, is best; 1 where nothing is right.
        metrics: COCO's, on the eval split.
        map50_high: upper end of the interval of mAP50 on the eval split; ``None`` where the images
            are too few for one.
        train_metrics: COCO's, on images of the train split; ``None`` where they were not measured.
        small: the objects that have fewer pixels on the model's input than a cell of the first
            feature map.
        larger: the others.
        small_edge: median of the square root of the area of the small ones on the model's input,
            pixels; ``None`` without any.
        confusions: on how many objects of one class another one is detected, most frequent first;
            also where their own class is detected too.
        mean_iou: of detections with the objects that they find; ``None`` where nothing is found.
        detections: how many there are.
        spurious: how many of them are on the background, away from every object.
        costs: what each kind of error costs in mAP at IoU 0.5, as
            :class:`~helpers.evaluation.error_kinds.ErrorKinds` has it.
        training: the model's.
    """

    images: int
    threshold: float
    metrics: CocoMetrics
    map50_high: Optional[float]
    train_metrics: Optional[CocoMetrics]
    small: Found
    larger: Found
    small_edge: Optional[float]
    confusions: Tuple[Confusion, ...]
    mean_iou: Optional[float]
    detections: int
    spurious: int
    costs: Mapping[str, Optional[float]]
    training: TrainingFacts

    @property
    def train_map50(self) -> Optional[float]:
        """Mean AP at IoU 0.5 on images of the train split; ``None`` where it was not measured."""
        return None if self.train_metrics is None else self.train_metrics.mAP50

    def as_dict(self) -> Dict[str, Any]:
        """The facts as JSON values, without the curves."""
        return {
            "images": self.images,
            "threshold": self.threshold,
            "mAP": self.metrics.mAP,
            "mAP50": self.metrics.mAP50,
            "mAP50_high": self.map50_high,
            "train_mAP50": self.train_map50,
            "small": self.small._asdict(),
            "larger": self.larger._asdict(),
            "small_edge": self.small_edge,
            "confusions": [one._asdict() for one in self.confusions],
            "mean_iou": self.mean_iou,
            "detections": self.detections,
            "spurious": self.spurious,
            "costs": dict(self.costs),
            "input_size": list(self.training.input_size),
            "train_images": self.training.images,
            "train_negatives": self.training.negatives,
            "train_objects": dict(self.training.objects),
        }


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


def gather(
    results: DetectionResults,
    training: TrainingFacts,
    train_results: Optional[DetectionResults] = None,
) -> Facts:
    """The facts about a model.

    Args:
        results: on the eval split, with scores from near 0.
        training: of the model.
        train_results: on images of the train split, by the same backend.
    """
    kinds = error_kinds(results)
    matches = kinds.matches
    best = best_thresholds(results).overall.threshold
    threshold = 1.0 if best is None else best
    edges = edges_on_input(results.truth, results.sizes, training.input_size)
    counted = matches.score >= threshold
    right = matches.true_positive & counted
    missed = matches.missed(threshold)
    objects, small = ~matches.truth_ignored, edges < CELL
    return Facts(
        len(results),
        threshold,
        coco_metrics(results),
        intervals(results, _SAMPLES).mAP50.high,
        None if train_results is None else coco_metrics(train_results),
        _found(objects & small, missed),
        _found(objects & ~small, missed),
        float(np.median(edges[objects & small])) if (objects & small).any() else None,
        _confusions(results, kinds, threshold),
        float(matches.iou[right].mean()) if right.any() else None,
        int(np.count_nonzero(counted & ~matches.ignored)),
        int(np.count_nonzero(counted & (kinds.kind == BACKGROUND))),
        {kind: errors.cost for kind, errors in kinds.errors.items()},
        training,
    )


def _confusions(
    results: DetectionResults, kinds: ErrorKinds, threshold: float
) -> Tuple[Confusion, ...]:
    matches, names = kinds.matches, results.label_map.names
    wrong = np.flatnonzero((kinds.kind == CLASSIFICATION) & (matches.score >= threshold))
    objects = matches.truth_offsets[matches.image[wrong]] + kinds.truth_index[wrong]
    # One object counts once, however often that class is detected on it.
    pairs = set(zip(objects.tolist(), matches.class_index[wrong].tolist()))
    times = Counter((int(matches.truth_class[row]), detected) for row, detected in pairs)
    totals = np.bincount(matches.truth_class[~matches.truth_ignored], minlength=len(names))
    found = [
        Confusion(names[truth], names[detected], count, float(count / totals[truth]))
        for (truth, detected), count in times.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.times, -one.share, one.truth, one.detected)))


def _found(objects: np.ndarray, missed: np.ndarray) -> Found:
    return Found(int(np.count_nonzero(objects)), int(np.count_nonzero(objects & ~missed)))
