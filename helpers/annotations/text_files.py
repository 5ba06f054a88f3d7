"""Formats of one text file per image and one line per object: which files, which image, where to.

:mod:`.yolo` has rules of its own.
"""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath
from typing import Callable, Dict, Iterator, List, Mapping, NamedTuple, Sequence, Tuple, Union

from helpers.annotations import text_io
from helpers.annotations.collector import Collector
from helpers.annotations.text_io import shown
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput

# Text files of other programs beside the annotations.
_OTHER = re.compile(r"(readme.*|license.*|notes|requirements|classes|train|val|valid|test)\.txt")


class TextFile(NamedTuple):
    """One file that is about an image.

    Attributes:
        path: of it.
        lines: those with anything in them.
        image: relative to the image folder.
        size: width and height of the image, pixels.
    """

    path: Path
    lines: List[str]
    image: str
    size: Tuple[int, int]


def below(root: Path, folders: Sequence[str]) -> List[Path]:
    """The text files of annotations; only those below folders of these names, if there are any."""
    paths = [
        path
        for path in text_io.below(root, (".txt",))
        if not _OTHER.fullmatch(path.name.lower()) or path == root
    ]
    named = {path: path.parts[len(root.parts) : -1] for path in paths}
    inside = [path for path in paths if {*map(str.lower, named[path])} & {*folders}]
    return inside or paths


def matched(
    paths: Sequence[Path],
    collector: Collector,
    is_line: Callable[[str], bool],
    image_name: Callable[[Path], str],
) -> Iterator[TextFile]:
    """The files that can be read and are about an image; a finding for each other.

    Args:
        paths: of the files.
        collector: that takes the findings.
        is_line: tells whether a line is of the format.
        image_name: where the image of a file would lie, without suffix.
    """
    for path in paths:
        try:
            lines = lines_of(path)
        except BadInput as problem:
            collector.note("annotation-broken-file", path, str(problem).rstrip("."))
            continue
        if lines and not any(map(is_line, lines)):
            message = f"{path}: no line is of this format"
            collector.note("annotation-other-format", path, message)
            continue
        taken = collector.take(str(path), collector.find(path, str(path), image_name(path)))
        if taken is not None:
            yield TextFile(path, lines, *taken)


def lines_of(path: Path) -> List[str]:
    """The lines of a file with anything in them.

    Raises:
        BadInput: it cannot be read.
    """
    return [line for line in text_io.lines_of(text_io.text_of(path)) if line.strip()]


def has_lines(path: Path, is_line: Callable[[str], bool]) -> bool:
    """Whether a file has lines, the first of which is of a format."""
    return any(map(is_line, lines_of(path)[:1]))


def require_lines(
    source: Union[str, Path], paths: Sequence[Path], is_line: Callable[[str], bool], expected: str
) -> None:
    """Requires files of a format; where all are empty, no image has an object.

    Raises:
        BadInput: a file has lines, and none has lines of the format.
    """
    problems = []
    for path in paths:
        try:
            first = lines_of(path)[:1]
        except BadInput as problem:
            problems.append(problem)
            continue
        if any(map(is_line, first)):
            return
        if first:
            remedy = "Name the format it has."
            problems.append(BadInput.of(path, f"the line {shown(first[0])}", expected, remedy))
    if problems:
        raise BadInput.several(f"{source}: files that cannot be used", problems)


def renamed(path: Path, folders: Mapping[str, str]) -> str:
    """A path without its suffix, in which folders of labels are those of the images."""
    parts = Path(os.path.abspath(str(path))).with_suffix("").parts[1:]
    return "/".join(folders.get(part.lower(), part) for part in parts)


def places(records: Sequence[ImageRecord], out: Union[str, Path]) -> Dict[Path, ImageRecord]:
    """The file of each image, in the same subfolders as the images.

    Raises:
        BadInput: two images differ by their suffix alone.
    """
    by_place: Dict[Path, ImageRecord] = {}
    for record in records:
        place = (Path(out) / PurePosixPath(record.path)).with_suffix(".txt")
        if by_place.setdefault(place, record) is not record:
            raise BadInput.of(
                place,
                f"a second image of that name, {record.path}",
                "one image per file",
                "Rename one of the two.",
            )
    return by_place
