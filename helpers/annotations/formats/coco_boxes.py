"""The boxes of COCO JSON: what ``bbox`` and ``iscrowd`` mean, told once for a whole source.

The format has ``[x, y, width, height]``; some programs write corners, shares of the image, or
rectangles that are rotated. Masks are crowds to CVAT and datumaro, which would leave nothing that
counts in COCO's metrics.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, List, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np

from helpers.annotations import box_units, numbers, shapes
from helpers.annotations.formats.yolo_layout import BOXES
from helpers.annotations.text_io import mapping, shown
from helpers.structures.errors import BadInput
from helpers.structures.findings import Finding

_LEAST = 4  # boxes that tell corners from width and height
_MANY, _NEARLY_ALL = 0.25, 0.95
_TOLERANCE = 1  # pixel
_AS_COCO = "xywh"
LAYOUTS = (_AS_COCO, "corners", "detect")  # of BOXES
# Width and height of an image, the numbers of each bbox on it, and the annotations.
Sized = Tuple[Sequence[int], Sequence[Optional[List[float]]], Sequence[dict]]
Note = Callable[[str, str], None]


class Meaning(NamedTuple):
    """How a source is read.

    Attributes:
        layout: what ``bbox`` holds, one of ``LAYOUTS``.
        crowds: ``iscrowd`` says that a box is around many objects.
        findings: about the source, where it is not read as the format has it.
    """

    layout: str = _AS_COCO
    crowds: bool = True
    findings: Sequence[Finding] = ()


def meaning(source: Union[str, Path], images: Sequence[Sized], layout: str = "") -> Meaning:
    """Tells what all annotations of a source mean.

    Args:
        source: for the findings.
        images: size, numbers and annotations of each.
        layout: one of ``LAYOUTS``; empty lets the boxes tell.

    Raises:
        BadInput: there is no such layout, or the boxes fit two and none is named.
    """
    if layout and layout not in LAYOUTS:
        raise BadInput.of(
            "layout", f"{layout!r} for COCO JSON", f"one of {', '.join(LAYOUTS)}", "Name one."
        )
    layout, reasons = (layout, []) if layout else _layout(source, images)
    annotations = [annotation for _, _, of_image in images for annotation in of_image]
    crowds = sum(map(is_crowd, annotations))
    of_masks = crowds and (crowds == len(annotations) or all(map(_may_be_of_cvat, annotations)))
    if of_masks:
        reasons = reasons + [
            (
                "annotation-masks-as-crowds",
                f"iscrowd is 1 for {crowds} of {len(annotations)} objects, as CVAT and datumaro "
                "write it for every mask",
            )
        ]
    findings = [Finding.of(code, source, message) for code, message in reasons]
    return Meaning(layout, not of_masks, findings)


def _layout(source: Union[str, Path], images: Sequence[Sized]) -> Tuple[str, List[Tuple[str, str]]]:
    """What ``bbox`` holds, and codes and messages of findings."""
    rows, sizes = _known(images)
    if not len(rows):
        return _AS_COCO, []
    relative = box_units.are_relative(rows) or box_units.are_relative(_from_xywh(rows))
    limits, tolerance = (np.ones_like(sizes), 0.01) if relative else (sizes, _TOLERANCE)
    leaving = (rows[:, :2] + rows[:, 2:] > limits + tolerance).any(axis=1)
    fits = ((rows[:, :2] < rows[:, 2:]) & (rows[:, 2:] <= limits + tolerance)).all(axis=1)
    if leaving.mean() < _MANY:
        return _AS_COCO, []
    found = f"{leaving.sum()} of {len(rows)} boxes leave their image as x, y, width, height, and "
    if fits.mean() < _NEARLY_ALL:
        if _are_centred(rows, limits + tolerance):
            raise _ambiguous(source, f"{found}hardly one where x, y is its centre", "detect")
        return _AS_COCO, []
    found += f"{fits.sum()} are on it as corners"
    if len(rows) < _LEAST:
        raise _ambiguous(source, found, "corners")
    return "corners", [("annotation-corners-as-bbox", f"{found}: so all bbox are read")]


def _ambiguous(source: Union[str, Path], found: str, other: str) -> BadInput:
    return BadInput.of(
        source,
        found,
        "bbox of one meaning",
        f"Name it: --layout {_AS_COCO} or {other} (LAYOUT in notebook 1 and with make).",
    )


def _are_centred(rows: np.ndarray, limits: np.ndarray) -> bool:
    """Whether nearly all boxes are on their image when ``x, y`` is the centre."""
    centre, half = rows[:, :2], rows[:, 2:] / 2
    inside = ((half > 0) & (half <= centre) & (centre + half <= limits)).all(axis=1)
    return len(rows) >= _LEAST and bool(inside.mean() >= _NEARLY_ALL)


def _known(images: Sequence[Sized]) -> Tuple[np.ndarray, np.ndarray]:
    """The four numbers of each ``bbox`` (n, 4), and the sizes (n, 2) of the images."""
    rows = [[row for row in of_image if row is not None] for _, of_image, _ in images]
    sizes = np.array([size for size, _, _ in images], float).reshape(-1, 2)
    flat = np.array([row for of_image in rows for row in of_image], float).reshape(-1, 4)
    return flat, sizes.repeat([len(of_image) for of_image in rows], axis=0)


def _from_xywh(rows: np.ndarray) -> np.ndarray:
    return np.concatenate([rows[:, :2], rows[:, :2] + rows[:, 2:]], axis=1)


def bbox_numbers(annotation: dict) -> Optional[List[float]]:
    """The four numbers of ``bbox`` as they are; ``None`` where there are not four."""
    return numbers.numbers(annotation.get("bbox"), 4)


def is_crowd(annotation: dict) -> bool:
    """Whether an annotation is marked as a crowd."""
    value = annotation.get("iscrowd")
    return bool(value) and (value is True or numbers.number(value) == 1)


def flag(annotation: dict, name: str) -> bool:
    """A flag that CVAT keeps in an annotation's attributes: ``occluded``, ``truncated`` or so."""
    value = mapping(annotation.get("attributes")).get(name)
    return value is True or numbers.number(value) == 1


def _may_be_of_cvat(annotation: dict) -> bool:
    """Whether it has CVAT's flag and, where it is marked as a crowd, a mask."""
    has_flag = "occluded" in mapping(annotation.get("attributes"))
    return has_flag and (not is_crowd(annotation) or bool(mapping(annotation.get("segmentation"))))


def box_of(annotation: dict) -> Optional[List[float]]:
    """The box that ``bbox`` stands for in the format, ``[x_min, y_min, x_max, y_max]``.

    Returns:
        The box, around the rectangle where it is rotated; ``None`` where there are no numbers.
    """
    row = bbox_numbers(annotation)
    return None if row is None else _box(row, rotation(annotation))


def _box(row: Sequence[float], degrees: float) -> List[float]:
    x, y, width, height = row
    box = [x, y, x + width, y + height]
    if width < 0 or height < 0:
        box = [min(x, box[2]), min(y, box[3]), max(x, box[2]), max(y, box[3])]
    return shapes.around_rotated(box, degrees) if degrees else box


def rotation(annotation: dict) -> float:
    """By how many degrees CVAT's rectangle is rotated; 0 where an outline says where it is."""
    attributes = annotation.get("attributes")
    if not attributes or annotation.get("segmentation"):
        return 0.0
    return numbers.number(mapping(attributes).get("rotation")) or 0.0


def read_box(
    annotation: dict, row: Optional[List[float]], meant: Meaning, note: Note
) -> Sequence[float]:
    """The box of an annotation, from its outline where it has no ``bbox``.

    Args:
        annotation: an entry of the file.
        row: its :func:`bbox_numbers`.
        meant: how the source is read.
        note: takes code and message of a finding about the object.

    Returns:
        ``[x_min, y_min, x_max, y_max]``; NaN, with a finding, when there is none.
    """
    if row is None:
        return _around_outline(annotation, note)
    if meant.layout != _AS_COCO:
        return BOXES[meant.layout](row)
    degrees = rotation(annotation)
    if row[2] < 0 or row[3] < 0:
        note("box-negative-size", f"bbox {shown(row)}: its corners are swapped back")
    if degrees % 180:
        note("box-rotated", f"bbox {shown(row)} is rotated by {degrees:.4g} degrees")
    return _box(row, degrees)


def _around_outline(annotation: dict, note: Note) -> Sequence[float]:
    shape, box = shapes.of_segmentation(annotation.get("segmentation"))
    if box is not None:
        note("box-from-shape", f"{shape} without bbox")
        return box
    found: Any = annotation.get("bbox")
    note("box-invalid", f"expected four numbers as bbox, found {shown(found)} and {shape}")
    return numbers.NO_BOX
