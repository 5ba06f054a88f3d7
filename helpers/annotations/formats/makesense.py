"""makesense.ai's table of rectangles, with a first line of names or, before 2022, without.

``label_name,bbox_x,bbox_y,bbox_width,bbox_height,image_name,image_width,image_height``, pixels.
Images without rectangles are not in it.
https://github.com/SkalskiP/make-sense (src/logic/export/RectLabelsExporter.ts)
"""

from __future__ import annotations

from pathlib import Path
from typing import Iterator, List, Sequence, Union

from helpers.annotations import numbers, table_rows
from helpers.annotations.collector import Collector
from helpers.annotations.image_index import SUFFIXES
from helpers.annotations.reading import NOTHING_CHOSEN, ReadOptions
from helpers.annotations.table_rows import Line, TableRow
from helpers.structures.dataset import Annotations

_COLUMNS = (
    "label_name",
    "bbox_x",
    "bbox_y",
    "bbox_width",
    "bbox_height",
    "image_name",
    "image_width",
    "image_height",
)
EXPECTED = f"makesense.ai's {','.join(_COLUMNS)}"
_KEY = "makesense"


def read(
    source: Union[str, Path], images: Union[str, Path], options: ReadOptions = NOTHING_CHOSEN
) -> Annotations:
    """Reads one table, or all of them below a folder.

    Args:
        source: the table or a folder of them.
        images: the image folder.
        options: none is used.

    Raises:
        BadInput: one of the two is missing, or there is no such table.
    """
    collector = Collector(images)
    tables = [
        (path, list(_rows(table_rows.lines_of(text, path, collector), path, collector)))
        for path, text in table_rows.documents(source, recognises, EXPECTED, collector.findings)
    ]
    return table_rows.read(collector, tables, _KEY, shares=False)


def recognises(text: str) -> bool:
    """Whether the first line of a table is makesense.ai's."""
    fields = table_rows.first_line(text)
    return _is_header(fields) or (
        len(fields) == len(_COLUMNS)
        and fields[5].lower().endswith(SUFFIXES)
        and numbers.numbers(fields[1:5]) is not None
        and all(numbers.length(field) is not None for field in fields[6:])
    )


def _is_header(fields: Sequence[str]) -> bool:
    return set(_COLUMNS).issubset(field.strip().lower() for field in fields)


def _rows(lines: Iterator[Line], path: Path, collector: Collector) -> Iterator[TableRow]:
    columns: List[str] = list(_COLUMNS)
    for line, fields in lines:
        if _is_header(fields):
            columns = [field.strip().lower() for field in fields]
            continue
        if len(fields) != len(columns):
            collector.note(
                "annotation-broken-file",
                path,
                f"{path}, line {line}: {len(fields)} fields, expected {len(columns)}",
            )
            continue
        label, x, y, width, height, image, *size = (
            fields[columns.index(name)] for name in _COLUMNS
        )
        texts = (x, y, width, height)
        box = numbers.from_xywh(numbers.numbers(texts))
        yield TableRow(line, image, label, texts, box, (size[0], size[1]))
