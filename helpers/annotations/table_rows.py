"""Tables of other programs about many images: found, recognised, and put together by image.

For programs whose columns are known; :mod:`.csv_columns` has the tables that anybody may make.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import (
    Any,
    Callable,
    Dict,
    FrozenSet,
    Iterable,
    Iterator,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
    Union,
)

from helpers.annotations import numbers, text_io
from helpers.annotations.collector import Collector
from helpers.annotations.csv_image_rows import place
from helpers.annotations.formats.csv_columns import parsed
from helpers.annotations.given_split import SPLIT
from helpers.annotations.text_io import shown
from helpers.structures.boxes import FLAGS, LabeledBoxes
from helpers.structures.dataset import Annotations, ImageRecord
from helpers.structures.errors import BadInput
from helpers.structures.findings import Finding

SUFFIXES = (".csv", ".tsv")
_SEPARATORS = (",", ";", "\t")
_QUOTED = re.compile(r'"[^"]*"')
_LARGEST_SHARE = 2.0  # a box may reach beyond its image, but not that far
Line = Tuple[int, List[str]]  # its number in the file, from 1, and its fields


class TableRow(NamedTuple):
    """One row: an object, or an image without any.

    Attributes:
        line: its number in the file, from 1.
        image: the image as the table names it.
        label: the class.
        texts: the numbers of the box as they stand; blank on an image without objects.
        box: ``[x_min, y_min, x_max, y_max]``, in pixels or as fractions of the image's width and
            height; ``None`` where the texts are no box.
        size: width and height as declared, whatever they are.
        flags: those of ``FLAGS`` that are set.
        extra: what else is said of the object.
        image_extra: what else is said of the image; that of its first row is kept.
        split: that the image was given, ``train``, ``eval`` or ``test``; empty for none.
    """

    line: int
    image: str
    label: str
    texts: Sequence[str]
    box: Optional[Sequence[float]]
    size: Tuple[Any, Any] = (None, None)
    flags: FrozenSet[str] = frozenset()
    extra: Mapping[str, Any] = {}
    image_extra: Mapping[str, Any] = {}
    split: str = ""

    @property
    def is_object(self) -> bool:
        """Whether it is about an object, and not about an image that has none."""
        return any(text.strip() for text in (self.label, *self.texts))


def first_line(text: str) -> List[str]:
    """The fields of the first row with anything in it; a blank one where it does not parse."""
    start = text.lstrip("\r\n")
    rows = csv.reader(io.StringIO(start, newline=""), delimiter=_separator(start))
    try:
        return [field.strip() for field in next(filter(any, rows), [""])]
    except csv.Error:
        return [""]


def _separator(text: str) -> str:
    """The separator that stands most often in the first line with text, outside of quotes."""
    line = next((line for line in text.split("\n") if line.strip()), "")
    return max(_SEPARATORS, key=_QUOTED.sub("", line).count)


def lines_of(text: str, path: Path, collector: Collector) -> Iterator[Line]:
    """The lines of a table with anything in them; a finding for each that does not parse."""
    for number, fields, problem in parsed(text.split("\n"), _separator(text)):
        if problem:
            collector.note("annotation-broken-file", path, f"{place(path, number)}: {problem}")
        elif any(field.strip() for field in fields):
            yield number, fields


def documents(
    source: Union[str, Path],
    recognises: Callable[[str], bool],
    expected: str,
    findings: List[Finding],
) -> Iterator[Tuple[Path, str]]:
    """The tables of one program: one file, or all below a folder.

    Args:
        source: the file or folder.
        recognises: tells from its text whether a table is of that program.
        expected: what its tables are called.
        findings: where the files of a folder that cannot be used are listed.

    Yields:
        Path and text of each.

    Raises:
        BadInput: there is none.
    """
    return text_io.documents_among(
        text_io.below(source, SUFFIXES),
        text_io.text_of,
        lambda text: (
            ""
            if recognises(text)
            else f"the first line {shown(text.lstrip().partition(chr(10))[0].rstrip())}"
        ),
        expected,
        findings,
    )


def require_shares(path: Path, rows: Iterable[TableRow], remedy: str) -> None:
    """Requires that coordinates which a program writes as fractions are no pixels.

    Raises:
        BadInput: one lies far outside of 0..1; names its line.
    """
    for row in rows:
        if row.box is not None and any(abs(value) > _LARGEST_SHARE for value in row.box):
            raise BadInput.of(
                place(path, row.line),
                f"the coordinates {shown(list(row.texts))}",
                "fractions of the image's width and height, 0 to 1",
                remedy,
            )


def read(
    collector: Collector, tables: Iterable[Tuple[Path, Sequence[TableRow]]], key: str, shares: bool
) -> Annotations:
    """The annotations of these tables.

    Args:
        collector: that takes records and findings.
        tables: the rows of each file.
        key: under which records keep what else is said of images and objects, and the name of the
            image as it stands.
        shares: boxes are fractions of the image's width and height, not pixels.
    """
    for path, rows in tables:
        table = _Table(path, collector, key, shares)
        for image, own in table.by_image(rows).items():
            table.add(image, own)
    return collector.annotations()


class _Table:
    """One table, put into a collector image by image."""

    def __init__(self, path: Path, collector: Collector, key: str, shares: bool) -> None:
        self._path, self._collector, self._key, self._shares = path, collector, key, shares

    def by_image(self, rows: Iterable[TableRow]) -> Dict[str, List[TableRow]]:
        """The rows of each image that was matched, in their order."""
        by_name: Dict[str, List[TableRow]] = {}
        for row in rows:
            by_name.setdefault(row.image.strip(), []).append(row)
        by_image: Dict[str, List[TableRow]] = {}
        for name, own in by_name.items():
            where = place(self._path, own[0].line)
            image = self._collector.find(self._path, where, name)
            if image is not None and (image in by_image or self._collector.claim(where, image)):
                by_image.setdefault(image, []).extend(own)
        return {image: sorted(own, key=lambda row: row.line) for image, own in by_image.items()}

    def add(self, image: str, rows: Sequence[TableRow]) -> None:
        """Adds an image's record, with findings for what is wrong with its rows."""
        objects = [row for row in rows if row.is_object]
        bare = [row for row in rows if not row.is_object]
        if objects and bare:
            self._contradiction(f"{image} both with and without boxes", objects[0], bare[0])
        self._compare(image, rows, "sizes", lambda row: row.size)
        self._compare(image, rows, "entries", lambda row: row.image_extra)
        size = self._collector.size(image, *rows[0].size)
        if size is None:
            return
        scale = size if self._shares else (1, 1)
        flags = {
            name: [name in row.flags for row in objects]
            for name in FLAGS
            if any(name in row.flags for row in objects)
        }
        boxes = LabeledBoxes.from_rows(
            (self._object(image, number, row, scale) for number, row in enumerate(objects, 1)),
            extras=[{self._key: dict(row.extra)} for row in objects],
            **flags,
        )
        extra = {self._key: {"name": rows[0].image, **rows[0].image_extra}}
        given = {SPLIT: rows[0].split} if rows[0].split else {}
        self._collector.add(ImageRecord(image, *size, boxes, {**extra, **given}))

    def _compare(
        self, image: str, rows: Sequence[TableRow], what: str, value: Callable[[TableRow], Any]
    ) -> None:
        other = next((row for row in rows if value(row) != value(rows[0])), None)
        if other is not None:
            self._contradiction(f"two {what} of {image}", rows[0], other)

    def _contradiction(self, message: str, first: TableRow, second: TableRow) -> None:
        self._collector.note(
            "annotation-broken-file",
            self._path,
            f"{self._path}: {message}, on lines {first.line} and {second.line}",
        )

    def _object(
        self, image: str, number: int, row: TableRow, scale: Tuple[int, int]
    ) -> Tuple[str, Sequence[float]]:
        if row.box is None:
            where = place(self._path, row.line)
            note = self._collector.noting(image, where, number, row.label)
            note("box-invalid", f"expected four numbers, found {shown(list(row.texts))}")
            return row.label, numbers.NO_BOX
        return row.label, [value * factor for value, factor in zip(row.box, scale * 2)]
