"""Setup that every notebook starts with, and tables and images for its cells."""

from __future__ import annotations

import base64
import html
from pathlib import Path
from types import TracebackType
from typing import Any, Iterable, List, Mapping, Optional, Type

import pandas
from IPython import get_ipython
from IPython.display import HTML

from helpers.structures.errors import HelpersError
from helpers.system import logging_setup


def start() -> None:
    """Shows plots inline, errors of bad input without a traceback, and no TensorFlow warnings."""
    logging_setup.quiet()
    pandas.set_option("display.max_colwidth", None)
    pandas.set_option("display.float_format", _number)
    shell = get_ipython()
    shell.run_line_magic("matplotlib", "inline")
    shell.set_custom_exc((HelpersError,), _show_error)


def _number(value: float) -> str:
    """Four digits, and no exponent where a person does without."""
    return f"{value:.0f}" if 1000 <= abs(value) < 1e9 else f"{value:.4g}"


def _show_error(
    shell: Any,
    kind: Type[HelpersError],
    error: HelpersError,
    traceback: Optional[TracebackType],
    tb_offset: Optional[int] = None,
) -> List[str]:
    """Ends the cell with the message alone, which contains the remedy."""
    lines = [f"{kind.__name__}: {error}"]
    shell._showtraceback(kind, error, lines)
    return lines


def rows(values: Iterable[Mapping[str, Any]]) -> pandas.DataFrame:
    """A table for a notebook; a cell without a value is empty.

    Args:
        values: its rows by column name.
    """
    return pandas.DataFrame(list(values), dtype=object).fillna("")


def show(paths: Iterable[Path], width: int = 480) -> HTML:
    """Images from files, side by side.

    Args:
        paths: of PNG or JPEG files.
        width: of each on the page, pixels.
    """
    return HTML("".join(_img(path, width) for path in sorted(paths)))


def _img(path: Path, width: int) -> str:
    kind = "png" if path.suffix.lower() == ".png" else "jpeg"
    data = base64.b64encode(path.read_bytes()).decode()
    name = html.escape(path.name, quote=True)
    return (
        f'<img src="data:image/{kind};base64,{data}" alt="{name}" title="{name}" '
        f'style="display:inline-block; width:{width}px; margin:4px; vertical-align:top">'
    )
