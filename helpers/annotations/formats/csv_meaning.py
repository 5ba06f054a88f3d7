"""Which layout the tables of a source have, decided once by all their rows.

A first line that names corners, or a centre and a size, is believed. Where it leaves several
layouts open, and where there is none, that one is taken whose boxes lie in their images, nearly
all, and whose classes repeat; the order of a known program is preferred. Where several fit, or
none does, nothing is guessed.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Sequence, Tuple, Union

import numpy as np

from helpers.annotations import numbers
from helpers.annotations.formats.csv_columns import CLASS, Layout, Row
from helpers.annotations.formats.csv_names import CORNERS
from helpers.structures.errors import BadInput

_FITS, _MAY_FIT = 0.98, 0.9  # shares of the rows
_OVER = 0.01  # of the image, by which a good box may cross the border
_ENOUGH = 3  # rows that are no accident
_MANY = 10  # rows in which classes repeat
_LARGEST_FRACTION = 2
_SHOWN = 5  # layouts in a message
SizedRow = Tuple[Row, Tuple[int, int]]  # and the size of its image


class _Fit(NamedTuple):
    layout: Layout
    share: float = 0  # of the rows that fit it
    relative: bool = False  # read as it, coordinates are fractions
    usual: bool = False  # names say so; or the order of columns, with classes that are words


def decide(source: Union[str, Path], layouts: Sequence[Layout], rows: Sequence[SizedRow]) -> Layout:
    """The layout of rows that may have several.

    Args:
        source: the table, for messages.
        layouts: those that the first line leaves open; at least one.
        rows: all that are about an object.

    Raises:
        BadInput: the rows fit several layouts, or none.
    """
    if len(layouts) == 1 or not rows:
        return layouts[0]
    fits = [_fit(layout, rows) for layout in layouts]
    fitting = [fit for fit in fits if fit.share >= _FITS]
    possible = [fit for fit in fits if fit.share >= _MAY_FIT]
    usual = next((fit for fit in fits if fit.usual), None)
    if usual is not None:
        others = [fit for fit in possible if fit is not usual]
        if usual in fitting or not others or (1 - usual.share) * len(rows) < _ENOUGH:
            return usual.layout
    if len(fitting) == 1 and possible == fitting:
        return fitting[0].layout._replace(usual=False)  # which is to be said
    raise _refusal(source, possible or fits, rows)


def _fit(layout: Layout, rows: Sequence[SizedRow]) -> _Fit:
    known, sizes = [], []
    for row, size in rows:
        four = numbers.numbers(layout.box_texts(row), 4)
        if four is not None:
            known.append(four)
            sizes.append(size)
    classes = [layout.text(row, CLASS).strip() for row, _ in rows]
    if not known or not _are_classes(classes):
        return _Fit(layout)
    values = np.array(known)
    relative = bool((np.abs(values) <= _LARGEST_FRACTION).all())
    boxes = np.array(layout.corners(list(values.T))).T
    limits = np.ones((len(known), 2)) if relative else np.array(sizes, float)
    low = boxes[:, :2] >= -_OVER * limits
    high = boxes[:, 2:] <= (1 + _OVER) * limits
    inside = (low & high & (boxes[:, :2] < boxes[:, 2:])).all(1)
    # Centres too are called x and y where coordinates are fractions.
    certain = layout.box == CORNERS or not relative
    words = not layout.headless or any(numbers.number(text) is None for text in classes)
    share = float(inside.sum() / len(rows))
    return _Fit(layout, share, relative, layout.usual and certain and words)


def _are_classes(texts: Sequence[str]) -> bool:
    """Whether a column can be one of classes: numbers are whole, and many repeat."""
    values = [numbers.number(text) for text in texts]
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return True
    whole = all(value >= 0 and value.is_integer() for value in known)
    return whole and (len(known) < _MANY or len(set(known)) * 2 <= len(known))


def _refusal(source: Union[str, Path], fits: Sequence[_Fit], rows: Sequence[SizedRow]) -> BadInput:
    row, size = rows[0]
    names, readings = [], []
    for fit in fits[:_SHOWN]:
        four = numbers.numbers(fit.layout.box_texts(row), 4)
        names.append(fit.layout.as_text())
        if four is not None:
            scale = size if fit.relative else (1, 1)
            box = [value * scale[index % 2] for index, value in enumerate(fit.layout.corners(four))]
            corners = ", ".join(f"{value:.4g}" for value in box)
            readings.append(f"{fit.layout.text(row, CLASS)} [{corners}] as {names[-1]}")
    return BadInput.of(
        source,
        f"columns of several meanings: line {row.line} may be {'; or '.join(readings or names)}",
        "one meaning",
        f'Name the columns: --columns "{names[0]}" or another of these (TABLE_COLUMNS in '
        "notebook 1 and with make).",
    )
