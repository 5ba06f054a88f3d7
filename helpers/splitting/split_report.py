"""How far each side of a split is from the share of each class that it should have.

A class is counted in boxes: they are what is trained on and what average precision counts.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Dict, List, Mapping, NamedTuple, Sequence

from helpers.structures.dataset import ImageRecord, class_counts
from helpers.structures.findings import Finding, short
from helpers.system import text_table

IMAGES, BARE = "(images)", "(without a box)"  # in tables, beside the names of classes
_FAR = 0.05  # what a side's share of the images may be off without a word


class Share(NamedTuple):
    """How much of something a side got.

    Attributes:
        name: a class, counted in boxes; or ``IMAGES``, or ``BARE`` for images without a box.
        side: where it is.
        count: how many are there.
        whole: how many there are in all, above 0.
        wanted: the share that there should be, 0..1.
    """

    name: str
    side: str
    count: int
    whole: int
    wanted: float

    @property
    def got(self) -> float:
        """The share that is there, 0..1."""
        return self.count / self.whole

    @property
    def off(self) -> float:
        """How far that is from the share wanted, 0..1."""
        return abs(self.got - self.wanted)


def of(sides: Mapping[str, Sequence[ImageRecord]], wanted: Mapping[str, Fraction]) -> List[Share]:
    """The shares of all images, of each class by name, and of images without a box.

    Args:
        sides: the images of each.
        wanted: the share that each should have.
    """
    counts = {
        side: {
            IMAGES: len(records),
            **class_counts(records),
            BARE: sum(not len(record.objects) for record in records),
        }
        for side, records in sides.items()
    }
    classes = sorted({name for tally in counts.values() for name in tally} - {IMAGES, BARE})
    wholes = {
        name: sum(tally.get(name, 0) for tally in counts.values())
        for name in [IMAGES, *classes, BARE]
    }
    return [
        Share(name, side, counts[side].get(name, 0), whole, float(wanted[side]))
        for name, whole in wholes.items()
        if whole
        for side in sides
    ]


def findings(shares: Sequence[Share], fold: str = "") -> List[Finding]:
    """The classes that a side lacks, and sides of quite another size than was wanted.

    Args:
        shares: as from :func:`of`.
        fold: its name, where the sides are those of a fold.
    """
    place = f" of {fold}" if fold else ""
    lacking = [
        Finding.of(
            "split-missing-class",
            "",
            f"no box of the class {short(share.name)!r} "
            f"in {share.side}{place}, {share.whole} in all",
        )
        for share in shares
        if not share.count and share.name not in (IMAGES, BARE)
    ]
    far = [
        Finding.of(
            "split-size-mismatch",
            "",
            f"{share.side}{place} has {share.got:.1%} of the "
            f"images, wanted were {share.wanted:.1%}",
        )
        for share in shares
        if share.name == IMAGES and share.off > _FAR and share.off * share.whole >= 1
    ]
    return far + lacking


def as_rows(shares: Sequence[Share]) -> List[Dict[str, Any]]:
    """A row for each class, for a table on screen; all shares in per cent."""
    rows: Dict[str, Dict[str, Any]] = {}
    for share in shares:
        row = rows.setdefault(share.name, {"class": share.name, "all": share.whole})
        row[share.side] = share.count
        row[f"{share.side} %"] = round(100 * share.got, 1)
        row[f"{share.side} wanted %"] = round(100 * share.wanted, 1)
        row["off by"] = max(row.pop("off by", 0.0), round(100 * share.off, 1))
    return list(rows.values())


def as_lines(shares: Sequence[Share]) -> List[str]:
    """A line for each class, for the shell; all shares in per cent."""
    rows = as_rows(shares)
    if not rows:
        return []
    columns = list(rows[0])
    return text_table.lines([columns, *([row[name] for name in columns] for row in rows)], "<>")
