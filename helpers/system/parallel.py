"""The same small work on very many files, on all cores, with a progress bar.

Threads do not help where Python itself is busy, as it is with XML and file headers.
"""

from __future__ import annotations

import gc
import itertools
import multiprocessing
import os
from typing import Callable, Iterator, List, Sequence, TypeVar

from tqdm.auto import tqdm

Item = TypeVar("Item")
Result = TypeVar("Result")

# Starting processes costs as much as this many files.
_WORTH_PROCESSES = 300


def each(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    what: str,
    unit: str = "file",
    chunk_size: int = 200,
) -> Iterator[Result]:
    """Calls a function with every item, in forked processes where that pays.

    Args:
        function: of a module, so that another process can find it; must not raise for bad input.
        items: plain values.
        what: for the progress bar, which goes to standard error and only to a screen.
        unit: of the bar.
        chunk_size: most items that a process takes at a time; few when each takes long.

    Yields:
        The results in the order of the items.
    """
    with tqdm(total=len(items), desc=what, unit=unit, disable=None) as bar:
        for results in _chunks_done(function, items, chunk_size):
            bar.update(len(results))
            yield from results


def _chunks_done(
    function: Callable[[Item], Result], items: Sequence[Item], chunk_size: int
) -> Iterator[List[Result]]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    size = max(1, min(chunk_size, len(items) // (4 * cores)))
    chunks = [(function, items[start : start + size]) for start in range(0, len(items), size)]
    forks = "fork" in multiprocessing.get_all_start_methods()
    if not forks or cores < 2 or len(items) < _WORTH_PROCESSES:
        yield from itertools.starmap(_done, chunks)
        return
    with multiprocessing.get_context("fork").Pool(cores, initializer=gc.freeze) as pool:
        yield from pool.imap(_unpacked, chunks)
        pool.close()  # which ends the processes at once; leaving the block waits for its threads
        pool.join()


def _done(function: Callable[[Item], Result], items: Sequence[Item]) -> List[Result]:
    return [function(item) for item in items]


def _unpacked(chunk) -> List[Result]:
    return _done(*chunk)
