"""What every notebook starts with, so that its cells can stay short."""

from __future__ import annotations

import base64
import html
from pathlib import Path
from typing import Any, Iterable, Mapping

import pandas
from IPython import get_ipython
from IPython.display import HTML

from helpers.structures.errors import HelpersError
from helpers.system import logging_setup


def start() -> None:
    """Shows figures inline, says what is wrong without a traceback, keeps TensorFlow quiet."""
    logging_setup.quiet()
    pandas.set_option("display.max_colwidth", None)
    shell = get_ipython()
    shell.run_line_magic("matplotlib", "inline")
    shell.set_custom_exc((HelpersError,), _say)


def _say(shell, kind, error, traceback, tb_offset=None):
    """Ends the cell with the message alone; it already says what to do."""
    lines = [f"{kind.__name__}: {error}"]
    shell._showtraceback(kind, error, lines)
    return lines


def rows(values: Iterable[Mapping[str, Any]]) -> pandas.DataFrame:
    """A table on screen."""
    return pandas.DataFrame(list(values))


def show(paths: Iterable[Path], width: int = 480) -> HTML:
    """Images from files, side by side as far as the page is wide.

    Args:
        paths: of PNG or JPEG files.
        width: of each on the page, pixels.
    """
    return HTML("".join(_figure(path, width) for path in sorted(paths)))


def _figure(path: Path, width: int) -> str:
    kind = "png" if path.suffix.lower() == ".png" else "jpeg"
    data = base64.b64encode(path.read_bytes()).decode()
    name = html.escape(path.name, quote=True)
    return (
        f'<img src="data:image/{kind};base64,{data}" alt="{name}" title="{name}" '
        f'style="display:inline-block; width:{width}px; margin:4px; vertical-align:top">'
    )
