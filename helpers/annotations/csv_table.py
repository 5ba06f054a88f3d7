"""The tidy table: ``filename,width,height,class,xmin,ymin,xmax,ymax``, one row a box.

The columns are those of the object detection tutorials. An image without boxes is one row with
an empty class and empty coordinates, so that negatives survive the trip through CSV. Where some
object is truncated, difficult or a group, a column of that name with 0 and 1 follows.
"""

from __future__ import annotations

import csv
import math
import sys
from array import array
from operator import itemgetter
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Dict, Iterator, List, Sequence, TextIO, Tuple, Union

import numpy as np

from helpers.annotations import csv_columns, numbers, text_io
from helpers.annotations.collector import Collector
from helpers.annotations.csv_columns import Row
from helpers.annotations.text_io import shown
from helpers.structures.boxes import FLAGS, LabeledBoxes
from helpers.structures.dataset import Annotations, ImageRecord
from helpers.structures.errors import BadInput
from helpers.system import files

if TYPE_CHECKING:
    import pandas

EXPECTED = "a table with filename, class, xmin, ymin, xmax and ymax"
COLUMNS = ("filename", "width", "height", "class", "xmin", "ymin", "xmax", "ymax")
_AGAIN = "Make it again with: python -m helpers csv"


def frame(records: Sequence[ImageRecord]) -> pandas.DataFrame:
    """The table of these records, sorted by filename; boxes keep their order on an image."""
    import pandas  # not in the training image, where tables are only read

    flags = [name for name in FLAGS if any(record.objects.flags(name).any() for record in records)]
    rows: List[Tuple] = []
    for record in sorted(records, key=lambda record: record.path):
        place = (record.path, record.width, record.height)
        flagged = list(zip(*(record.objects.flags(name).tolist() for name in flags)))
        objects = zip(
            record.objects.labels,
            record.objects.boxes.tolist(),
            flagged or [()] * len(record.objects),
        )
        rows.extend(place + (label, *box, *map(int, own)) for label, box, own in objects)
        if not len(record.objects):
            rows.append(place + ("", None, None, None, None, *[None] * len(flags)))
    return pandas.DataFrame(rows, columns=[*COLUMNS, *flags])


def write(records: Sequence[ImageRecord], path: Union[str, Path]) -> Path:
    """Writes the table as UTF-8 CSV, whole numbers without a decimal point.

    Raises:
        BadInput: there is no record.
    """
    if not records:
        raise BadInput.of(path, "no image", "at least one", "Annotate some images first.")
    text = frame(records).to_csv(index=False, float_format="%.7g")
    return files.write_text(path, text.replace("\r\n", "\n"))


def read(path: Union[str, Path]) -> List[ImageRecord]:
    """Reads the table back; columns of other names are passed over.

    Raises:
        BadInput: columns are missing, or a row holds what no image can; names file and line.
    """
    images: Dict[str, _Image] = {}
    for line, row in _rows(path):
        image = images.get(row[0])
        if image is None:
            image = images[row[0]] = _Image(path, line, row)
        image.add(line, row)
    return [images.pop(name).record() for name in sorted(images)]


def _rows(path: Union[str, Path]) -> Iterator[Tuple[int, Sequence[str]]]:
    """The line of each row, for messages, and its fields as ``COLUMNS``, then ``FLAGS``, name them.

    Without a column for a single flag, ``COLUMNS`` is all there is.
    """
    with files.reading(path) as stream:
        lines = _lines(path, stream)
        _, columns = next(lines, (0, []))
        odd = [name for name in COLUMNS if columns.count(name) != 1]
        if odd:
            raise BadInput.of(
                path,
                f"the column {odd[0]!r} {columns.count(odd[0])} times",
                f"each of {','.join(COLUMNS)} once",
                _AGAIN,
            )
        lacking = len(columns)  # where an empty field is put, for the flags without a column
        flags = [columns.index(name) if name in columns else lacking for name in FLAGS]
        flagged = set(flags) != {lacking}
        chosen = itemgetter(*map(columns.index, COLUMNS), *flags * flagged)
        number = 0
        for number, fields in lines:
            if len(fields) != len(columns):
                raise BadInput.of(
                    _place(path, number),
                    f"{len(fields)} fields",
                    f"{len(columns)} as in the first line",
                    "Correct the row.",
                )
            if flagged:
                fields.append("")
            yield number, chosen(fields)
        if not number:
            raise BadInput.of(path, "no row", "at least one image", "Annotate some images first.")


def _lines(path: Union[str, Path], stream: TextIO) -> Iterator[Tuple[int, List[str]]]:
    reader = csv.reader(stream, strict=True)
    try:
        for fields in reader:
            if fields:
                yield reader.line_num, fields
    except csv.Error as error:
        raise BadInput.of(
            path, f"a table that does not parse ({error})", ",".join(COLUMNS), _AGAIN
        ) from error


def _place(path: Union[str, Path], line: int) -> str:
    return f"{path}, line {line}"


class _Image:
    """What the rows of one image say, kept small: of a million images there are many rows."""

    __slots__ = (
        "_path",
        "_line",
        "_name",
        "_sides",
        "_size",
        "_labels",
        "_corners",
        "_flags",
        "_bare",
    )

    def __init__(self, path: Union[str, Path], line: int, row: Sequence[str]):
        name, width, height = row[:3]
        if not name or PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise BadInput.of(
                _place(path, line),
                f"the filename {name!r}",
                "one relative to the image folder",
                "Correct the row.",
            )
        self._path, self._line, self._name, self._sides = path, line, name, row[1:3]
        self._size = self._side(line, width), self._side(line, height)
        self._labels: List[str] = []
        self._corners, self._flags = array("d"), array("b")
        self._bare = 0

    def add(self, line: int, row: Sequence[str]) -> None:
        """Takes one more row."""
        if row[1:3] != self._sides:
            self._compare_size(line, row)
        label, corners = row[3], row[4 : len(COLUMNS)]
        if label or any(corners):
            self._corners.extend(self._box(line, label, corners))
            self._flags.extend(map(_is_set, row[len(COLUMNS) :]))
            self._labels.append(sys.intern(label))
        else:
            self._bare += 1

    def _compare_size(self, line: int, row: Sequence[str]) -> None:
        if (self._side(line, row[1]), self._side(line, row[2])) != self._size:
            raise BadInput.of(
                _place(self._path, line),
                f"another size of {self._name}",
                f"{self._size[0]}x{self._size[1]} as in line {self._line}",
                "Correct the row.",
            )

    def _side(self, line: int, text: str) -> int:
        number = self._number(line, text)
        if number < 1 or number != int(number):
            raise BadInput.of(
                _place(self._path, line),
                f"a side of {text}",
                "a whole number of pixels from 1",
                "Correct the row.",
            )
        return int(number)

    def _box(self, line: int, label: str, corners: Sequence[str]) -> Sequence[float]:
        width, height = self._size
        try:
            left, top, right, bottom = box = tuple(map(float, corners))
        except ValueError:
            left, top, right, bottom = box = self._numbers(line, corners)
        inside = 0 <= left < right <= width and 0 <= top < bottom <= height
        if not inside or not label or label != label.strip():
            box = self._numbers(line, corners)
            raise BadInput.of(
                _place(self._path, line),
                f"{label!r} {box} on {self._name}",
                f"a class without blanks around it and 0 <= xmin < xmax <= {width}, "
                f"0 <= ymin < ymax <= {height}",
                "Correct the row.",
            )
        return box

    def _numbers(self, line: int, texts: Sequence[str]) -> List[float]:
        return [self._number(line, text) for text in texts]

    def _number(self, line: int, text: str) -> float:
        try:
            number = float(text)
        except ValueError as error:
            raise BadInput.of(
                _place(self._path, line), repr(text), "a number", "Correct the row."
            ) from error
        if not math.isfinite(number):
            raise BadInput.of(
                _place(self._path, line), repr(text), "a finite number", "Correct the row."
            )
        return number

    def record(self) -> ImageRecord:
        """The image, once all rows are read."""
        if self._bare and self._bare + len(self._labels) > 1:
            raise BadInput.of(
                _place(self._path, self._line),
                f"{self._name} both with and without boxes",
                "one or the other",
                "Remove the row without a box.",
            )
        boxes = np.array(self._corners, np.float32).reshape(-1, 4)
        flags: List = [None] * len(FLAGS)
        if self._flags:
            flags = [self._flags[number :: len(FLAGS)] for number in range(len(FLAGS))]
        return ImageRecord(
            self._name, *self._size, LabeledBoxes(boxes, tuple(self._labels), None, *flags)
        )


def _is_set(text: str) -> bool:
    return text not in ("", "0") and numbers.number(text) == 1


def read_annotations(source: Union[str, Path], images: Union[str, Path]) -> Annotations:
    """Reads a table as others make them; see ``columns``. Nothing bad in it stops the rest.

    Args:
        source: the table, or a folder of them.
        images: the image folder.

    Raises:
        BadInput: one of the two is missing, or there is no table of boxes.
    """
    collector = Collector(images)
    problems = []
    paths = text_io.below(source, (".csv", ".tsv"))
    for path in paths:
        try:
            _read_table(path, collector)
        except BadInput as problem:
            problems.append(problem)
            collector.note("annotation-broken-file", path, str(problem).rstrip("."))
    if len(problems) == len(paths):
        raise BadInput.several("tables that cannot be read", problems)
    return collector.annotations()


def _read_table(path: Path, collector: Collector) -> None:
    text = text_io.text_of(path)
    layout = csv_columns.layout_of(text)
    if layout is None:
        raise BadInput.of(
            path,
            f"the first line {shown(text.partition(chr(10))[0])}",
            EXPECTED,
            "Name the columns so.",
        )
    by_name: Dict[str, List[Row]] = {}
    for row in csv_columns.rows_of(text, layout):
        if row.problem:
            collector.note(
                "annotation-broken-file", path, f"{path}, line {row.line}: {row.problem}"
            )
        else:
            by_name.setdefault(row.fields["filename"].strip(), []).append(row)
    by_image: Dict[str, List[Row]] = {}
    for name, rows in by_name.items():
        where = f"{path}, line {rows[0].line}"
        image = collector.find(path, where, name)
        if image is not None and (image in by_image or collector.claim(where, image)):
            by_image.setdefault(image, []).extend(rows)
    for image, rows in by_image.items():
        _add(path, image, sorted(rows, key=lambda row: row.line), layout.relative, collector)


def _add(path: Path, image: str, rows: Sequence[Row], relative: bool, collector: Collector) -> None:
    boxed = [
        row
        for row in rows
        if any(row.fields[name].strip() for name in ("class",) + csv_columns.CORNERS)
    ]
    if boxed and len(boxed) < len(rows):
        collector.note(
            "annotation-broken-file",
            image,
            f"{path}: {image} both with and without boxes, on "
            f"lines {boxed[0].line} and {next(r for r in rows if r not in boxed).line}",
        )
    declared = {}
    for row in rows:
        sides = numbers.length(row.fields["width"]), numbers.length(row.fields["height"])
        if None not in sides:
            declared.setdefault(sides, row.line)
    if len(declared) > 1:
        lines = " and ".join(map(str, list(declared.values())[:2]))
        collector.note(
            "annotation-broken-file", image, f"{path}: two sizes of {image}, on lines {lines}"
        )
    size = collector.size(image, *next(iter(declared), (None, None)))
    if size is None:
        return
    objects = [
        _object(path, image, number, row, size if relative else (1, 1), collector)
        for number, row in enumerate(boxed, start=1)
    ]
    collector.add(
        ImageRecord(
            image,
            size[0],
            size[1],
            LabeledBoxes.from_rows(
                objects, **{name: [_is_set(row.fields[name]) for row in boxed] for name in FLAGS}
            ),
        )
    )


def _object(
    path: Path, image: str, number: int, row: Row, scale: Tuple[int, int], collector: Collector
) -> Tuple[str, Sequence[float]]:
    label = row.fields["class"]
    texts = [row.fields[name] for name in csv_columns.CORNERS]
    box = numbers.numbers(texts)
    if box is None:
        note = collector.noting(image, f"{path}, line {row.line}", number, label)
        note("box-invalid", f"expected four numbers, found {shown(texts)}")
        return label, numbers.NO_BOX
    return label, [value * side for value, side in zip(box, scale * 2)]
