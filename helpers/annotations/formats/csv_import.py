"""Tables of boxes as others make them, read into records; :mod:`.csv_columns` recognises them.

Nothing bad in a table stops the rest: it becomes a finding.
"""

from __future__ import annotations

from pathlib import Path
from typing import Dict, Iterable, Iterator, List, Optional, Sequence, Tuple, Union

from helpers.annotations import box_units, numbers, text_io
from helpers.annotations.collector import Collector
from helpers.annotations.csv_image_rows import place
from helpers.annotations.formats import csv_columns, csv_meaning
from helpers.annotations.formats.csv_columns import CLASS, FILENAME, Layout, Row, is_set
from helpers.annotations.given_split import SPLIT, SPLIT_NAMES, split_named
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
        options: its ``columns`` says what the columns hold; empty lets the first line and all
            rows tell.

    Raises:
        BadInput: one of the two is missing, there is no table of boxes, or the columns can be
            taken in several ways.
    """
    collector = Collector(images)
    problems = []
    tables: Dict[Tuple[object, ...], List[_Table]] = {}
    paths = text_io.below(source, (".csv", ".tsv"))
    for path in paths:
        try:
            table = _table(path, options.columns, collector)
            tables.setdefault(table.kind, []).append(table)
        except BadInput as problem:
            problems.append(problem)
            collector.note("annotation-broken-file", path, str(problem).rstrip("."))
    if len(problems) == len(paths):
        raise BadInput.several("tables that cannot be read", problems)
    for group in tables.values():
        layout, *others = group[0].layouts
        if others:
            rows = [row for table in group for row in table.objects()]
            layout = csv_meaning.decide(group[0].path, group[0].layouts, rows)
        for table in group:
            if not options.columns and not layout.is_plain:
                message = f"its columns are read as {layout.as_text()}"
                collector.note("annotation-interpreted", table.path, message)
            table.add(layout)
    annotations = collector.annotations()
    records, findings = box_units.in_pixels(source, annotations.records)
    return Annotations(records, annotations.findings + findings)


def _table(path: Path, columns: str, collector: Collector) -> _Table:
    text = text_io.text_of(path)
    layouts = csv_columns.layouts_of(text)
    if columns:
        layouts = csv_columns.named(path, columns, text)
    if not layouts:
        raise BadInput.of(
            path,
            f"the first line {shown(text.partition(chr(10))[0])}",
            EXPECTED,
            "Name the columns so.",
        )
    return _Table(path, text, layouts, collector)


class _Table:
    """One table, put into a collector image by image.

    Attributes:
        path: the file.
        layouts: that its first line leaves open.
    """

    def __init__(
        self, path: Path, text: str, layouts: Sequence[Layout], collector: Collector
    ) -> None:
        self.path, self.layouts, self._collector = path, layouts, collector
        self._images: List[Tuple[str, Tuple[int, int], List[Row]]] = []
        for image, rows in self._by_image(csv_columns.rows_of(text, layouts[0])).items():
            rows = sorted(rows, key=lambda row: row.line)
            size = self._size(image, rows)
            if size is not None:
                self._images.append((image, size, rows))

    @property
    def kind(self) -> Tuple[str, ...]:
        """What tables of one layout share."""
        return tuple(f"{layout.headless} {layout.as_text()}" for layout in self.layouts)

    def objects(self) -> Iterator[Tuple[Row, Tuple[int, int]]]:
        """The rows that are about an object, and the sizes of their images."""
        for _, size, rows in self._images:
            yield from ((row, size) for row in rows if self._is_object(row))

    def _is_object(self, row: Row) -> bool:
        layout = self.layouts[0]
        label = layout.text(row, CLASS).strip()
        return bool(label) or any(text.strip() for text in layout.box_texts(row))

    def _by_image(self, rows: Iterable[Row]) -> Dict[str, List[Row]]:
        """The rows of each image that was matched."""
        by_name: Dict[str, List[Row]] = {}
        for row in rows:
            if row.problem:
                self._broken(self.path, f"{place(self.path, row.line)}: {row.problem}")
            else:
                by_name.setdefault(self.layouts[0].text(row, FILENAME).strip(), []).append(row)
        by_image: Dict[str, List[Row]] = {}
        for name, own in by_name.items():
            where = place(self.path, own[0].line)
            image = self._collector.find(self.path, where, name)
            if image is not None and (image in by_image or self._collector.claim(where, image)):
                by_image.setdefault(image, []).extend(own)
        return by_image

    def _size(self, image: str, rows: Sequence[Row]) -> Optional[Tuple[int, int]]:
        """Width and height as the first row declares them, else from the image's header."""
        declared: Dict[Tuple[int, int], int] = {}
        texts: Dict[Tuple[str, str], int] = {}
        for row in rows:
            own = self.layouts[0].text(row, "width"), self.layouts[0].text(row, "height")
            texts.setdefault(own, row.line)
        for (width_text, height_text), line in texts.items():
            width, height = numbers.length(width_text), numbers.length(height_text)
            if width is not None and height is not None:
                declared.setdefault((width, height), line)
        if len(declared) > 1:
            lines = " and ".join(map(str, list(declared.values())[:2]))
            self._broken(image, f"{self.path}: two sizes of {image}, on lines {lines}")
        first: Tuple[object, object] = next(iter(declared), (None, None))
        return self._collector.size(image, *first)

    def add(self, layout: Layout) -> None:
        """Adds the records of all images, with findings for what is wrong with their rows."""
        for image, size, rows in self._images:
            with_box = [row for row in rows if self._is_object(row)]
            if with_box and len(with_box) < len(rows):
                without_box = next(row for row in rows if row not in with_box)
                self._broken(
                    image,
                    f"{self.path}: {image} both with and without boxes, on "
                    f"lines {with_box[0].line} and {without_box.line}",
                )
            scale = size if layout.relative else (1, 1)
            objects = LabeledBoxes.from_rows(
                (
                    self._object(image, number, row, layout, scale)
                    for number, row in enumerate(with_box, 1)
                ),
                **{
                    name: [is_set(layout.text(row, name)) for row in with_box]
                    for name in FLAGS
                    if name in layout.places
                },
            )
            self._collector.add(ImageRecord(image, *size, objects, self._extra(rows, layout)))

    @staticmethod
    def _extra(rows: Sequence[Row], layout: Layout) -> Dict[str, str]:
        """The split of an image where a column says so; of several the first, to train on."""
        if SPLIT not in layout.places:
            return {}
        splits = {split_named(layout.text(row, SPLIT).strip()) for row in rows}
        first = next((name for name in SPLIT_NAMES if name in splits), "")
        return {SPLIT: first} if first else {}

    def _object(
        self, image: str, number: int, row: Row, layout: Layout, scale: Tuple[int, int]
    ) -> Tuple[str, Sequence[float]]:
        label, texts = layout.text(row, CLASS), layout.box_texts(row)
        four = numbers.numbers(texts, 4)
        if four is None:
            note = self._collector.noting(image, place(self.path, row.line), number, label)
            note("box-invalid", f"expected four numbers, found {shown(texts)}")
            return label, numbers.NO_BOX
        return label, [value * factor for value, factor in zip(layout.corners(four), scale * 2)]

    def _broken(self, path: Union[str, Path], message: str) -> None:
        self._collector.note("annotation-broken-file", path, message)
