"""Scalars and images out of event files, also of those that are still being written.

An event file is a TFRecord file of ``tensorflow.Event`` messages. TensorBoard's own reader gives
up silently at a broken record, and keeps both curves of a job that was restarted; this one says
what it could not read, and of steps that were trained twice keeps the later ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Set, Tuple

from helpers.structures.errors import MissingPart
from helpers.tfrecords import framing
from helpers.training.event_sources import event_files

_EVALUATION = "eval"  # begins the name of the folder with the events of the evaluation


class Point(NamedTuple):
    """One value of a curve."""

    step: int
    value: float


class EventImage(NamedTuple):
    """An image of the evaluation: detections on the left, ground truth on the right.

    Attributes:
        tag: its name in TensorBoard.
        step: of the checkpoint that was evaluated.
        encoded: the bytes of a PNG file.
    """

    tag: str
    step: int
    encoded: bytes


@dataclass(frozen=True)
class Events:
    """What the event files of a run hold.

    Attributes:
        training: points by tag, in the order of the steps.
        evaluation: the same, of the folder of the evaluation.
        images: those of the newest step, in the order of their tags.
        problems: what could not be read, a line each.
    """

    training: Dict[str, List[Point]]
    evaluation: Dict[str, List[Point]]
    images: List[EventImage]
    problems: List[str] = field(default_factory=list)


def read(folder: Path) -> Events:
    """Reads every scalar and the newest images below a folder.

    Args:
        folder: of the event files; those of the evaluation lie in folders below it.

    Raises:
        MissingPart: there is no event file.
    """
    paths = event_files(folder)
    if not paths:
        raise MissingPart(f"{folder}: no event files yet. Train first (notebook 04_train).")
    curves: Tuple[_Curves, _Curves] = (_Curves(), _Curves())
    problems: List[str] = []
    for path in paths:
        inner = path.parent.relative_to(folder).parts
        is_evaluation = any(part.startswith(_EVALUATION) for part in inner)
        curves[is_evaluation].add(_events(path, problems))
    training, evaluation = curves
    return Events(training.points(), evaluation.points(), evaluation.newest_images(), problems)


class _Curves:
    """Curves and images while files are read, old ones before new ones."""

    def __init__(self) -> None:
        self._values: Dict[str, Dict[int, float]] = {}
        self._images: Dict[str, EventImage] = {}

    def add(self, events: Iterator[Any]) -> None:
        """Adds a file; steps that it begins anew replace those of the files before it."""
        begun: Set[str] = set()
        for event in events:
            for value in event.summary.value:
                kind = value.WhichOneof("value")
                if kind == "simple_value":
                    curve = self._values.setdefault(value.tag, {})
                    if value.tag not in begun:
                        begun.add(value.tag)
                        for step in [step for step in curve if step >= event.step]:
                            del curve[step]
                    curve[event.step] = value.simple_value
                elif kind == "image":
                    encoded = value.image.encoded_image_string
                    self._images[value.tag] = EventImage(value.tag, event.step, encoded)

    def points(self) -> Dict[str, List[Point]]:
        """The curves by tag, sorted."""
        return {
            tag: [Point(step, curve[step]) for step in sorted(curve)]
            for tag, curve in sorted(self._values.items())
        }

    def newest_images(self) -> List[EventImage]:
        """The images of the newest step."""
        newest = max((image.step for image in self._images.values()), default=0)
        images = [image for image in self._images.values() if image.step == newest]
        return sorted(images, key=lambda image: _natural(image.tag))


def _natural(tag: str) -> List[Tuple[int, str]]:
    """``image/10`` after ``image/9``."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", tag)]


def _events(path: Path, problems: List[str]) -> Iterator[Any]:
    from google.protobuf.message import DecodeError
    from tensorboard.compat.proto.event_pb2 import Event

    for frame in framing.frames(path):
        if frame.problem:
            problems.append(
                f"{path}: record {frame.number} is {frame.problem}. Where the job still trains, "
                "it is being written: run this cell again. Otherwise the rest is lost."
            )
            continue
        try:
            yield Event.FromString(frame.content)
        except DecodeError:
            problems.append(f"{path}: record {frame.number} is no event. It was left out.")
