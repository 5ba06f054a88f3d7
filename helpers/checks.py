"""Findings: everything about a data set that a person should know before training on it."""

from __future__ import annotations

from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Union

from helpers import files
from helpers.errors import BadInput
from helpers.formats.pictures import Header, header
from helpers.records import ImageRecord, class_names

ERROR, WARNING = "error", "warning"


class Finding(NamedTuple):
    """One thing that is wrong or odd.

    Attributes:
        path: the picture, relative to the image folder; empty when it concerns the whole set.
        object: the object's number on the picture, from 1; ``None`` for the picture itself.
        kind: a short name of the defect.
        severity: ``error`` (no record can be made) or ``warning``.
        message: what was found.
        remedy: what to do.
    """

    path: str
    object: Optional[int]
    kind: str
    severity: str
    message: str
    remedy: str


def check(records: Sequence[ImageRecord], images: Union[str, Path]) -> List[Finding]:
    """Looks at every record and decodes every picture.

    Args:
        records: the data set.
        images: the image folder.

    Returns:
        The findings, sorted by path; none means the data set is fine.
    """
    from tqdm.auto import tqdm
    with ThreadPool() as pool:
        looked = pool.imap(lambda record: _picture(record, Path(images)), records)
        bar = tqdm(looked, total=len(records), desc="checking", unit="picture", disable=None)
        found = [finding for findings in bar for finding in findings]
    return sorted(found + _classes(records), key=lambda f: (f.path, f.object or 0, f.kind))


def errors_among(findings: Sequence[Finding]) -> List[Finding]:
    """Those with which no record can be made."""
    return [finding for finding in findings if finding.severity == ERROR]


def write(findings: Sequence[Finding], path: Union[str, Path]) -> Path:
    """Writes the findings as a JSON list."""
    return files.write_json(path, [finding._asdict() for finding in findings])


def _picture(record: ImageRecord, images: Path) -> List[Finding]:
    from PIL import Image
    path = images / record.path
    try:
        found = header(path)
        with Image.open(str(path)) as image:
            image.load()
    except BadInput as problem:
        return [Finding(record.path, None, "unreadable picture", ERROR,
                        str(problem).rstrip("."), "Replace or remove it.")]
    except (OSError, SyntaxError, ValueError) as error:
        return [Finding(record.path, None, "broken pixels", ERROR, f"{path}: {error}",
                        "Replace or remove it.")]
    return list(_oddities(record, found))


def _oddities(record: ImageRecord, found: Header) -> Iterator[Finding]:
    stored, size = (found.width, found.height), (record.width, record.height)
    if size not in (stored, found.upright):
        yield Finding(record.path, None, "other size", ERROR,
                      f"the table says {size[0]}x{size[1]}, the picture is "
                      f"{stored[0]}x{stored[1]}", "Annotate the picture again.")
    if found.mode == "L":
        yield Finding(record.path, None, "grayscale", WARNING, "a picture without colour",
                      "Fine if the camera will see such pictures; else remove it.")
    elif found.mode != "RGB":
        yield Finding(record.path, None, "not RGB", WARNING, f"pixels stored as {found.mode}",
                      "None: it is converted when the records are written.")
    if found.orientation != 1:
        yield Finding(record.path, None, "rotated by EXIF", WARNING,
                      f"orientation {found.orientation}; boxes taken as drawn on "
                      f"{size[0]}x{size[1]}", "Look whether the boxes sit right.")


def _classes(records: Sequence[ImageRecord]) -> List[Finding]:
    spelled: Dict[str, List[str]] = {}
    for name in class_names(records):
        spelled.setdefault(" ".join(name.lower().split()), []).append(name)
    return [Finding("", None, "class names alike", WARNING, f"{names} differ by case or blanks",
                    "Use one spelling.") for names in spelled.values() if len(names) > 1]


def as_rows(findings: Sequence[Finding]) -> List[Dict[str, Any]]:
    """The findings as rows for a table on screen."""
    return [dict(finding._asdict(), object=finding.object or "") for finding in findings]
