"""Few long tasks in processes of their own, none of which outlives the one that started it.

``parallel`` is for very many small ones. Here a task reports how far it is, and a process that is
killed, for want of memory perhaps, is noticed instead of waited for.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import time
from multiprocessing import connection
from typing import Any, Callable, Iterator, Sequence, TypeVar

from helpers.structures.errors import HelpersError

Task = TypeVar("Task")
Result = TypeVar("Result")
Advance = Callable[[int], Any]

_REPORT_EVERY = 0.1  # seconds


def cores() -> int:
    """The processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run(
    work: Callable[[Task, Advance], Result], tasks: Sequence[Task], processes: int, advance: Advance
) -> Iterator[Result]:
    """Does every task, side by side where processes can be forked.

    Args:
        work: takes a task, and a function to be called often with how much more of it is done.
        tasks: of about the same length each.
        processes: at most; with one, the work is done in this process.
        advance: gets what all tasks report.

    Yields:
        The results, in the order in which they come.

    Raises:
        HelpersError: a process ended before its work did.
        OSError: as raised by a task; so is ``HelpersError``.
    """
    processes = min(processes, len(tasks))
    if processes < 2 or "fork" not in multiprocessing.get_all_start_methods():
        for task in tasks:
            yield work(task, advance)
        return
    # What a forked process is given it finds in its memory; nothing large is sent.
    yield from _gathered(
        [_started(work, tasks[number::processes]) for number in range(processes)], advance
    )


def _started(work: Callable[[Task, Advance], Result], tasks: Sequence[Task]) -> tuple:
    context = multiprocessing.get_context("fork")
    reader, writer = context.Pipe(duplex=False)
    process = context.Process(target=_labour, args=(work, tasks, writer, os.getpid()))
    process.start()
    writer.close()  # so that the reader sees the end when the process ends
    return reader, process


def _gathered(crew: Sequence[tuple], advance: Advance) -> Iterator[Any]:
    working = dict(crew)
    try:
        while working:
            for reader in connection.wait(list(working)):
                try:
                    kind, value = reader.recv()
                except EOFError:
                    _ended(working.pop(reader))
                    continue
                if kind is None:
                    advance(value)
                elif kind:
                    yield value
                else:
                    raise value
    finally:
        for process in working.values():
            process.terminate()
            process.join()


def _ended(process) -> None:
    process.join()
    if process.exitcode:
        raise HelpersError(
            f"one of the processes that shared the work was ended (exit {process.exitcode}), for "
            "want of memory perhaps. Run this step again, with --jobs 1 if that goes on."
        )


def _labour(
    work: Callable[[Task, Advance], Result], tasks: Sequence[Task], writer, parent: int
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this ends it
    gc.freeze()
    advance = _Reports(writer, parent)
    try:
        for task in tasks:
            writer.send((True, work(task, advance)))
            advance.send()
    except (HelpersError, OSError) as error:
        writer.send((False, error))


class _Reports:
    """Tells the process that started this one how far the work is, now and then."""

    def __init__(self, writer, parent: int):
        self._writer, self._parent = writer, parent
        self._done, self._sent = 0, time.monotonic()

    def __call__(self, done: int) -> None:
        if os.getppid() != self._parent:
            os._exit(1)  # nobody waits for this any more
        self._done += done
        if time.monotonic() - self._sent > _REPORT_EVERY:
            self.send()

    def send(self) -> None:
        self._writer.send((None, self._done))
        self._done, self._sent = 0, time.monotonic()
