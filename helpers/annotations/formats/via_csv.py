"""VGG Image Annotator's table of regions: shape and attributes of each are JSON in its cells.

``filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,
region_attributes``; an image without regions is one row. Records are those of :mod:`.via`.
https://www.robots.ox.ac.uk/~vgg/software/via/
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any, Dict, List, Sequence, Union

from helpers.annotations import numbers, table_rows, text_io
from helpers.annotations.collector import Collector
from helpers.annotations.csv_image_rows import place
from helpers.annotations.formats import via
from helpers.annotations.formats.via_regions import regions_of
from helpers.annotations.reading import NOTHING_CHOSEN, ReadOptions
from helpers.annotations.text_io import shown
from helpers.structures.dataset import Annotations, ImageRecord
from helpers.system import files

_SHAPE, _ATTRIBUTES = "region_shape_attributes", "region_attributes"
_COLUMNS = (
    "filename",
    "file_size",
    "file_attributes",
    "region_count",
    "region_id",
    _SHAPE,
    _ATTRIBUTES,
)
EXPECTED = f"VGG Image Annotator's {','.join(_COLUMNS)}"


def read(
    source: Union[str, Path], images: Union[str, Path], options: ReadOptions = NOTHING_CHOSEN
) -> Annotations:
    """Reads one table, or all of them below a folder.

    Args:
        source: the table or a folder of them.
        images: the image folder.
        options: its ``attribute`` is the region attribute that holds the class; empty takes the
            only one, or one that is called like a class.

    Raises:
        BadInput: source or images is missing, there is no such table, or it cannot be told which
            attribute holds the class.
    """
    collector = Collector(images)
    documents = [
        (path, _entries(path, text, collector))
        for path, text in table_rows.documents(source, recognises, EXPECTED, collector.findings)
    ]
    return via.collect(source, documents, collector, options.attribute)


def recognises(text: str) -> bool:
    """Whether the first line of a table is VGG Image Annotator's."""
    return {"filename", _SHAPE, _ATTRIBUTES}.issubset(_names(table_rows.first_line(text)))


def _names(fields: Sequence[str]) -> List[str]:
    return [field.strip().lstrip("#").lower() for field in fields]


def _entries(path: Path, text: str, collector: Collector) -> Dict[str, Any]:
    """The images of a table as the JSON export has them."""
    entries: Dict[str, Any] = {}
    columns: List[str] = []
    for line, fields in table_rows.lines_of(text, path, collector):
        if not columns:
            columns = _names(fields)
            continue
        try:
            row = _Row(columns, fields)
        except ValueError as error:
            collector.note("annotation-broken-file", path, f"{place(path, line)}: {error}")
            continue
        entry = entries.setdefault(row.key, row.entry)
        if row.has_region:
            entry["regions"].append(row.region)
    return entries


class _Row:
    """One row.

    Attributes:
        key: of the image, as the JSON export has it.
        entry: of the image, without regions.
        region: as the JSON export has it.
        has_region: whether the row is about one.

    Raises:
        ValueError: the row does not fit the table's columns, or a cell holds no JSON object.
    """

    def __init__(self, columns: Sequence[str], fields: Sequence[str]) -> None:
        if len(fields) != len(columns):
            raise ValueError(f"{len(fields)} fields, expected {len(columns)}")
        row = dict(zip(columns, fields))
        name, size = row["filename"], numbers.number(row.get("file_size"))
        self.key = f"{name}{row.get('file_size', '')}"
        self.entry = {
            "filename": name,
            "size": -1 if size is None else int(size),
            "file_attributes": _object(row.get("file_attributes", "")),
            "regions": [],
        }
        shape, attributes = _object(row[_SHAPE]), _object(row[_ATTRIBUTES])
        self.region = {"shape_attributes": shape, "region_attributes": attributes}
        self.has_region = bool(shape or attributes or numbers.number(row.get("region_count")))


def _object(cell: str) -> dict:
    """The JSON object in a cell."""
    try:
        value = text_io.json_in(cell) if cell.strip() else {}
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ValueError(f"found {shown(cell)}, expected a JSON object")
    return value


def write(records: Sequence[ImageRecord], out: Union[str, Path], images: Union[str, Path]) -> Path:
    """Writes one table, as version 2 exports annotations.

    Args:
        records: the images, with boxes.
        out: the table.
        images: the image folder; VIA knows an image by its name and its file's size.

    Raises:
        BadInput: the file cannot be written.
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for entry in via.entries(records, images).values():
        regions = [region for _, region in regions_of(entry)]
        head = [entry["filename"], entry["size"], _cell(entry["file_attributes"]), len(regions)]
        for number, region in enumerate(regions):
            shape, attributes = region["shape_attributes"], region["region_attributes"]
            writer.writerow([*head, number, _cell(shape), _cell(attributes)])
        if not regions:
            writer.writerow([*head, 0, _cell({}), _cell({})])
    return files.write_text(out, stream.getvalue())


def _cell(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
