"""Detections as a table for spreadsheets."""

from __future__ import annotations

import contextlib
import csv
from pathlib import Path
from typing import Any, List, Optional, TextIO

from ..errors import InputError, reason_and_remedy
from ..structures import Result
from .record import record
from .sink import Sink

_FRAME = ("source", "frame", "time", "stream_time", "width", "height")
COLUMNS = (*_FRAME, "label", "score", "x_min", "y_min", "x_max", "y_max", "track")


class CsvFile(Sink):
    """Appends a row for each detection; an image without any is one row with empty cells.

    A table that an earlier run has begun goes on.
    """

    def __init__(self, path: Path, force: bool = False) -> None:
        """Opens the file.

        Args:
            path: The file.
            force: Whether a file that is no such table may be written over.

        Raises:
            InputError: It is no such table, or cannot be written.
        """
        self._path = path
        try:
            new = not path.exists()
            goes_on = not new and path.stat().st_size > 0
            if goes_on and not _is_table(path):
                if not force:
                    raise InputError(
                        f"{path}: exists, and is no table of detect.py; choose another file for"
                        " --csv, or write over it with --force"
                    )
                goes_on = False
            self._file: TextIO = path.open(
                "a" if goes_on else "w", newline="", encoding="utf-8", errors="surrogateescape"
            )
        except OSError as error:
            raise self._unwritable(error) from None
        self._writer = csv.writer(self._file)
        if not goes_on:
            self._begin(new)

    def write(self, result: Result) -> None:
        """Appends the rows of one frame, so that they stay whatever happens next."""
        row = record(result)
        start = [row[column] for column in _FRAME]
        rows: List[List[Any]] = [
            [*start, found["label"], found["score"], *found["box"], found.get("track")]
            for found in row["detections"]
        ]
        if not rows and result.frame.number is None:
            rows = [start + [None] * (len(COLUMNS) - len(_FRAME))]
        self._rows(rows)

    def close(self, error: Optional[BaseException]) -> None:
        """Closes the file."""
        self._file.close()

    def _begin(self, new: bool) -> None:
        try:
            self._rows([list(COLUMNS)])
        except InputError:
            with contextlib.suppress(OSError):  # what could not be written is tried once more
                self._file.close()
            if new:
                self._path.unlink()
            raise

    def _rows(self, rows: List[List[Any]]) -> None:
        try:
            self._writer.writerows(rows)
            self._file.flush()
        except OSError as error:
            raise self._unwritable(error) from None

    def _unwritable(self, error: OSError) -> InputError:
        why = reason_and_remedy(error, "make its folder first, or choose another")
        return InputError(f"{self._path}: cannot be written {why}")


def _is_table(path: Path) -> bool:
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        return file.readline(1000).rstrip("\r\n") == ",".join(COLUMNS)
