"""The tidy table: ``filename,width,height,class,xmin,ymin,xmax,ymax``, one row per box.

The columns are those of the object detection tutorials. An image without boxes is one row with
an empty class and empty coordinates, so that negatives survive the trip through CSV. Where some
object is truncated, difficult, occluded or a group, a column of that name with 0 and 1 follows;
where images came divided into train, eval and test, a column ``split``.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Dict, Iterator, List, Optional, Sequence, TextIO, Tuple, Union

from helpers.annotations.csv_image_rows import COLUMNS, ImageRows, place
from helpers.annotations.given_split import SPLIT
from helpers.structures.boxes import FLAGS
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput
from helpers.system import files

if TYPE_CHECKING:
    import pandas

_AGAIN = "Make it again with: python -m helpers csv"


def frame(records: Sequence[ImageRecord]) -> pandas.DataFrame:
    """The table of these records, sorted by filename; boxes keep their order on an image."""
    import pandas  # not in the training image, where tables are only read

    flags = [name for name in FLAGS if any(_is_flagged(record, name) for record in records)]
    divided = any(record.extra.get(SPLIT) for record in records)
    rows: List[Tuple] = []
    for record in sorted(records, key=lambda record: record.path):
        image = (record.path, record.width, record.height)
        split = (record.extra.get(SPLIT, ""),) * divided
        flagged = list(zip(*(record.objects.flags(name).tolist() for name in flags)))
        objects = zip(
            record.objects.labels,
            record.objects.boxes.tolist(),
            flagged or [()] * len(record.objects),
        )
        rows.extend(image + (label, *box, *map(int, own), *split) for label, box, own in objects)
        if not len(record.objects):
            rows.append(image + ("", None, None, None, None, *[None] * len(flags), *split))
    return pandas.DataFrame(rows, columns=[*COLUMNS, *flags, *[SPLIT] * divided])


def _is_flagged(record: ImageRecord, name: str) -> bool:
    column = getattr(record.objects, name)
    return column is not None and bool(column.any())


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
    """Reads the table back; columns of other names are ignored.

    Raises:
        BadInput: columns are missing, or a row holds what no image can; names file and line.
    """
    images: Dict[str, ImageRows] = {}
    splits: Dict[str, str] = {}
    for line, row, split in _rows(path):
        image = images.get(row[0])
        if image is None:
            image = images[row[0]] = ImageRows(path, line, row)
        image.add(line, row)
        if split and splits.setdefault(row[0], split) != split:
            raise BadInput.of(
                place(path, line),
                f"{row[0]} in {splits[row[0]]} and in {split}",
                "an image in one split",
                "Correct the column split.",
            )
    return [_divided(images.pop(name).record(), splits.get(name)) for name in sorted(images)]


def _divided(record: ImageRecord, split: Optional[str]) -> ImageRecord:
    return replace(record, extra={SPLIT: split}) if split else record


def _rows(path: Union[str, Path]) -> Iterator[Tuple[int, Sequence[str], str]]:
    """The line of each row, for messages, its fields, and the split that it names.

    The fields are as ``COLUMNS``, then ``FLAGS``, name them; without a column for a single flag,
    ``COLUMNS`` is all there is.
    """
    with files.reading(path) as stream:
        lines = _lines(path, stream)
        columns: List[str] = []
        _, columns = next(lines, (0, columns))
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
        divided = columns.index(SPLIT) if SPLIT in columns else None
        number = 0
        for number, fields in lines:
            if len(fields) != len(columns):
                raise BadInput.of(
                    place(path, number),
                    f"{len(fields)} fields",
                    f"{len(columns)} as in the first line",
                    "Correct the row.",
                )
            if flagged:
                fields.append("")
            yield number, chosen(fields), "" if divided is None else fields[divided]
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
