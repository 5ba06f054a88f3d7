"""The tidy table of what can be trained on: fixes or drops what is bad, and writes it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import List, Mapping, Optional, Union

from helpers.annotations import csv_table
from helpers.steps.validate_dataset import DatasetValidation, counts_as_text, require_other_file
from helpers.structures import findings as finding_list
from helpers.structures.dataset import ImageRecord, box_count
from helpers.structures.errors import BadInput
from helpers.structures.findings import Finding
from helpers.system import files
from helpers.validation import repair

FAIL, DROP, POLICIES = repair.FAIL, repair.DROP, repair.POLICIES


@dataclass(frozen=True)
class ImportedDataset:
    """The data set as it is trained on.

    Attributes:
        table: the file that was written.
        records: every image with its boxes, sorted by path.
        fixed: what was fixed, a line each.
        dropped: the errors for which an object or an image was left out.
        read: how many images there were before that.
        log: the file that lists what was fixed and left out; ``None`` when none was asked for.
    """

    table: Path
    records: List[ImageRecord]
    fixed: List[str]
    dropped: List[Finding]
    read: int = 0
    log: Optional[Path] = None

    def as_text(self) -> str:
        """Number of images and of boxes of each class, as one line."""
        return counts_as_text(self.records)

    def size_as_text(self) -> str:
        """Number of images and boxes, as one line."""
        return f"{len(self.records)} images, {box_count(self.records)} boxes"

    def changes(self) -> List[str]:
        """What was fixed and what was left out, a line each."""
        return self.fixed + [f"left out: {finding_list.as_text(one)}" for one in self.dropped]

    def changes_as_text(self) -> str:
        """What was fixed, what was left out and where the list is, as three lines."""
        titles = [kind.title for kind in finding_list.KINDS.values() if kind.fix]
        fixes = {title: sum(f": {title}: " in line for line in self.fixed) for title in titles}
        objects = {(one.path, one.object) for one in self.dropped if one.object}
        return "\n".join(
            (
                f"fixed, where one answer is right: {_counted(fixes)}",
                f"left out: {len(objects)} objects, {self.read - len(self.records)} of {self.read} "
                f"images: {_counted(Counter(one.title for one in self.dropped))}",
                f"the list: {self.log}; POLICY=fail (--policy fail) stops at errors instead",
            )
        )


def import_annotations(
    validation: DatasetValidation,
    table: Union[str, Path],
    fix: bool = False,
    policy: str = repair.FAIL,
    log: Optional[Path] = None,
) -> ImportedDataset:
    """Writes the table of a validated data set; the annotations stay as they are.

    Args:
        validation: of :func:`~helpers.steps.validate_dataset.validate_dataset`.
        table: the file to write.
        fix: fix what has one right answer.
        policy: for the errors that are left: ``fail``, or ``drop`` the object or image.
        log: where to list what was fixed and left out, a line each; ``None`` writes nothing.

    Raises:
        BadInput: lists every error that is left, or says why no image is; no table is written.
    """
    target = require_other_file(table, validation.source.annotations)
    repaired = repair.repair(validation.records, validation.findings, fix, policy)
    if not repaired.records:
        raise _nothing_left(validation)
    csv_table.write(repaired.records, target)
    dataset = ImportedDataset(
        target, repaired.records, repaired.fixed, repaired.dropped, len(validation.records), log
    )
    if log:
        files.write_text(log, "".join(f"{line}\n" for line in dataset.changes()))
    return dataset


def _nothing_left(validation: DatasetValidation) -> BadInput:
    """The commonest reason why images were left out, with its remedy."""
    reasons = validation.errors or [
        one for one in validation.findings if one.code == "image-without-annotation"
    ]
    found = "no image with annotations"
    if not reasons:
        return BadInput.of(
            validation.source.annotations, found, "at least one", "Annotate some images first."
        )
    code, count = Counter(one.code for one in reasons).most_common(1)[0]
    first = next(one for one in reasons if one.code == code)
    return BadInput(
        f"{validation.source.annotations}: found {found} that can be used, expected at least one; "
        f"{count} x {first.title}, first {finding_list.as_text(first)}"
    )


def _counted(counts: Mapping[str, int]) -> str:
    ordered = sorted(filter(counts.get, counts), key=lambda name: (-counts[name], name))
    return ", ".join(f"{counts[name]} x {name}" for name in ordered) or "nothing"
