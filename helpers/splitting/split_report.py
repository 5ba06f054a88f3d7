"""How far each split is from the share of each class that it should have.

A class is counted in boxes: they are what is trained on and what average precision counts.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Dict, List, Mapping, NamedTuple, Sequence

from helpers.structures.dataset import ImageRecord, class_counts
from helpers.structures.findings import Finding, short
from helpers.system import text_table

IMAGES, BARE = "(images)", "(without a box)"  # in tables, beside the names of classes
_TOLERANCE = 0.05  # what a split's share of the images may differ without a finding


class Share(NamedTuple):
    """How much of something a split got.

    Attributes:
        name: a class, counted in boxes; or ``IMAGES``, or ``BARE`` for images without a box.
        split: where it is: train, eval or test.
        number: how many of it the split has.
        whole: how many there are in all, above 0.
        target: the share that there should be, 0..1.
    """

    name: str
    split: str
    number: int
    whole: int
    target: float

    @property
    def actual(self) -> float:
        """The share that is there, 0..1."""
        return self.number / self.whole

    @property
    def off(self) -> float:
        """How far that is from the target, 0..1."""
        return abs(self.actual - self.target)


def of(splits: Mapping[str, Sequence[ImageRecord]], targets: Mapping[str, Fraction]) -> List[Share]:
    """The shares of all images, of each class by name, and of images without a box.

    Args:
        splits: the images of each split.
        targets: the share that each should have.
    """
    counts = {
        split: {
            IMAGES: len(records),
            **class_counts(records),
            BARE: sum(not len(record.objects) for record in records),
        }
        for split, records in splits.items()
    }
    classes = sorted({name for tally in counts.values() for name in tally} - {IMAGES, BARE})
    wholes = {
        name: sum(tally.get(name, 0) for tally in counts.values())
        for name in [IMAGES, *classes, BARE]
    }
    return [
        Share(name, split, counts[split].get(name, 0), whole, float(targets[split]))
        for name, whole in wholes.items()
        if whole
        for split in splits
    ]


def findings(shares: Sequence[Share], fold: str = "") -> List[Finding]:
    """The classes that a split lacks, and splits whose size differs from the requested one.

    Args:
        shares: as from :func:`of`.
        fold: its name, where the splits are those of a fold.
    """
    place = f" of {fold}" if fold else ""
    missing = [
        Finding.of(
            "split-missing-class",
            "",
            f"no box of the class {short(share.name)!r} "
            f"in {share.split}{place}, {share.whole} in all",
        )
        for share in shares
        if not share.number and share.name not in (IMAGES, BARE)
    ]
    mismatched = [
        Finding.of(
            "split-size-mismatch",
            "",
            f"{share.split}{place} has {share.actual:.1%} of the images, expected "
            f"{share.target:.1%}",
        )
        for share in shares
        if share.name == IMAGES and share.off > _TOLERANCE and share.off * share.whole >= 1
    ]
    return mismatched + missing


def as_rows(shares: Sequence[Share]) -> List[Dict[str, Any]]:
    """A row for each class, for a table on screen; all shares in per cent."""
    rows: Dict[str, Dict[str, Any]] = {}
    for share in shares:
        row = rows.setdefault(share.name, {"class": share.name, "all": share.whole})
        row[share.split] = share.number
        row[f"{share.split} %"] = round(100 * share.actual, 1)
        row[f"{share.split} target %"] = round(100 * share.target, 1)
        row["off by"] = max(row.pop("off by", 0.0), round(100 * share.off, 1))
    return list(rows.values())


def as_lines(shares: Sequence[Share]) -> List[str]:
    """A line for each class, for the shell; all shares in per cent."""
    rows = as_rows(shares)
    if not rows:
        return []
    columns = list(rows[0])
    return text_table.lines([columns, *([row[name] for name in columns] for row in rows)], "<>")
