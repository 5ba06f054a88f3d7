"""Which column of a table of boxes holds what, whoever made the table.

The tutorials' own, spreadsheets' exports of it, relative coordinates, Open Images, and the table
without a first line that keras-retinanet reads.
"""

from __future__ import annotations

import csv
import io
from typing import Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from helpers.annotations import numbers

CORNERS = ("xmin", "ymin", "xmax", "ymax")
_SEPARATORS = (",", ";", "\t")
# By column of the tidy table: the names that others give it, the likeliest first, without case,
# blanks and punctuation.
_ALIASES: Mapping[str, Sequence[str]] = {
    "filename": (
        "filename",
        "file",
        "image",
        "imageid",
        "imagename",
        "imagefilename",
        "imagefile",
        "img",
        "imgname",
        "path",
        "imagepath",
        "filepath",
        "name",
    ),
    "class": (
        "class",
        "label",
        "classname",
        "labelname",
        "category",
        "classlabel",
        "object",
        "type",
        "species",
        "name",
    ),
    "width": ("width", "imagewidth", "imgwidth"),
    "height": ("height", "imageheight", "imgheight"),
    "xmin": ("xmin", "x1", "left", "bboxxmin", "xmn"),
    "ymin": ("ymin", "y1", "top", "bboxymin", "ymn"),
    "xmax": ("xmax", "x2", "right", "bboxxmax", "xmx"),
    "ymax": ("ymax", "y2", "bottom", "bboxymax", "ymx"),
    "truncated": ("istruncated", "truncated"),
    "difficult": ("isdifficult", "difficult"),
    "group_of": ("isgroupof", "groupof"),
    "occluded": ("isoccluded", "occluded"),
}
_RELATIVE = ("rel", "relative", "norm", "normalized")
_HEADLESS = ("filename",) + CORNERS + ("class",)


class Row(NamedTuple):
    """A line of the table.

    Attributes:
        line: its number in the file, from 1.
        fields: by the names of the tidy table; columns that are missing are empty.
        problem: why the fields are not to be trusted; empty when they are.
    """

    line: int
    fields: Dict[str, str]
    problem: str = ""


class Layout(NamedTuple):
    """How a table is laid out.

    Attributes:
        separator: of the fields.
        places: index of each column that was recognised, by its name in the tidy table.
        relative: coordinates are fractions of the image's width and height.
        headless: the first line is a row, not the columns' names.
        columns: how many there are.
    """

    separator: str
    places: Dict[str, int]
    relative: bool
    headless: bool
    columns: int


def layout_of(text: str) -> Optional[Layout]:
    """Recognises a table by its first line; ``None`` when it is none of boxes."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    for separator in _SEPARATORS:
        rows = parsed([first], separator)
        fields = rows[0][1] if rows else []
        layout = _by_names(separator, fields) or _by_numbers(separator, fields)
        if layout is not None:
            return layout
    return None


def _by_names(separator: str, fields: Sequence[str]) -> Optional[Layout]:
    names = ["".join(filter(str.isalnum, field)).lower() for field in fields]
    relative = {
        name: tuple(alias + end for alias in _ALIASES[name] for end in _RELATIVE)
        for name in CORNERS
    }
    absolute, fractions = _places(names, _ALIASES), _places(names, {**_ALIASES, **relative})
    for places, is_relative in (
        (absolute, "imageid" in names and "labelname" in names),
        (fractions, True),
    ):
        if {"filename", "class", *CORNERS}.issubset(places):
            return Layout(separator, places, is_relative, False, len(fields))
    return None


def _places(names: Sequence[str], aliases: Mapping[str, Sequence[str]]) -> Dict[str, int]:
    places: Dict[str, int] = {}
    for column, likely in aliases.items():
        free = [
            names.index(alias)
            for alias in likely
            if alias in names and names.index(alias) not in places.values()
        ]
        if free:
            places[column] = free[0]
    return places


def _by_numbers(separator: str, fields: Sequence[str]) -> Optional[Layout]:
    corners = [field.strip() for field in fields[1:5]]
    if len(fields) != len(_HEADLESS):
        return None
    is_box = all(numbers.number(field) is not None for field in corners)
    if not is_box and any(corners + [fields[5].strip()]):
        return None
    places = {name: index for index, name in enumerate(_HEADLESS)}
    return Layout(separator, places, False, True, len(fields))


def is_set(text: str) -> bool:
    """Whether the text of a flag's field sets it."""
    return text not in ("", "0") and numbers.number(text) == 1


def rows_of(text: str, layout: Layout) -> Iterator[Row]:
    """The lines of a table; those that do not fit its layout say why."""
    lines = parsed(text.split("\n"), layout.separator)
    started = layout.headless
    for number, fields, problem in lines:
        if not problem and not any(field.strip() for field in fields):
            continue
        if not started:
            started = True
            continue
        if not problem and (len(fields) < layout.columns or any(fields[layout.columns :])):
            problem = f"{len(fields)} fields, expected {layout.columns}"
        named = {
            name: fields[place] if place < len(fields) else ""
            for name, place in layout.places.items()
        }
        if layout.separator == ";":  # where a comma is a decimal point
            named.update({name: named[name].replace(",", ".") for name in CORNERS})
        yield Row(number, {name: named.get(name, "") for name in _ALIASES}, problem)


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
