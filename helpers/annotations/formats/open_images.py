"""Open Images: one table of boxes for all images, and one that names the classes.

``ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,...``, fractions of the
image's width and height; ``LabelName`` is a machine id such as ``/m/0k4j``, which
``class-descriptions*.csv`` beside it names. The table is of millions of images, of which people
have a few, so it is read line by line.
https://storage.googleapis.com/openimages/web/download_v7.html
"""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path
from typing import Dict, Iterator, Mapping, Set, Union

from helpers.annotations import numbers, table_rows, text_io
from helpers.annotations.collector import Collector
from helpers.annotations.csv_image_rows import place
from helpers.annotations.formats.csv_columns import is_set
from helpers.annotations.image_index import SUFFIXES
from helpers.annotations.reading import NOTHING_CHOSEN, ReadOptions
from helpers.annotations.table_rows import TableRow
from helpers.annotations.text_io import shown
from helpers.structures.dataset import Annotations
from helpers.structures.errors import BadInput
from helpers.system import files

_CORNERS = ("xmin", "ymin", "xmax", "ymax")
_NEEDED = {"imageid", "labelname", *_CORNERS}
_FLAGS = {"istruncated": "truncated", "isgroupof": "group_of", "isoccluded": "occluded"}
_KEPT = ("labelname", "source", "isdepiction", "isinside")
EXPECTED = "Open Images' ImageID, LabelName, XMin, XMax, YMin and YMax"
_KEY = "open_images"
_NAME_COLUMNS = ["labelname", "displayname"]
_MACHINE_ID = re.compile(r"/[mg]/\w+")
_PIXELS = "Divide x by the image's width and y by its height, or name the columns as a table's."


def read(
    source: Union[str, Path], images: Union[str, Path], options: ReadOptions = NOTHING_CHOSEN
) -> Annotations:
    """Reads one table of boxes, or all of them below a folder.

    Args:
        source: the table or a folder of them.
        images: the image folder; rows about images that are not in it are counted.
        options: none is used.

    Raises:
        BadInput: one of the two is missing, there is no such table, no row is about an image of
            the folder, or coordinates are pixels.
    """
    collector = Collector(images)
    paths = [path for path in text_io.below(source, table_rows.SUFFIXES) if is_table(path)]
    if not paths:
        raise BadInput.of(source, "no table of boxes", EXPECTED, "Name the format it has.")
    readers = [_Reader(path, _class_names(source, path), collector) for path in paths]
    tables = [(reader.path, list(reader.rows())) for reader in readers]
    for path, rows in tables:
        table_rows.require_shares(path, rows, _PIXELS)
    elsewhere = sum(reader.elsewhere for reader in readers)
    if elsewhere and not any(rows for _, rows in tables):
        raise BadInput.of(
            source,
            f"{elsewhere} rows, none about an image in {images}",
            "rows with ImageIDs that are names of images there",
            "Check the image folder, or take the table of the other subset.",
        )
    if elsewhere:
        message = f"{elsewhere} rows are about images that are not in {images}"
        collector.note("annotation-of-other-images", source, message)
    unnamed = sorted(set().union(*(reader.unnamed for reader in readers)))
    if unnamed:
        collector.note(
            "class-machine-id",
            source,
            f"{len(unnamed)} classes have no name, such as {', '.join(unnamed[:3])}",
        )
    return table_rows.read(collector, tables, _KEY, shares=True)


def is_table(path: Path) -> bool:
    """Whether a file begins as a table of boxes."""
    try:
        with files.reading(path) as stream:
            return recognises(stream.readline(1000))
    except BadInput:
        return False


def recognises(text: str) -> bool:
    """Whether the first line of a table is Open Images'."""
    return _NEEDED.issubset(field.lower() for field in table_rows.first_line(text))


def names_classes(text: str) -> bool:
    """Whether a table names the classes."""
    fields = table_rows.first_line(text)
    return len(fields) == 2 and (
        bool(_MACHINE_ID.fullmatch(fields[0])) or [*map(str.lower, fields)] == _NAME_COLUMNS
    )


def lacks_boxes(text: str) -> bool:
    """Whether a table is Open Images' and of labels or addresses of images, without boxes."""
    names = {field.lower() for field in table_rows.first_line(text)}
    of_labels, of_images = {"imageid", "labelname"} <= names, {"imageid", "originalurl"} <= names
    return (of_labels or of_images) and not names >= _NEEDED


class _Reader:
    """Reads one table.

    Attributes:
        path: of it.
        elsewhere: how many rows were about images that are not in the folder.
        unnamed: the machine ids of classes without a name.
    """

    def __init__(self, path: Path, names: Mapping[str, str], collector: Collector) -> None:
        self.path, self._names, self._collector = path, names, collector
        self.elsewhere = 0
        self.unnamed: Set[str] = set()
        names_of_images = (path.rpartition("/")[2] for path in collector.images.paths)
        self._stems = {os.path.splitext(name.lower())[0] for name in names_of_images}

    def rows(self) -> Iterator[TableRow]:
        """The rows about images of the folder.

        Raises:
            BadInput: the table does not parse.
        """
        with files.reading(self.path) as stream:
            reader = csv.reader(stream)
            try:
                columns = [field.strip().lower() for field in next(reader)]
                for fields in filter(None, reader):
                    if len(fields) != len(columns):
                        self._broken(reader.line_num, f"{len(fields)} fields", len(columns))
                    elif self._stem(fields[columns.index("imageid")]) in self._stems:
                        yield self._row(reader.line_num, dict(zip(columns, fields)))
                    else:
                        self.elsewhere += 1
            except csv.Error as error:
                where = place(self.path, reader.line_num)
                found = f"a line that does not parse ({error})"
                raise BadInput.of(where, found, EXPECTED, "Correct the line.") from error

    def _broken(self, line: int, found: str, expected: int) -> None:
        message = f"{place(self.path, line)}: {found}, expected {expected}"
        self._collector.note("annotation-broken-file", self.path, message)

    def _stem(self, image: str) -> str:
        name = image.lower().rpartition("/")[2]
        stem, suffix = os.path.splitext(name)
        return stem if suffix in SUFFIXES else name

    def _row(self, line: int, row: Mapping[str, str]) -> TableRow:
        own = row["labelname"]
        if own not in self._names and _MACHINE_ID.fullmatch(own):
            self.unnamed.add(own)
        texts = [row[name] for name in _CORNERS]
        return TableRow(
            line,
            row["imageid"],
            self._names.get(own, own),
            texts,
            numbers.numbers(texts),
            flags=frozenset(flag for name, flag in _FLAGS.items() if is_set(row.get(name, ""))),
            extra={name: row[name] for name in _KEPT if name in row},
        )


def _class_names(source: Union[str, Path], table: Path) -> Dict[str, str]:
    """Names by machine id, of the files beside the table, above it or in the source.

    Raises:
        BadInput: two of these files name a class differently.
    """
    folders = [table.parent, table.parent.parent, table.parent.parent / "metadata"]
    beside = [path for folder in folders for path in sorted(folder.glob("*class*.csv"))]
    inside = text_io.below(source, table_rows.SUFFIXES) if Path(source).is_dir() else []
    names: Dict[str, str] = {}
    for path in [*beside, *(path for path in inside if "class" in path.name.lower())]:
        for own, name in _described(path).items():
            if names.setdefault(own, name) != name:
                raise BadInput.of(
                    path,
                    f"{own} called {shown(name)}",
                    f"{shown(names[own])} as in another class-descriptions file",
                    "Remove one of the two files.",
                )
    return names


def _described(path: Path) -> Dict[str, str]:
    """What a file calls machine ids; nothing when it is no such file."""
    try:
        with files.reading(path) as stream:
            return {
                row[0].strip(): row[1].strip()
                for row in csv.reader(stream)
                if len(row) == 2 and _MACHINE_ID.fullmatch(row[0].strip())
            }
    except (BadInput, csv.Error):
        return {}
