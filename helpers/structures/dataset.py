"""What is known about one image, and the questions asked of a list of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Mapping, NamedTuple, Sequence

from helpers.structures.boxes import LabeledBoxes
from helpers.structures.findings import Finding


@dataclass(frozen=True, eq=False)
class ImageRecord:
    """One image and the objects on it.

    As read from annotations, boxes may still be impossible and names blank: ``validation`` finds
    and repairs that, and no other room takes such a record.

    Attributes:
        path: relative to the image folder, with ``/`` between folders.
        width: pixels.
        height: pixels.
        objects: the annotated boxes, with the flags and extras of each; none on a negative image.
        extra: what else the annotation format says of the image, so that it can be written again;
            values as JSON has them.

    Raises:
        ValueError: width or height is below 1.
    """

    path: str
    width: int
    height: int
    objects: LabeledBoxes = field(default_factory=lambda: LabeledBoxes.from_rows([]))
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ValueError(
                f"{self.path}: expected a size above 0, got {self.width}x{self.height}"
            )


class DatasetFolders(NamedTuple):
    """The two folders of a data set.

    Attributes:
        annotations: the folder, or the file, with the annotations.
        images: the image folder.
    """

    annotations: Path
    images: Path

    def as_text(self) -> str:
        """Both folders as one line."""
        return f"images: {self.images}, annotations: {self.annotations}"


class Annotations(NamedTuple):
    """The result of reading a data set's annotations.

    Attributes:
        records: every annotated image that is in the image folder, sorted by path.
        findings: what could not be read, and images without annotation.
    """

    records: List[ImageRecord]
    findings: List[Finding]


def class_counts(records: Sequence[ImageRecord]) -> Dict[str, int]:
    """Number of boxes of each class, sorted by class name."""
    counts = Counter(label for record in records for label in record.objects.labels)
    return {name: counts[name] for name in sorted(counts)}


def class_names(records: Sequence[ImageRecord]) -> List[str]:
    """The classes that occur, sorted."""
    return list(class_counts(records))


def box_count(records: Sequence[ImageRecord]) -> int:
    """Number of boxes on all images."""
    return sum(len(record.objects) for record in records)
