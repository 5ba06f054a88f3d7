"""The table that Vertex AI, AutoML Vision and TensorFlow Lite Model Maker import.

``set,path,label,x_min,y_min,,,x_max,y_max,,``, one line a box, no line of names, fractions of the
image's width and height; or all four corners in turn. The set may be left out, or stand empty.
https://cloud.google.com/vertex-ai/docs/image-data/object-detection/prepare-data
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Iterator, List, Optional, Sequence, Union

from helpers.annotations import numbers, round_trip, table_rows
from helpers.annotations.collector import Collector
from helpers.annotations.given_split import EVAL, SPLIT, TEST, TRAIN
from helpers.annotations.image_index import SUFFIXES
from helpers.annotations.reading import NOTHING_CHOSEN, ReadOptions
from helpers.annotations.table_rows import Line, TableRow
from helpers.structures.dataset import Annotations, ImageRecord
from helpers.structures.errors import BadInput
from helpers.structures.findings import short
from helpers.system import files

EXPECTED = "set,path,label,x_min,y_min,,,x_max,y_max,, of Vertex AI or AutoML"
_SETS = {TRAIN: "TRAIN", EVAL: "VALIDATION", TEST: "TEST", "": "UNASSIGNED"}
_SPLITS = {
    "train": TRAIN,
    "training": TRAIN,
    "validate": EVAL,
    "validation": EVAL,
    "test": TEST,
    "unassigned": "",
    "": "",
}
_KEY = "automl"
_CORNERS = 8  # x and y of four corners, two of which may be empty
_COLUMNS = ("set", "path", "label")
_PIXELS = "Divide x by the image's width and y by its height."


def read(
    source: Union[str, Path], images: Union[str, Path], options: ReadOptions = NOTHING_CHOSEN
) -> Annotations:
    """Reads one table, or all of them below a folder; records keep the set of their image.

    Args:
        source: the table or a folder of them.
        images: the image folder.
        options: none is used.

    Raises:
        BadInput: one of the two is missing, there is no such table, or coordinates are pixels.
    """
    collector = Collector(images)
    tables = []
    for path, text in table_rows.documents(source, recognises, EXPECTED, collector.findings):
        lines = [line for line in table_rows.lines_of(text, path, collector)]
        rows = list(_rows(lines, path, collector))
        table_rows.require_shares(path, rows, _PIXELS)
        tables.append((path, rows))
    return table_rows.read(collector, tables, _KEY, shares=True)


def recognises(text: str) -> bool:
    """Whether the first line of a table, or the one below its names, is of this form."""
    fields = table_rows.first_line(text)
    if _is_header(fields):
        return True
    with_set = _has_set(fields)
    corners = fields[2 + with_set :]
    return (
        len(corners) == _CORNERS
        and _is_image(fields[with_set])
        and (not any(corners) or _box(corners) is not None)
    )


def _is_header(fields: Sequence[str]) -> bool:
    names = [field.strip().lower().replace("ml_use", "set") for field in fields]
    return len(names) == len(_COLUMNS) + _CORNERS and names[:2] in (
        ["set", "path"],
        ["set", "image_path"],
        ["set", "gcs_file_path"],
    )


def _has_set(fields: Sequence[str]) -> bool:
    return fields[0].strip().lower() in _SPLITS


def _is_image(name: str) -> bool:
    return name.strip().lower().endswith(SUFFIXES)


def _rows(lines: Sequence[Line], path: Path, collector: Collector) -> Iterator[TableRow]:
    for line, fields in lines:
        if _is_header(fields):
            continue
        row = fields if _has_set(fields) else ["", *fields]
        most = len(_COLUMNS) + _CORNERS
        if len(row) > most or len(row) < 2:
            collector.note(
                "annotation-broken-file",
                path,
                f"{path}, line {line}: {len(fields)} fields, expected {most}",
            )
            continue
        use, image, label, *corners = row + [""] * (most - len(row))
        yield TableRow(
            line,
            image,
            label,
            corners,
            _box(corners),
            image_extra={"set": use.strip()},
            split=_SPLITS.get(use.strip().lower(), ""),
        )


def _box(corners: Sequence[str]) -> Optional[List[float]]:
    """The box around the corners that are given."""
    points = [(x, y) for x, y in zip(corners[::2], corners[1::2]) if x.strip() or y.strip()]
    return numbers.bounding_box(
        numbers.numbers([x for x, _ in points]), numbers.numbers([y for _, y in points])
    )


def write(records: Sequence[ImageRecord], out: Union[str, Path], images: Union[str, Path]) -> Path:
    """Writes one table; images keep the set and the address that they were read with.

    Args:
        records: the images, with boxes.
        out: the table.
        images: the image folder; not looked into.

    Raises:
        BadInput: a box reaches beyond its image, which no importer takes, or the file cannot be
            written.
    """
    own = [round_trip.of_image(record, _KEY) for record in records]
    names = round_trip.file_names(records, [one.get("name") for one in own])
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    for record, kept, name in zip(records, own, names):
        head = [kept.get("set") or _SETS.get(record.extra.get(SPLIT, ""), ""), name]
        if not len(record.objects):
            writer.writerow([*head, *[""] * (1 + _CORNERS)])
        for label, box in zip(record.objects.labels, record.objects.boxes):
            x_min, y_min, x_max, y_max = _shares(record, label, box)
            writer.writerow([*head, label, x_min, y_min, "", "", x_max, y_max, "", ""])
    return files.write_text(out, stream.getvalue())


def _shares(record: ImageRecord, label: str, box: Sequence[float]) -> List[str]:
    x_min, y_min, x_max, y_max = box
    if not (0 <= x_min <= x_max <= record.width and 0 <= y_min <= y_max <= record.height):
        raise BadInput.of(
            record.path,
            f"{short(label)} {[float(value) for value in box]}",
            f"a box inside the {record.width}x{record.height} pixels",
            "Correct it, or run the verb check with --fix.",
        )
    return numbers.as_shares(box, record.width, record.height)
