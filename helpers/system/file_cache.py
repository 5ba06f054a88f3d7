"""Results of slow functions of files, cached while path, size and modification time stay."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sqlite3
from pathlib import Path
from typing import Any, Callable, Dict, List, Sequence, Tuple, Union

from helpers.system import files, processes

log = logging.getLogger(__name__)
_TABLE = (
    "CREATE TABLE IF NOT EXISTS results (what TEXT, path BLOB, size INTEGER, "
    "changed INTEGER, result TEXT, PRIMARY KEY (what, path)) WITHOUT ROWID"
)
_Key = Tuple[bytes, int, int]  # path, size and modification time
_UNUSABLE = "%s: results are not cached (%s). If this message comes again, delete the file."


def map_files(
    function: Callable[[str], str],
    paths: Sequence[str],
    description: str,
    version: int,
    cache: Union[str, Path, None] = None,
    chunk_size: int = 200,
) -> List[Any]:
    """Calls a function with every file that has no cached result; see ``processes.map_items``.

    Args:
        function: takes a path and returns JSON; of a module, must not raise for bad input.
        paths: absolute.
        description: for the progress bar; results are cached under it.
        version: of the function's results; another one makes all of them again.
        cache: the SQLite file of the results; ``None`` caches nothing.
        chunk_size: most files that a process takes at a time.

    Returns:
        The decoded results in the order of the paths.
    """

    def compute(some: Sequence[str]) -> List[str]:
        return list(processes.map_items(function, some, description, chunk_size=chunk_size))

    if cache is None:
        return _decode(compute(paths))
    return _decode(_cached(compute, paths, f"{description} {version}", cache))


def _decode(results: Sequence[str]) -> List[Any]:
    # One call for all is several times faster than one for each.
    return json.loads("[" + ",".join(results) + "]")


def _cached(
    compute: Callable[[Sequence[str]], List[str]],
    paths: Sequence[str],
    name: str,
    cache: Union[str, Path],
) -> List[str]:
    known = _load(cache, name)
    keys = [_key(path) for path in paths]
    results = [known.get(key, "") for key in keys]
    missing = [index for index, result in enumerate(results) if not result]
    for index, result in zip(missing, compute([paths[index] for index in missing])):
        results[index] = result
    rows = [
        (name, *keys[index], results[index])
        for index in missing
        if keys[index][1:] != files.MISSING
    ]
    if rows:
        _store(cache, rows)
    return results


def lookup(
    paths: Sequence[str], description: str, version: int, cache: Union[str, Path]
) -> List[Any]:
    """The cached results of :func:`map_files`; ``None`` for files without one."""
    known = _load(cache, f"{description} {version}")
    return _decode([known.get(_key(path), "null") for path in paths])


def _key(path: str) -> _Key:
    # As bytes, since not every name is text.
    return (os.fsencode(path), *files.stamp(path))


def _load(cache: Union[str, Path], name: str) -> Dict[_Key, str]:
    try:
        with contextlib.closing(_open(cache)) as database:
            rows = database.execute(
                "SELECT path, size, changed, result FROM results WHERE what = ?", (name,)
            )
            return {row[:3]: row[3] for row in rows}
    except (OSError, sqlite3.Error) as error:
        log.warning(_UNUSABLE, cache, error)
        return {}


def _store(cache: Union[str, Path], rows: Sequence[Tuple[Any, ...]]) -> None:
    try:
        with contextlib.closing(_open(cache)) as database, database:
            database.executemany("REPLACE INTO results VALUES (?, ?, ?, ?, ?)", rows)
    except (OSError, sqlite3.Error) as error:
        log.warning(_UNUSABLE, cache, error)


def _open(cache: Union[str, Path]) -> sqlite3.Connection:
    Path(cache).parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(str(cache))
    database.execute(_TABLE)
    return database
