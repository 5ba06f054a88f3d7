"""Which column of a table of boxes may hold what, whoever made the table.

The tutorials' own, spreadsheets' exports of it, boxes by their size or their centre, relative
coordinates, Open Images, and tables without a first line. Where a first line leaves several
layouts open, :mod:`.csv_meaning` decides by all rows.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from helpers.annotations import numbers
from helpers.annotations.formats.csv_names import (
    ALIASES,
    BOXES,
    CENTRE,
    CORNER_NAMES,
    CORNERS,
    OF_BOX,
    OPEN,
    XYWH,
    places_of,
)
from helpers.structures.errors import BadInput
from helpers.structures.findings import short

FILENAME, CLASS = "filename", "class"
SKIPPED = "-"
_SEPARATORS = (",", ";", "\t")
_BRACKETS = str.maketrans("[](){};,\t", " " * 9)
# Where columns stand in tables without a first line: the class last, as keras-retinanet has it,
# the class first, and the tidy table.
_CLASS_LAST, _CLASS_FIRST = {"filename": 0, "class": 5}, {"filename": 0, "class": 1}
_TIDY = {"filename": 0, "width": 1, "height": 2, "class": 3}
_SHORT, _LONG = 6, 8  # columns of these


class Row(NamedTuple):
    """A line of the table.

    Attributes:
        line: its number in the file, from 1.
        cells: its fields as they stand.
        problem: why they are not to be trusted; empty when they are.
    """

    line: int
    cells: Sequence[str]
    problem: str = ""


class Layout(NamedTuple):
    """How a table may be laid out.

    Attributes:
        separator: of the fields.
        places: index of each column that was recognised, by its name in the tidy table.
        box_places: index of the four numbers of the box, or of the one column with all of them.
        columns: how many there are.
        box: what the four numbers are, ``CORNERS``, ``XYWH`` or ``CENTRE``.
        relative: coordinates are fractions of the image's width and height.
        headless: the first line is a row, not the columns' names.
        usual: the table's names or a known program say so.
    """

    separator: str
    places: Mapping[str, int]
    box_places: Tuple[int, ...]
    columns: int
    box: str = CORNERS
    relative: bool = False
    headless: bool = False
    usual: bool = True

    @property
    def is_plain(self) -> bool:
        """Whether names, or the order of a known program, say that it holds corners."""
        return self.usual and self.box == CORNERS

    def text(self, row: Row, name: str) -> str:
        """A field of a row without a problem, by its name in the tidy table; else empty."""
        return row.cells[self.places[name]] if name in self.places else ""

    def box_texts(self, row: Row) -> List[str]:
        """The four numbers of the box of a row without a problem, as they stand."""
        texts = [row.cells[place] for place in self.box_places]
        if len(texts) == 1:
            return texts[0].translate(_BRACKETS).split() or [""]
        if self.separator == ";":  # where a comma is a decimal point
            return [text.replace(",", ".") for text in texts]
        return texts

    def corners(self, four: Sequence[float]) -> List[float]:
        """``[x_min, y_min, x_max, y_max]`` of the four numbers, in their unit."""
        if self.box == CENTRE:
            return numbers.from_centre(four, 1, 1)
        first, second, third, fourth = four
        return [first, second, first + third, second + fourth] if self.box == XYWH else [*four]

    def as_text(self) -> str:
        """The names of the columns, as :func:`named` reads them."""
        names = [SKIPPED] * self.columns
        for name, place in self.places.items():
            names[place] = name
        own = OF_BOX[self.box] if len(self.box_places) == 4 else (f"bbox_{self.box}",)
        for name, place in zip(own, self.box_places):
            names[place] = name
        return ",".join(names)


def layouts_of(text: str) -> List[Layout]:
    """What a table may be by its first line; nothing when it is none of boxes."""
    for separator in _SEPARATORS:
        fields = _first(text, separator)
        layouts = _by_names(separator, fields) or _by_numbers(separator, fields)
        if layouts:
            return layouts
    return []


def named(path: Union[str, Path], names: str, text: str) -> List[Layout]:
    """The layout of a table whose columns a user names.

    Args:
        path: of the table, for messages.
        names: separated by commas; ``-`` skips a column.
        text: the table.

    Raises:
        BadInput: the names are none of a table of boxes, or not as many as the columns.
    """
    keys = [name.strip() for name in names.split(",")]
    fields: List[str] = []
    for separator in _SEPARATORS:
        fields = max(fields, _first(text, separator), key=len)
        layouts = _by_names(separator, keys)
        if not layouts:
            raise BadInput.of(
                "columns",
                repr(short(names)),
                "filename, class and the box: xmin,ymin,xmax,ymax or x,y,w,h or cx,cy,w,h, or "
                "bbox_corners, bbox_xywh or bbox_centre",
                f"Name each column so; {SKIPPED} skips one.",
            )
        if len(_first(text, separator)) == len(keys):
            four = [number_or_none(fields[place]) for place in layouts[0].box_places]
            blank = not any(fields[place].strip() for place in layouts[0].box_places)
            return [layouts[0]._replace(headless=None not in four or blank)]
    raise BadInput.of(
        path, f"{len(fields)} columns", f"the {len(keys)} that are named", "Name all of them."
    )


def number_or_none(text: str) -> Optional[float]:
    """The number a field holds, with a point or, alone, a comma; also the first of a list."""
    first = text.translate(_BRACKETS).split()
    return numbers.number(first[0]) if first else None


def _first(text: str, separator: str) -> List[str]:
    line = next((line for line in text.split("\n") if line.strip()), "")
    rows = parsed([line], separator)
    return rows[0][1] if rows else []


def _by_names(separator: str, fields: Sequence[str]) -> List[Layout]:
    names = ["".join(filter(str.isalnum, field)).lower() for field in fields]
    for aliases, kind, relative in BOXES:
        box = places_of(names, aliases)
        places = places_of(names, ALIASES, set(box.values()))
        if len(box) < len(aliases) or not {FILENAME, CLASS}.issubset(places):
            continue
        if kind != CORNERS and not _has_sizes(names, tuple(box.values())):
            continue
        if kind == CORNERS and "imageid" in names and "labelname" in names:
            relative = True  # Open Images
        layout = Layout(separator, places, tuple(box.values()), len(fields), kind, relative)
        if "bbox" in box:
            kinds = (CORNERS, XYWH, CENTRE)
            return [layout._replace(box=own, usual=False) for own in kinds]
        if kind == XYWH and len(box) == 4 and names[layout.box_places[0]] in OPEN:
            return [layout, layout._replace(box=CENTRE, usual=False)]
        return [layout]
    return []


def _has_sizes(names: Sequence[str], box_places: Sequence[int]) -> bool:
    """Whether width and height are the box's: they follow its place, and no corner is the other."""
    corner = {"xmax", "ymax"}.intersection(places_of(names, CORNER_NAMES))
    return list(box_places) == sorted(box_places) and not corner


def _by_numbers(separator: str, fields: Sequence[str]) -> List[Layout]:
    """What a table without a first line may be; a first row without a box leaves all open."""
    known = [number_or_none(field) is not None for field in fields]
    bare = not any(field.strip() for field in fields[1:])
    layout = Layout(separator, {}, (), len(fields), headless=True)
    if len(fields) == _LONG and all(known[1:3] + known[4:]) and not known[3]:
        return [layout._replace(places=_TIDY, box_places=(4, 5, 6, 7))]
    if len(fields) != _SHORT or not fields[0].strip():
        return []
    layouts = []
    if bare or all(known[1:5]):
        last = layout._replace(places=_CLASS_LAST, box_places=(1, 2, 3, 4))
        layouts += [last, last._replace(box=XYWH, usual=False)]
    if bare or all(known[2:]):
        first = layout._replace(places=_CLASS_FIRST, box_places=(2, 3, 4, 5), usual=False)
        layouts += [first._replace(box=kind) for kind in (CORNERS, XYWH, CENTRE)]
    return layouts


def is_set(text: str) -> bool:
    """Whether the text of a flag's field sets it."""
    return text not in ("", "0") and numbers.number(text) == 1


def rows_of(text: str, layout: Layout) -> Iterator[Row]:
    """The lines of a table; those that do not fit its layout say why."""
    started = layout.headless
    for number, fields, problem in parsed(text.split("\n"), layout.separator):
        if not problem and not any(field.strip() for field in fields):
            continue
        if not started:
            started = True
            continue
        if not problem and (len(fields) < layout.columns or any(fields[layout.columns :])):
            problem = f"{len(fields)} fields, expected {layout.columns}"
        yield Row(number, fields, problem)


def parsed(lines: Sequence[str], separator: str) -> List[Tuple[int, List[str], str]]:
    """Number, fields and problem of each row; a broken quote spoils no more than its own line."""
    reader = csv.reader(io.StringIO("\n".join(lines), newline=""), delimiter=separator, strict=True)
    try:
        return [(reader.line_num, fields, "") for fields in reader]
    except csv.Error:
        return [
            _parsed_alone(number, line, separator) for number, line in enumerate(lines, start=1)
        ]


def _parsed_alone(number: int, line: str, separator: str) -> Tuple[int, List[str], str]:
    try:
        rows = list(csv.reader([line.rstrip("\r")], delimiter=separator, strict=True))
    except csv.Error as error:
        return number, [], f"a line that does not parse ({error})"
    return number, rows[0] if rows else [], ""
