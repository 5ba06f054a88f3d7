"""Objects as annotation tools hold them, and how an image's record is made of them.

The readers of tools that draw more than boxes end here: they say of each object what was drawn.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, FrozenSet, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from helpers.annotations import box_units, numbers, shapes
from helpers.annotations.collector import Collector
from helpers.annotations.text_io import shown
from helpers.structures.boxes import FLAGS, LabeledBoxes
from helpers.structures.dataset import Annotations, ImageRecord
from helpers.structures.findings import Finding

Box = Sequence[float]


class DrawnObject(NamedTuple):
    """An object of an image.

    Attributes:
        label: its class; several, with a comma between, where the tool allows that.
        box: ``[x_min, y_min, x_max, y_max]``, pixels; NaN where there are no numbers.
        notes: code and message of each finding about it.
        flags: names of the flags of ``LabeledBoxes`` that are set.
        extra: as in ``LabeledBoxes``, of one object.
    """

    label: str
    box: Box
    notes: Sequence[Tuple[str, str]] = ()
    flags: FrozenSet[str] = frozenset()
    extra: Mapping[str, Any] = {}


class DrawnImage(NamedTuple):
    """An image with its objects, in a file of annotations.

    Attributes:
        source: the file.
        place: in the file, for messages.
        image: that it is, relative to the image folder.
        size: width and height.
        objects: on it.
        extra: as in ``ImageRecord``.
    """

    source: Path
    place: str
    image: str
    size: Tuple[int, int]
    objects: Sequence[DrawnObject]
    extra: Mapping[str, Any]


def drawn(shape: str, box: Optional[Box], found: Any) -> Tuple[Box, List[Tuple[str, str]]]:
    """The box around what was drawn, and the notes about that.

    Args:
        shape: such as ``a polygon``; empty for a box.
        box: around it; ``None`` where its numbers are missing.
        found: instead of the numbers, for the message.
    """
    if box is None:
        return numbers.NO_BOX, [
            ("box-invalid", f"expected {shape or 'a box'} with numbers, found {shown(found)}")
        ]
    return box, [("box-from-shape", shape)] if shape else []


def rotated(
    box: Box, degrees: float, pivot: Optional[Tuple[float, float]] = None
) -> Tuple[Box, List[Tuple[str, str]]]:
    """The box around a rotated rectangle, and the notes about that.

    Args:
        box: the rectangle before.
        degrees: by which it is rotated, clockwise as it is seen.
        pivot: the point that stays where it is; ``None`` is the centre.
    """
    if degrees % 360 == 0:
        return box, []
    around = shapes.around_rotated(box, degrees, pivot)
    return around, [("box-rotated", f"rotated by {degrees:.4g} degrees")]


def several_classes(labels: Sequence[str]) -> List[Tuple[str, str]]:
    """The notes about an object that should have one class."""
    if len(labels) < 2:
        return []
    return [("class-unknown", f"{len(labels)} classes ({shown(list(labels))}), expected one")]


def to_annotations(
    source: Union[str, Path], collector: Collector, images: Sequence[DrawnImage]
) -> Annotations:
    """The annotations of a whole source; boxes that are shares of their images become pixels.

    Args:
        source: the file or folder.
        collector: that took the findings of reading.
        images: all of the source, each once.
    """
    records = [_record(collector, image) for image in images]
    records, findings = box_units.in_pixels(source, records)
    collector.findings += findings
    for record in records:
        collector.add(record)
    return collector.annotations()


def _record(collector: Collector, image: DrawnImage) -> ImageRecord:
    for number, one in enumerate(image.objects, start=1):
        note = collector.noting(image.image, image.source, number, one.label)
        for code, message in one.notes:
            note(code, message)
    flags = {name: [name in one.flags for one in image.objects] for name in FLAGS}
    boxes = LabeledBoxes.from_rows(
        ((one.label, one.box) for one in image.objects),
        extras=[one.extra for one in image.objects],
        **{name: column for name, column in flags.items() if any(column)},
    )
    return ImageRecord(image.image, *image.size, boxes, image.extra)


def left_out(collector: Collector, image: str, source: Path, reasons: Sequence[str]) -> None:
    """Notes the objects or annotations that are left out, as whoever annotated them wished.

    Args:
        collector: that takes the finding.
        image: that they are on.
        source: the annotation file.
        reasons: one each, such as ``cat (deleted)``.
    """
    if reasons:
        message = f"{source}: {len(reasons)} left out: {shown(', '.join(reasons))}"
        collector.findings.append(Finding.of("annotation-left-out", image, message))
