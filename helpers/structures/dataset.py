"""What is known about one image, and the questions asked of a list of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, NamedTuple, Sequence, Tuple

from helpers.structures.boxes import LabeledBoxes
from helpers.structures.findings import Finding


@dataclass(frozen=True, eq=False)
class ImageRecord:
    """One image and what is on it.

    As read from annotations, boxes may still be impossible and names blank: ``checks`` finds that,
    ``repair`` leaves none, and nothing else takes such a record.

    Attributes:
        path: relative to the image folder, with ``/`` between folders.
        width: pixels.
        height: pixels.
        objects: the annotated boxes; none on a negative image.
        truncated: n flags, the object is cut by the border; empty means nowhere.
        difficult: n flags, not to be counted when missed; empty means nowhere.
        group_of: n flags, one box around many of them; empty means nowhere.
        extra: what else its annotation format says of the image, so that it can be written again;
            values as JSON has them.
        object_extras: the same for each of the n objects; empty means nothing.
    """

    path: str
    width: int
    height: int
    objects: LabeledBoxes = field(default_factory=lambda: LabeledBoxes.from_rows([]))
    truncated: Tuple[bool, ...] = ()
    difficult: Tuple[bool, ...] = ()
    group_of: Tuple[bool, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    object_extras: Tuple[Mapping[str, Any], ...] = ()

    def __post_init__(self):
        if self.width < 1 or self.height < 1:
            raise ValueError(
                f"{self.path}: expected a size above 0, got {self.width}x{self.height}"
            )
        count = len(self.objects)
        for name in ("truncated", "difficult", "group_of"):
            flags = tuple(bool(flag) for flag in getattr(self, name))
            object.__setattr__(self, name, flags or (False,) * count)
        object.__setattr__(self, "object_extras", tuple(self.object_extras) or ({},) * count)
        for name in ("truncated", "difficult", "group_of", "object_extras"):
            if len(getattr(self, name)) != count:
                raise ValueError(
                    f"{self.path}: expected {count} {name}, got {len(getattr(self, name))}"
                )


class Annotations(NamedTuple):
    """What reading a data set's annotations gave.

    Attributes:
        records: every image that could be found, sorted by path; see ``ImageRecord``.
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
