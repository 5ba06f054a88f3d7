"""Text of the OIDv4 toolkit: boxes of Open Images with their classes' names, in pixels.

One text file per image in a folder ``Label`` beside the images, one line
``class x_min y_min x_max y_max`` per object; a class may have blanks in its name.
https://github.com/EscVM/OIDv4_ToolKit
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Tuple, Union

from helpers.annotations import numbers, text_files
from helpers.annotations.collector import Collector
from helpers.annotations.reading import NOTHING_CHOSEN, ReadOptions
from helpers.annotations.text_files import TextFile
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import Annotations, ImageRecord
from helpers.structures.errors import BadInput
from helpers.structures.findings import short

EXPECTED = "the OIDv4 toolkit's class x_min y_min x_max y_max, in pixels"
_FOLDER = "label"
_PHOTO_ID = re.compile(r"[0-9a-f]{16}")  # by Open Images, each of another photo


def read(
    source: Union[str, Path], images: Union[str, Path], options: ReadOptions = NOTHING_CHOSEN
) -> Annotations:
    """Reads every text file below a folder.

    Args:
        source: the folder, or one file.
        images: the image folder. ``Apple/Label/a.txt`` prefers ``Apple/a.jpg`` to another
            ``a.jpg``.
        options: none is used.

    Raises:
        BadInput: one of the two is missing, no file is of the format, or the numbers are
            fractions.
    """
    collector = Collector(images)
    paths = text_files.below(Path(source), (_FOLDER,))
    text_files.require_lines(source, paths, is_line, EXPECTED)
    found = list(text_files.matched(paths, collector, is_line, _image_name))
    _require_pixels(source, found)
    for file in _joined(found, source, collector):
        rows = [_row(file, number, line, collector) for number, line in enumerate(file.lines, 1)]
        collector.add(ImageRecord(file.image, *file.size, LabeledBoxes.from_rows(rows)))
    return collector.annotations()


def is_line(line: str) -> bool:
    """Whether a line is of this format: a class that is not all numbers, and four numbers."""
    label, box = _parsed(line)
    return box is not None and numbers.numbers(label.split()) is None


def is_file(path: Path) -> bool:
    """Whether a file is of this format, and of pixels."""
    lines = text_files.lines_of(path)
    boxes = [_parsed(line)[1] for line in lines]
    return any(map(is_line, lines[:1])) and any(box and max(box) > 1 for box in boxes)


def _parsed(line: str) -> Tuple[str, Optional[List[float]]]:
    words = line.strip().rsplit(maxsplit=4)
    return words[0], numbers.numbers(words[1:], 4)


def _image_name(path: Path) -> str:
    parts = Path(os.path.abspath(str(path))).with_suffix("").parts[1:]
    return "/".join(part for part in parts if part.lower() != _FOLDER)


def _joined(
    found: Sequence[TextFile], source: Union[str, Path], collector: Collector
) -> List[TextFile]:
    """One file a photo: the toolkit copies it into the folder of each class that is on it."""
    by_photo: Dict[str, TextFile] = {}
    for file in found:
        stem = file.path.stem.lower()
        photo = stem if _PHOTO_ID.fullmatch(stem) else file.image
        first = by_photo.setdefault(photo, file)
        if first is not file:
            by_photo[photo] = first._replace(lines=first.lines + file.lines)
    copies = len(found) - len(by_photo)
    if copies:
        collector.note("image-copies-joined", source, f"{copies} images are copies of others")
    return list(by_photo.values())


def _require_pixels(source: Union[str, Path], found: Sequence[TextFile]) -> None:
    boxes = [_parsed(line)[1] for file in found for line in file.lines]
    known = [box for box in boxes if box is not None]
    if known and all(value <= 1 for box in known for value in box):
        raise BadInput.of(
            source,
            "numbers from 0 to 1 alone, which may be corners or center and size",
            EXPECTED,
            "Write them as YOLO text, with the class ids' names in classes.txt, or as a table.",
        )


def _row(
    file: TextFile, number: int, line: str, collector: Collector
) -> Tuple[str, Sequence[float]]:
    label, box = _parsed(line)
    if box is None:
        note = collector.noting(file.image, file.path, number, label)
        note("box-invalid", f"expected {EXPECTED}, found {short(line)}")
    return label, box or numbers.NO_BOX
