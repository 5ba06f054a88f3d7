"""Tables of fixed-width columns, for the terminal."""

from __future__ import annotations

from typing import Any, List, Sequence


def lines(
    rows: Sequence[Sequence[Any]],
    align: str = "<",
    min_widths: Sequence[int] = (),
    separator: str = "  ",
) -> List[str]:
    """Lays rows out in columns; each column is as wide as its widest cell.

    Args:
        rows: of cells, all of one length; a header is a row like the others; ``None`` is blank.
        align: ``<`` (left) or ``>`` (right) for each column; the last one holds for all further
            columns.
        min_widths: least width of each column, in characters; 0 for all further columns.
        separator: between columns.

    Returns:
        One line a row, without blanks at its end.
    """
    if not rows:
        return []
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    columns = list(zip(*cells))
    least = [*min_widths, *[0] * len(columns)]
    widths = [max(width, *map(len, column)) for width, column in zip(least, columns)]
    formats = [f"{{:{align[min(i, len(align) - 1)]}{width}}}" for i, width in enumerate(widths)]
    template = separator.join(formats)
    return [template.format(*row).rstrip() for row in cells]
