"""The curves of a training run worth a look, under plain names."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Dict, List, NamedTuple, Sequence, Tuple

from helpers.training import event_reader
from helpers.training.event_reader import EventImage, Events, Point
from helpers.training.event_sources import EventRun

EVAL = "eval "  # begins the name of a curve of the eval split that training has too
MAP = "mAP"
MAP_50 = "mAP at IoU 0.5"
MAPS = (MAP, MAP_50)


class _Curve(NamedTuple):
    """A curve: its name, whether the evaluation wrote it, and its tags, the best one first."""

    name: str
    is_evaluation: bool
    tags: Tuple[str, ...]


def _part_of_loss(part: str) -> Tuple[_Curve, _Curve]:
    """Of an SSD, or of the second stage of a Faster R-CNN."""
    tags = (f"Loss/{part}_loss", f"Loss/BoxClassifierLoss/{part}_loss")
    numbered = tuple(f"{tag}_1" for tag in tags)
    return (
        _Curve(f"{part} loss", False, (*numbered, *tags)),
        _Curve(f"{EVAL}{part} loss", True, tags),
    )


# The Object Detection API's tags; TensorFlow numbers a tag that a graph has twice.
_CURVES = (
    _Curve("loss", False, ("loss_1", "loss", "Loss/total_loss", "TotalLoss")),
    _Curve(f"{EVAL}loss", True, ("Loss/total_loss", "loss")),
    *_part_of_loss("classification"),
    *_part_of_loss("localization"),
    _Curve("learning rate", False, ("learning_rate_1", "learning_rate", "LearningRate")),
    _Curve(MAP, True, ("DetectionBoxes_Precision/mAP",)),
    _Curve(MAP_50, True, ("DetectionBoxes_Precision/mAP@.50IOU",)),
    _Curve("images/s", False, ("images/sec",)),
    _Curve("steps/s", False, ("global_step/sec",)),
)


@dataclass(frozen=True)
class RunCurves:
    """The curves of one run.

    Attributes:
        run: its name and where its event files lie.
        curves: points by plain name, in the order of the steps; those that are absent are left
            out. mAP is in 0..1.
        images: of the newest evaluation.
        notes: what is wrong with them, a line each.
    """

    run: EventRun
    curves: Dict[str, List[Point]]
    images: List[EventImage]
    notes: List[str]


def read(run: EventRun) -> RunCurves:
    """Reads the event files of a run.

    Raises:
        MissingPart: there are none yet.
    """
    events = event_reader.read(run.folder)
    curves, notes = choose(events)
    if not curves:
        notes.append("no curves yet: the trainer writes the first values with its first step")
    return RunCurves(run, curves, events.images, [*events.problems, *notes])


def choose(events: Events) -> Tuple[Dict[str, List[Point]], List[str]]:
    """The most useful curves under plain names, and notes about them.

    Args:
        events: of one run.
    """
    chosen: Dict[str, List[Point]] = {}
    notes: List[str] = []
    for curve in _CURVES:
        found = events.evaluation if curve.is_evaluation else events.training
        points: List[Point] = next((found[tag] for tag in curve.tags if tag in found), [])
        if curve.name in MAPS:
            points = _measured(curve.name, points, notes)
        broken = [point.step for point in points if not math.isfinite(point.value)]
        if broken:
            notes.append(
                f"{curve.name}: not a finite number at step {broken[0]} (NaN loss, in "
                f"{len(broken)} of {len(points)} points). Lower the learning rate, or check the "
                "boxes of the images that the job's log names."
            )
        if points:
            chosen[curve.name] = points
    if "images/s" in chosen:
        chosen.pop("steps/s", None)
    return chosen, notes


def _measured(name: str, points: Sequence[Point], notes: List[str]) -> List[Point]:
    """Leaves out the -1 that pycocotools gives where there is no ground truth."""
    missing = [point.step for point in points if point.value < 0]
    if missing:
        notes.append(
            f"{name}: not measured at step {missing[0]}: the eval split has no objects. "
            "Split again with more images (notebook 02_tfrecords)."
        )
    return [point for point in points if not point.value < 0]


def smoothed(points: Sequence[Point], weight: float) -> List[Point]:
    """The exponential moving average of a curve, without the bias of its beginning.

    Values that are not finite stay as they are and do not count.

    Args:
        points: in the order of the steps.
        weight: of what was before, 0 (raw) up to, but not including, 1.

    Source: Kingma and Ba, Adam (2015), section 3: the average begins at 0 and is divided by
    ``1 - weight ** n``. TensorBoard smooths in the same way.
    """
    average, count, smooth = 0.0, 0, []
    for step, value in points:
        if not math.isfinite(value):
            smooth.append(Point(step, value))
            continue
        count += 1
        average = weight * average + (1 - weight) * value
        smooth.append(Point(step, average / (1 - weight**count)))
    return smooth
