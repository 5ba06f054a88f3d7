"""What is known about one picture, and the questions asked of a list of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Dict, List, Sequence, Tuple

from helpers.boxes import LabeledBoxes


@dataclass(frozen=True, eq=False)
class ImageRecord:
    """One picture and what is on it.

    Attributes:
        path: relative to the image folder, with ``/`` between folders.
        width: pixels.
        height: pixels.
        objects: the annotated boxes; none on a negative picture.
        truncated: n flags, the object is cut by the border; empty means nowhere.
        difficult: n flags, not to be counted when missed; empty means nowhere.
    """

    path: str
    width: int
    height: int
    objects: LabeledBoxes = field(default_factory=lambda: LabeledBoxes.of([]))
    truncated: Tuple[bool, ...] = ()
    difficult: Tuple[bool, ...] = ()

    def __post_init__(self):
        if self.width < 1 or self.height < 1:
            raise ValueError(f"{self.path}: expected a size above 0, got "
                             f"{self.width}x{self.height}")
        for name in ("truncated", "difficult"):
            flags = tuple(bool(flag) for flag in getattr(self, name))
            flags = flags or (False,) * len(self.objects)
            if len(flags) != len(self.objects):
                raise ValueError(f"{self.path}: expected {len(self.objects)} {name} flags, "
                                 f"got {len(flags)}")
            object.__setattr__(self, name, flags)


def class_counts(records: Sequence[ImageRecord]) -> Dict[str, int]:
    """Number of boxes of each class, sorted by class name."""
    counts = Counter(label for record in records for label in record.objects.labels)
    return {name: counts[name] for name in sorted(counts)}


def class_names(records: Sequence[ImageRecord]) -> List[str]:
    """The classes that occur, sorted."""
    return list(class_counts(records))


def box_count(records: Sequence[ImageRecord]) -> int:
    """Number of boxes on all pictures."""
    return sum(len(record.objects) for record in records)
