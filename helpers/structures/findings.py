"""Findings: one defect or oddity each, by file and object, with what to do about it.

``KINDS`` is the list of everything that can be found. Whatever looks at the data makes its findings
through :func:`found`, so that a kind has one severity and one remedy wherever it comes up.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Union

from helpers.system import files

ERROR, WARNING = "error", "warning"


class Kind(NamedTuple):
    """A sort of finding.

    Attributes:
        severity: ``error`` (no record can be made of it as it is) or ``warning``.
        remedy: what a person can do.
        fix: what ``--fix`` does, where there is one right answer; empty where there is none.
    """

    severity: str
    remedy: str
    fix: str = ""


KINDS: Dict[str, Kind] = {
    # Annotation files
    "broken file": Kind(ERROR, "Annotate the image again, or mend the file."),
    "unsafe XML": Kind(ERROR, "Save it again without entities and references."),
    "other format": Kind(ERROR, "Name the format it has, or remove the file."),
    "no image": Kind(ERROR, "Put the image into the image folder, or remove the annotation."),
    "two images fit": Kind(ERROR, "Rename one of the images and its annotation."),
    "second annotation": Kind(ERROR, "Remove one of the two."),
    "id twice": Kind(WARNING, "None: the ids are not needed, and new when it is written again."),
    "name leaves the folder": Kind(WARNING, "Give names relative to the image folder."),
    "no annotation": Kind(WARNING, "Annotate it; until then it is left out."),
    # Objects as written
    "no box": Kind(ERROR, "Draw the box again."),
    "no class": Kind(ERROR, "Name the object's class."),
    "padded class": Kind(ERROR, "Remove the blanks around the name.", "removes the blanks"),
    "unknown class": Kind(ERROR, "Correct the name, or add it to the label map."),
    "not a rectangle": Kind(WARNING, "None: the box around it is used."),
    "swapped corners": Kind(ERROR, "Swap them back.", "swaps them back"),
    "width and height as corners": Kind(
        ERROR, "Write xmax = xmin + width and ymax = ymin + height.", "adds them to xmin, ymin"
    ),
    "swapped or width and height": Kind(
        ERROR, "ImageProbe at the image and write the corners it should have."
    ),
    "no area": Kind(ERROR, "Draw the box again."),
    "outside the image": Kind(ERROR, "Draw the box again."),
    "beyond the border": Kind(ERROR, "Cut the box at the border.", "cuts it at the border"),
    "too small to see": Kind(WARNING, "Train at a larger input size, or expect to miss it."),
    "huge box": Kind(WARNING, "ImageProbe whether it is meant to cover the whole image."),
    "same box twice": Kind(WARNING, "Remove one of the two.", "removes the second"),
    "one box, two classes": Kind(WARNING, "ImageProbe which of the two it is."),
    "every box cut": Kind(WARNING, "ImageProbe whether the image was cropped after annotating."),
    # Images
    "unreadable image": Kind(ERROR, "Replace or remove it."),
    "broken pixels": Kind(ERROR, "Replace or remove it."),
    "too many pixels": Kind(ERROR, "Make a smaller copy and annotate that."),
    "other size": Kind(ERROR, "The image was changed after it was annotated: annotate it again."),
    "rotated by EXIF": Kind(WARNING, "ImageProbe whether the boxes sit right."),
    "grayscale": Kind(WARNING, "Fine if the camera will see such images; else remove it."),
    "not RGB": Kind(WARNING, "None: it is converted when the records are written."),
    "unusable name": Kind(ERROR, "Rename the image and its annotation."),
    "other suffix": Kind(WARNING, "None: the content counts, not the name."),
    "identical images": Kind(WARNING, "Remove one of the two."),
    "near-duplicate images": Kind(WARNING, "Remove one, or keep both on one side of the split."),
    # The whole set
    "class names alike": Kind(WARNING, "Use one spelling."),
    "few examples": Kind(WARNING, "Annotate more of them."),
    # The split
    "class missing from a side": Kind(WARNING, "Annotate more of it; it is not measured there."),
    "side of another size": Kind(
        WARNING, "None, if images stay where they were; else add some, or divide afresh."
    ),
    "moved to another side": Kind(WARNING, "None: near-duplicates on both sides would flatter."),
    "not compared": Kind(
        WARNING, "Give the image folder, so that near-duplicates stay on one side."
    ),
}


class Finding(NamedTuple):
    """One thing that is wrong or odd.

    Attributes:
        path: the image, relative to the image folder; where that is not known, the annotation
            file; empty when it concerns the whole set.
        object: the object's number on the image, from 1; ``None`` for the image itself.
        kind: one of ``KINDS``.
        severity: ``error`` (no record can be made) or ``warning``.
        message: what was found, without a full stop.
        remedy: what to do.
    """

    path: str
    object: Optional[int]
    kind: str
    severity: str
    message: str
    remedy: str


def found(kind: str, path: Union[str, Path], message: str, number: Optional[int] = None) -> Finding:
    """A finding of one of ``KINDS``.

    Args:
        kind: of ``KINDS``.
        path: as ``Finding.path``.
        message: names file, object, class and box as far as there are any.
        number: of the object, from 1.
    """
    severity, remedy, _ = KINDS[kind]
    return Finding(str(path), number, kind, severity, printable(message), remedy)


def in_order(findings: Sequence[Finding]) -> List[Finding]:
    """Sorted by path, object and kind; what concerns the whole set comes first."""
    return sorted(findings, key=lambda one: (one.path, one.object or 0, one.kind, one.message))


def errors_among(findings: Sequence[Finding]) -> List[Finding]:
    """Those with which no record can be made."""
    return [one for one in findings if one.severity == ERROR]


def write(findings: Sequence[Finding], path: Union[str, Path]) -> Path:
    """Writes the findings as a JSON list."""
    return files.write_json(path, as_dicts(findings))


def short(text: str, most: int = 60) -> str:
    """What a file holds, as a message can: not a page of it."""
    return text if len(text) <= most else text[: most - 3] + "..."


def printable(text: str) -> str:
    """Text on one line, with an escape for every sign that cannot be shown or written."""
    return (
        text
        if text.isprintable()
        else "".join(
            sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text
        )
    )


def as_text(one: Finding) -> str:
    """A finding as one line."""
    place = printable(one.path) or "data set"
    if one.object and not re.search(rf"\bobject {one.object}\b", one.message):
        place += f", object {one.object}"
    return f"{place}: {one.kind}: {one.message}. {one.remedy}"


def as_summary(findings: Sequence[Finding]) -> List[str]:
    """Each finding as one line, errors first, and how many there are of each kind."""
    ordered = sorted(findings, key=lambda one: one.severity != ERROR)
    kinds = Counter((one.severity, one.kind) for one in ordered)
    return [f"{one.severity}: {as_text(one)}" for one in ordered] + [
        f"{count} x {severity}: {kind}" for (severity, kind), count in kinds.items()
    ] or ["no findings"]


def as_dicts(findings: Sequence[Finding]) -> List[Dict[str, Any]]:
    """The findings as JSON has them."""
    return [dict(one._asdict(), path=printable(one.path)) for one in findings]


def as_rows(findings: Sequence[Finding]) -> List[Dict[str, Any]]:
    """The findings as rows for a table on screen."""
    return [dict(one, object=one["object"] or "") for one in as_dicts(findings)]
