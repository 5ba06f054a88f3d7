"""Results kept for files that have not changed since: same path, size and time of change."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, List, Sequence, Tuple, Union

from helpers.system import parallel

log = logging.getLogger(__name__)
_TABLE = (
    "CREATE TABLE IF NOT EXISTS results (what TEXT, path BLOB, size INTEGER, "
    "changed INTEGER, result TEXT, PRIMARY KEY (what, path)) WITHOUT ROWID"
)
_GONE = (-1, -1)
_Stamp = Tuple[bytes, int, int]  # name, size and time of change
_FORGETFUL = "%s: nothing is remembered (%s). Should that last, delete the file."


def each(
    function: Callable[[str], str],
    paths: Sequence[str],
    what: str,
    version: int,
    cache: Union[str, Path, None] = None,
    chunk_size: int = 200,
) -> List[Any]:
    """Calls a function with every file that has changed since the last time; recalls the others.

    Args:
        function: takes a path and gives JSON; see ``parallel.each``.
        paths: absolute.
        what: the function does, for the progress bar; results are kept under it.
        version: of the function's results; another one makes all of them anew.
        cache: the file to keep results in; ``None`` keeps nothing.
        chunk_size: see ``parallel.each``.

    Returns:
        The decoded results in the order of the paths.
    """
    fresh = partial(parallel.each, function, what=what, chunk_size=chunk_size)
    results = _recalled(fresh, paths, f"{what} {version}", cache) if cache else fresh(paths)
    # One call for all is several times faster than one each.
    return json.loads("[" + ",".join(results) + "]")


def _recalled(
    fresh: Callable[[Sequence[str]], Iterable[str]],
    paths: Sequence[str],
    kept: str,
    cache: Union[str, Path],
) -> List[str]:
    known = _known(cache, kept)
    stamps = [_stamp(path) for path in paths]
    results = [known.get(stamp, "") for stamp in stamps]
    missing = [number for number, result in enumerate(results) if not result]
    for number, result in zip(missing, fresh([paths[number] for number in missing])):
        results[number] = result
    if missing:
        _keep(
            cache,
            [
                (kept, *stamps[number], results[number])
                for number in missing
                if stamps[number][1:] != _GONE
            ],
        )
    return results


def recall(paths: Sequence[str], what: str, version: int, cache: Union[str, Path]) -> List[Any]:
    """What :func:`each` gave for files that have not changed since; ``None`` for the others."""
    known = _known(cache, f"{what} {version}")
    results = [known.get(_stamp(path), "null") for path in paths]
    return json.loads("[" + ",".join(results) + "]")


def _stamp(path: str) -> _Stamp:
    # As bytes, since not every name is text.
    name = os.fsencode(path)
    try:
        found = os.stat(path)
    except OSError:
        return (name, *_GONE)
    return name, found.st_size, found.st_mtime_ns


def _known(cache: Union[str, Path], kept: str) -> Dict[_Stamp, str]:
    try:
        with contextlib.closing(_open(cache)) as database:
            rows = database.execute(
                "SELECT path, size, changed, result FROM results WHERE what = ?", (kept,)
            )
            return {row[:3]: row[3] for row in rows}
    except (OSError, sqlite3.Error) as error:
        log.warning(_FORGETFUL, cache, error)
        return {}


def _keep(cache: Union[str, Path], rows: Sequence[tuple]) -> None:
    try:
        with contextlib.closing(_open(cache)) as database, database:
            database.executemany("REPLACE INTO results VALUES (?, ?, ?, ?, ?)", rows)
    except (OSError, sqlite3.Error) as error:
        log.warning(_FORGETFUL, cache, error)


def _open(cache: Union[str, Path]) -> sqlite3.Connection:
    Path(cache).parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(str(cache))
    database.execute(_TABLE)
    return database
