"""Tables of boxes as others make them, read into records; :mod:`.csv_columns` recognises them.

Nothing bad in a table stops the rest: it becomes a finding.
"""

from __future__ import annotations

from pathlib import Path
from typing import Dict, Iterable, List, Optional, Sequence, Tuple, Union

from helpers.annotations import csv_columns, numbers, text_io
from helpers.annotations.collector import Collector
from helpers.annotations.csv_columns import Row, is_set
from helpers.annotations.csv_image_rows import place
from helpers.annotations.reading import NOTHING_CHOSEN, ReadOptions
from helpers.annotations.text_io import shown
from helpers.structures.boxes import FLAGS, LabeledBoxes
from helpers.structures.dataset import Annotations, ImageRecord
from helpers.structures.errors import BadInput

EXPECTED = "a table with filename, class, xmin, ymin, xmax and ymax"


def read(
    source: Union[str, Path], images: Union[str, Path], options: ReadOptions = NOTHING_CHOSEN
) -> Annotations:
    """Reads a table as others make them; nothing bad in it stops the rest.

    Args:
        source: the table, or a folder of them.
        images: the image folder.
        options: none is used.

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
    table = _Table(path, layout.relative, collector)
    for image, rows in table.by_image(csv_columns.rows_of(text, layout)).items():
        table.add(image, sorted(rows, key=lambda row: row.line))


class _Table:
    """One table, put into a collector image by image."""

    def __init__(self, path: Path, relative: bool, collector: Collector) -> None:
        self._path, self._relative, self._collector = path, relative, collector

    def by_image(self, rows: Iterable[Row]) -> Dict[str, List[Row]]:
        """The rows of each image that was matched."""
        by_name: Dict[str, List[Row]] = {}
        for row in rows:
            if row.problem:
                self._broken(self._path, f"{place(self._path, row.line)}: {row.problem}")
            else:
                by_name.setdefault(row.fields["filename"].strip(), []).append(row)
        by_image: Dict[str, List[Row]] = {}
        for name, own in by_name.items():
            where = place(self._path, own[0].line)
            image = self._collector.find(self._path, where, name)
            if image is not None and (image in by_image or self._collector.claim(where, image)):
                by_image.setdefault(image, []).extend(own)
        return by_image

    def add(self, image: str, rows: Sequence[Row]) -> None:
        """Adds an image's record, with findings for what is wrong with its rows."""
        with_box = [row for row in rows if any(map(str.strip, _object_texts(row)))]
        if with_box and len(with_box) < len(rows):
            without_box = next(row for row in rows if row not in with_box)
            self._broken(
                image,
                f"{self._path}: {image} both with and without boxes, on "
                f"lines {with_box[0].line} and {without_box.line}",
            )
        size = self._size(image, rows)
        if size is None:
            return
        scale = size if self._relative else (1, 1)
        objects = LabeledBoxes.from_rows(
            (self._object(image, number, row, scale) for number, row in enumerate(with_box, 1)),
            **{name: [is_set(row.fields[name]) for row in with_box] for name in FLAGS},
        )
        self._collector.add(ImageRecord(image, size[0], size[1], objects))

    def _size(self, image: str, rows: Sequence[Row]) -> Optional[Tuple[int, int]]:
        """Width and height as the first row declares them, else from the image's header."""
        declared: Dict[Tuple[int, int], int] = {}
        for row in rows:
            width, height = (numbers.length(row.fields[name]) for name in ("width", "height"))
            if width is not None and height is not None:
                declared.setdefault((width, height), row.line)
        if len(declared) > 1:
            lines = " and ".join(map(str, list(declared.values())[:2]))
            self._broken(image, f"{self._path}: two sizes of {image}, on lines {lines}")
        first: Tuple[object, object] = next(iter(declared), (None, None))
        return self._collector.size(image, *first)

    def _object(
        self, image: str, number: int, row: Row, scale: Tuple[int, int]
    ) -> Tuple[str, Sequence[float]]:
        label, *texts = _object_texts(row)
        box = numbers.numbers(texts)
        if box is None:
            note = self._collector.noting(image, place(self._path, row.line), number, label)
            note("box-invalid", f"expected four numbers, found {shown(texts)}")
            return label, numbers.NO_BOX
        return label, [value * factor for value, factor in zip(box, scale * 2)]

    def _broken(self, path: Union[str, Path], message: str) -> None:
        self._collector.note("annotation-broken-file", path, message)


def _object_texts(row: Row) -> List[str]:
    """Class, xmin, ymin, xmax and ymax as text."""
    return [row.fields[name] for name in ("class", *csv_columns.CORNERS)]
