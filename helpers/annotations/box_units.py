"""Whether the boxes of a source are pixels or shares of their images: decided for all at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Iterator, List, Sequence, Set, Tuple, Union

import numpy as np

from helpers.structures.dataset import ImageRecord
from helpers.structures.findings import Finding, short

_ROUNDING = 1e-3  # of the image's width or height
_LOWEST, _HIGHEST = -1, 2  # of relative boxes that leave their image
_NEARLY_ALL = 0.9


def in_pixels(
    source: Union[str, Path], records: Sequence[ImageRecord]
) -> Tuple[List[ImageRecord], List[Finding]]:
    """The records of a source with boxes in pixels.

    Args:
        source: that was read, for the finding.
        records: all of the source.

    Returns:
        The records, and a finding where all boxes were relative; a finding for each box that looks
        relative where others are in pixels.
    """
    boxes = np.concatenate([record.objects.boxes for record in records] or [np.empty((0, 4))])
    large = _with_pixels(records, boxes)
    small = [record for at, record in enumerate(records) if at not in large and record.objects]
    if not small:
        return list(records), []
    if large:
        return list(records), [finding for record in small for finding in _among_pixels(record)]
    if not are_relative(boxes):
        return list(records), []
    message = (
        f"the coordinates of the {len(boxes)} boxes are within 0 and 1: shares of the images' "
        "widths and heights, not pixels"
    )
    scaled = [
        replace(record, objects=record.objects.scaled(record.width, record.height))
        for record in records
    ]
    return scaled, [Finding.of("annotation-relative-boxes", source, message)]


def are_relative(boxes: np.ndarray) -> bool:
    """Whether boxes (n, 4), all of a source, are relative; impossible ones (NaN) do not count.

    No image is so small that its boxes end before the second pixel. Nearly all are within 0..1 and
    have an area there. Whole numbers alone would say nothing: a box of one pixel has them too.
    """
    known = boxes[np.isfinite(boxes).all(axis=1)]
    if not len(known) or known.min() < _LOWEST or known.max() > _HIGHEST:
        return False
    return bool(_within(known).mean() >= _NEARLY_ALL and (known % 1).any())


def _within(boxes: np.ndarray) -> np.ndarray:
    """Mask (n,) of those within 0..1 that have an area."""
    inside = (boxes >= -_ROUNDING) & (boxes <= 1 + _ROUNDING)
    return inside.all(axis=1) & (boxes[:, :2] < boxes[:, 2:]).all(axis=1)


def _with_pixels(records: Sequence[ImageRecord], boxes: np.ndarray) -> Set[int]:
    """Numbers of the records with a coordinate, of these boxes of all, that no share can be."""
    owners = np.repeat(np.arange(len(records)), [len(record.objects) for record in records])
    with np.errstate(invalid="ignore"):
        beyond = ((boxes < _LOWEST) | (boxes > _HIGHEST)).any(axis=1)
    return set(owners[beyond].tolist())


def _among_pixels(record: ImageRecord) -> Iterator[Finding]:
    boxes = record.objects.boxes
    with np.errstate(invalid="ignore"):
        odd = _within(boxes) & (boxes % 1).any(axis=1)
    for index in np.flatnonzero(odd).tolist():
        values = ", ".join(f"{value:.7g}" for value in boxes[index])
        yield Finding.of(
            "box-relative",
            record.path,
            f"object {index + 1} ({short(record.objects.labels[index])}): box [{values}] is within "
            "0 and 1, those of other images are in pixels",
            index + 1,
        )
