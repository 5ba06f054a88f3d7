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
from helpers.annotations.text_io import mapping, shown
from helpers.structures.findings import Finding

_LEAST = 4  # boxes that tell corners from width and height
_MANY, _NEARLY_ALL = 0.25, 0.95
_TOLERANCE = 1  # pixel
_AMBIGUOUS = (
    "outside its image as x, y, width, height, and inside as corners; too few boxes to tell"
)
Sized = Tuple[Sequence[int], Sequence[dict]]  # width and height of an image, its annotations
Note = Callable[[str, str], None]


class Meaning(NamedTuple):
    """How a source is read.

    Attributes:
        corners: ``bbox`` holds corners.
        ambiguous: it holds either; nothing tells which.
        crowds: ``iscrowd`` says that a box is around many objects.
        findings: about the source, where it is not read as the format has it.
    """

    corners: bool = False
    ambiguous: bool = False
    crowds: bool = True
    findings: Sequence[Finding] = ()


def meaning(source: Union[str, Path], images: Sequence[Sized]) -> Meaning:
    """Tells what all annotations of a source mean.

    Args:
        source: for the findings.
        images: size and annotations of each.
    """
    corners, ambiguous, reasons = _layout(images)
    annotations = [annotation for _, of_image in images for annotation in of_image]
    crowds = sum(map(is_crowd, annotations))
    of_masks = crowds and (crowds == len(annotations) or all(map(_is_of_cvat, annotations)))
    if of_masks:
        reasons = reasons + [
            (
                "annotation-masks-as-crowds",
                f"iscrowd is 1 for {crowds} of {len(annotations)} objects, as CVAT and datumaro "
                "write it for every mask",
            )
        ]
    findings = [Finding.of(code, source, message) for code, message in reasons]
    return Meaning(corners, ambiguous, not of_masks, findings)


def _layout(images: Sequence[Sized]) -> Tuple[bool, bool, List[Tuple[str, str]]]:
    """Whether ``bbox`` holds corners, whether that is open, and codes and messages of findings."""
    rows, sizes = _known(images)
    if not len(rows):
        return False, False, []
    relative = box_units.are_relative(rows) or box_units.are_relative(_from_xywh(rows))
    limits, tolerance = (np.ones_like(sizes), 0.01) if relative else (sizes, _TOLERANCE)
    leaving = (rows[:, :2] + rows[:, 2:] > limits + tolerance).any(axis=1)
    fits = ((rows[:, :2] < rows[:, 2:]) & (rows[:, 2:] <= limits + tolerance)).all(axis=1)
    if leaving.mean() < _MANY or fits.mean() < _NEARLY_ALL:
        return False, False, []
    if len(rows) < _LEAST:
        return False, True, []
    message = (
        f"{leaving.sum()} of {len(rows)} boxes leave their image as x, y, width, height, and "
        f"{fits.sum()} are on it as corners: so all bbox are read"
    )
    return True, False, [("annotation-corners-as-bbox", message)]


def _known(images: Sequence[Sized]) -> Tuple[np.ndarray, np.ndarray]:
    """The four numbers of each ``bbox`` (n, 4), and the sizes (n, 2) of the images."""
    found = [
        (row, size)
        for size, annotations in images
        for row in (_numbers(annotation) for annotation in annotations)
        if row is not None
    ]
    rows, sizes = zip(*found) if found else ((), ())
    return np.array(rows, float).reshape(-1, 4), np.array(sizes, float).reshape(-1, 2)


def _from_xywh(rows: np.ndarray) -> np.ndarray:
    return np.concatenate([rows[:, :2], rows[:, :2] + rows[:, 2:]], axis=1)


def _numbers(annotation: dict) -> Optional[List[float]]:
    return numbers.numbers(annotation.get("bbox"), 4)


def is_crowd(annotation: dict) -> bool:
    """Whether an annotation is marked as a crowd."""
    return numbers.number(annotation.get("iscrowd")) == 1 or annotation.get("iscrowd") is True


def _is_of_cvat(annotation: dict) -> bool:
    return "occluded" in mapping(annotation.get("attributes"))


def box_of(annotation: dict, corners: bool = False) -> Optional[List[float]]:
    """The box that ``bbox`` stands for, ``[x_min, y_min, x_max, y_max]``; ``None`` without one.

    Args:
        annotation: an entry of the file.
        corners: it holds corners, not x, y, width and height.
    """
    row = _numbers(annotation)
    if row is None or corners:
        return row
    x_min, y_min, x_max, y_max = row[0], row[1], row[0] + row[2], row[1] + row[3]
    box = [min(x_min, x_max), min(y_min, y_max), max(x_min, x_max), max(y_min, y_max)]
    return shapes.around_rotated(box, rotation(annotation))


def rotation(annotation: dict) -> float:
    """By how many degrees CVAT's rectangle is rotated; 0 where an outline says where it is."""
    degrees = numbers.number(mapping(annotation.get("attributes")).get("rotation"))
    return 0.0 if not degrees or annotation.get("segmentation") else degrees


def read_box(annotation: dict, meant: Meaning, note: Note) -> Sequence[float]:
    """The box of an annotation, from its outline where it has no ``bbox``.

    Args:
        annotation: an entry of the file.
        meant: how the source is read.
        note: takes code and message of a finding about the object.

    Returns:
        ``[x_min, y_min, x_max, y_max]``; NaN, with a finding, when there is none.
    """
    box = box_of(annotation, meant.corners)
    if box is None:
        return _around_outline(annotation, note)
    for code, message in _remarks(annotation, meant):
        note(code, message)
    return box


def _remarks(annotation: dict, meant: Meaning) -> List[Tuple[str, str]]:
    row, degrees = annotation["bbox"], rotation(annotation)
    if meant.corners:
        return []
    remarks = []
    if meant.ambiguous:
        remarks.append(("box-ambiguous-corners", f"bbox {shown(row)} is {_AMBIGUOUS}"))
    if min(map(float, row[2:])) < 0:
        remarks.append(("box-negative-size", f"bbox {shown(row)}: its corners are swapped back"))
    if degrees % 180:
        remarks.append(("box-rotated", f"bbox {shown(row)} is rotated by {degrees:g} degrees"))
    return remarks


def _around_outline(annotation: dict, note: Note) -> Sequence[float]:
    shape, box = shapes.of_segmentation(annotation.get("segmentation"))
    if box is not None:
        note("box-from-shape", f"{shape} without bbox")
        return box
    found: Any = annotation.get("bbox")
    note("box-invalid", f"expected four numbers as bbox, found {shown(found)} and {shape}")
    return numbers.NO_BOX
