"""What every notebook starts with, so that its cells can stay short."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterable, Mapping

import pandas
from IPython import get_ipython
from IPython.display import Image, display

from helpers import logs
from helpers.errors import HelpersError


def start() -> None:
    """Shows figures inline, says what is wrong without a traceback, keeps TensorFlow quiet."""
    logs.quiet()
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


def show(paths: Iterable[Path], width: int = 480) -> None:
    """Shows pictures from files, inline."""
    for path in sorted(paths):
        display(Image(filename=str(path), width=width))
