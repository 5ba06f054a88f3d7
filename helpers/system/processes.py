"""Work in several processes: many small items in chunks, or few long tasks with progress.

=====================  ==========================================================================
:func:`map_items`      the same short function for very many items, results in order
:func:`run_tasks`      few long tasks that report progress; a killed process raises an error
=====================  ==========================================================================

Threads do not help where Python itself is busy, as it is with XML and file headers. Both fall back
to this process where the system cannot fork.
"""

from __future__ import annotations

import gc
import itertools
import multiprocessing
import os
import signal
import time
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Callable, Dict, Iterator, List, Sequence, Tuple, TypeVar

from tqdm.auto import tqdm

from helpers.structures.errors import HelpersError
from helpers.system import cpu_quota

Item = TypeVar("Item")
Task = TypeVar("Task")
Result = TypeVar("Result")
OnProgress = Callable[[int], Any]
_Chunk = Tuple[Callable[[Any], Any], Sequence[Any]]

_MIN_ITEMS = 300  # below that, starting processes takes longer than the work
_REPORT_INTERVAL = 0.1  # seconds
_PROGRESS, _RESULT, _ERROR = "progress", "result", "error"  # kinds of messages


def cores() -> int:
    """The processor cores that this process may use, by its affinity and its CPU quota."""
    if hasattr(os, "sched_getaffinity"):
        allowed = len(os.sched_getaffinity(0))
    else:
        allowed = os.cpu_count() or 1
    return min(allowed, cpu_quota.quota_cores() or allowed)


def map_items(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    description: str,
    unit: str = "file",
    chunk_size: int = 200,
) -> Iterator[Result]:
    """Calls a function with every item, in forked processes where that is faster.

    Args:
        function: of a module, so that another process can find it; must not raise for bad input.
        items: plain values.
        description: for the progress bar, which goes to standard error and only to a terminal;
            none where there is nothing to do.
        unit: of the bar.
        chunk_size: most items that a process takes at a time; small when each takes long.

    Yields:
        The results in the order of the items.
    """
    hidden = None if items else True
    with tqdm(total=len(items), desc=description, unit=unit, disable=hidden) as bar:
        for results in _chunk_results(function, items, chunk_size):
            bar.update(len(results))
            yield from results


def _can_fork() -> bool:
    return "fork" in multiprocessing.get_all_start_methods()


def _chunk_results(
    function: Callable[[Item], Result], items: Sequence[Item], chunk_size: int
) -> Iterator[List[Result]]:
    processes = cores()
    size = max(1, min(chunk_size, len(items) // (4 * processes)))
    chunks = [(function, items[start : start + size]) for start in range(0, len(items), size)]
    if not _can_fork() or processes < 2 or len(items) < _MIN_ITEMS:
        yield from itertools.starmap(_map_chunk, chunks)
        return
    with multiprocessing.get_context("fork").Pool(processes, initializer=gc.freeze) as pool:
        yield from pool.imap(_map_packed_chunk, chunks)
        pool.close()  # which ends the processes at once; leaving the block waits for its threads
        pool.join()


def _map_chunk(function: Callable[[Item], Result], items: Sequence[Item]) -> List[Result]:
    return [function(item) for item in items]


def _map_packed_chunk(chunk: _Chunk) -> List[Any]:
    return _map_chunk(*chunk)


def run_tasks(
    function: Callable[[Task, OnProgress], Result],
    tasks: Sequence[Task],
    processes: int,
    on_progress: OnProgress,
) -> Iterator[Result]:
    """Runs every task, in parallel where processes can be forked.

    No process outlives the one that started it.

    Args:
        function: takes a task, and a function to be called often with how much more of it is done.
        tasks: of about the same length each.
        processes: at most; with 1, everything runs in this process.
        on_progress: is called with what all tasks report.

    Yields:
        The results, in the order in which they come.

    Raises:
        HelpersError: a process ended before its work did.
        OSError: as raised by a task; so is ``HelpersError``.
    """
    processes = min(processes, len(tasks))
    if processes < 2 or not _can_fork():
        for task in tasks:
            yield function(task, on_progress)
        return
    # Forked processes share the tasks in memory; nothing large is sent.
    running = dict(_start(function, tasks[number::processes]) for number in range(processes))
    yield from _collect(running, on_progress)


def _start(
    function: Callable[[Task, OnProgress], Result], tasks: Sequence[Task]
) -> Tuple[Connection, BaseProcess]:
    context = multiprocessing.get_context("fork")
    reader, writer = context.Pipe(duplex=False)
    process = context.Process(target=_run_in_child, args=(function, tasks, writer, os.getpid()))
    process.start()
    writer.close()  # so that the reader sees the end when the process ends
    return reader, process


def _collect(running: Dict[Connection, BaseProcess], on_progress: OnProgress) -> Iterator[Any]:
    """Yields the results of running processes; ends those left when the caller stops or fails."""
    try:
        while running:
            ready = set(connection.wait(list(running)))
            for reader in [reader for reader in running if reader in ready]:
                try:
                    kind, value = reader.recv()
                except EOFError:
                    _require_success(running.pop(reader))
                    continue
                if kind == _ERROR:
                    raise value
                if kind == _RESULT:
                    yield value
                else:
                    on_progress(value)
    finally:
        for process in running.values():
            process.terminate()
            process.join()


def _require_success(process: BaseProcess) -> None:
    process.join()
    if process.exitcode:
        raise HelpersError(
            f"a worker process was ended (exit {process.exitcode}), probably for lack of memory. "
            "Close other programs and run this step again; tfrecord --jobs 1 needs least."
        )


def _run_in_child(
    function: Callable[[Task, OnProgress], Result],
    tasks: Sequence[Task],
    writer: Connection,
    parent: int,
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends this process
    gc.freeze()
    on_progress = _ProgressSender(writer, parent)
    try:
        for task in tasks:
            writer.send((_RESULT, function(task, on_progress)))
            on_progress.send()
    except (HelpersError, OSError) as error:
        writer.send((_ERROR, error))


class _ProgressSender:
    """Sends progress to the parent process, at most once an interval."""

    def __init__(self, writer: Connection, parent: int) -> None:
        self._writer, self._parent = writer, parent
        self._done, self._sent = 0, time.monotonic()

    def __call__(self, done: int) -> None:
        if os.getppid() != self._parent:
            os._exit(1)  # the parent is gone and nobody waits for the result
        self._done += done
        if time.monotonic() - self._sent > _REPORT_INTERVAL:
            self.send()

    def send(self) -> None:
        self._writer.send((_PROGRESS, self._done))
        self._done, self._sent = 0, time.monotonic()
