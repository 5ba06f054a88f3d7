"""The tidy table: ``filename,width,height,class,xmin,ymin,xmax,ymax``, one row a box.

The columns are those of the object detection tutorials. A picture without boxes is one row with
an empty class and empty coordinates, so that negatives survive the trip through CSV.
"""

from __future__ import annotations

import io
from pathlib import Path, PurePosixPath
from typing import List, Sequence, Tuple, Union

import pandas

from helpers import files
from helpers.boxes import LabeledBoxes
from helpers.errors import BadInput
from helpers.records import ImageRecord

COLUMNS = ("filename", "width", "height", "class", "xmin", "ymin", "xmax", "ymax")
_CORNERS = list(COLUMNS[4:])


def frame(records: Sequence[ImageRecord]) -> pandas.DataFrame:
    """The table of these records, sorted by filename; boxes keep their order on a picture."""
    rows: List[Tuple] = []
    for record in sorted(records, key=lambda record: record.path):
        place = (record.path, record.width, record.height)
        objects = zip(record.objects.labels, record.objects.boxes.tolist())
        rows.extend(place + (label,) + tuple(box) for label, box in objects)
        if not len(record.objects):
            rows.append(place + ("", None, None, None, None))
    return pandas.DataFrame(rows, columns=list(COLUMNS))


def write(records: Sequence[ImageRecord], path: Union[str, Path]) -> Path:
    """Writes the table as UTF-8 CSV, whole numbers without a decimal point.

    Raises:
        BadInput: there is no record.
    """
    if not records:
        raise BadInput.of(path, "no picture", "at least one", "Annotate some pictures first.")
    text = frame(records).to_csv(index=False, float_format="%.7g")
    return files.write_text(path, text.replace("\r\n", "\n"))


def read(path: Union[str, Path]) -> List[ImageRecord]:
    """Reads the table back.

    Raises:
        BadInput: columns are missing, or a row holds what no picture can; names file and line.
    """
    text = files.read_text(path)
    try:
        rows = pandas.read_csv(io.StringIO(text), dtype=str, keep_default_na=False,
                               skip_blank_lines=False)
    except (pandas.errors.ParserError, pandas.errors.EmptyDataError) as error:
        raise BadInput.of(path, f"a table that does not parse ({error})", ",".join(COLUMNS),
                          "Make it again with: python -m helpers csv") from error
    missing = [name for name in COLUMNS if name not in rows.columns]
    if missing:
        raise BadInput.of(path, f"no column {missing[0]!r}", f"the columns {','.join(COLUMNS)}",
                          "Make it again with: python -m helpers csv")
    if rows.empty:
        raise BadInput.of(path, "no row", "at least one picture",
                          "Annotate some pictures first.")
    grouped = rows.groupby("filename", sort=True)
    return [_record(path, name, group) for name, group in grouped]


def _record(path: Union[str, Path], name: str, group: pandas.DataFrame) -> ImageRecord:
    where = f"{path}, line {group.index[0] + 2}"
    if not name or PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
        raise BadInput.of(where, f"the filename {name!r}", "one relative to the image folder",
                          "Correct the row.")
    sizes = group[["width", "height"]].drop_duplicates()
    if len(sizes) > 1:
        raise BadInput.of(where, f"{name} with two sizes", "one", "Correct the rows.")
    width, height = (_number(where, text) for text in sizes.iloc[0])
    if width < 1 or height < 1:
        raise BadInput.of(where, f"the size {width:g}x{height:g}", "at least 1x1",
                          "Correct the row.")
    boxed = group[(group["class"] != "") | (group[_CORNERS] != "").any(axis=1)]
    if len(boxed) < len(group) and len(group) > 1:
        raise BadInput.of(where, f"{name} both with and without boxes", "one or the other",
                          "Remove the row without a box.")
    boxes = [_box(f"{path}, line {line + 2}", row, width, height)
             for line, row in boxed.iterrows()]
    return ImageRecord(name, int(width), int(height), LabeledBoxes.of(boxes))


def _box(where: str, row: pandas.Series, width: float, height: float
         ) -> Tuple[str, List[float]]:
    box = [_number(where, row[corner]) for corner in _CORNERS]
    inside = 0 <= box[0] < box[2] <= width and 0 <= box[1] < box[3] <= height
    if not row["class"].strip() or not inside:
        raise BadInput.of(where, f"{row['class']!r} {box} on {row['filename']}",
                          f"a class and 0 <= xmin < xmax <= {width:g}, "
                          f"0 <= ymin < ymax <= {height:g}", "Correct the row.")
    return row["class"], box


def _number(where: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError as error:
        raise BadInput.of(where, repr(text), "a number", "Correct the row.") from error
    if number != number or number in (float("inf"), float("-inf")):
        raise BadInput.of(where, repr(text), "a finite number", "Correct the row.")
    return number
