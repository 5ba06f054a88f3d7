"""Runs commands of the user's in the shell, beside the detection and never in its way."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import threading
import time
from typing import Callable, Dict, List, Mapping, NamedTuple, Optional, Set

from ..errors import reason_of

MOST_RUNNING = 4
MOST_WAITING = 100
_KILL_GRACE = 1.0  # seconds between asking a command to end and ending it


class Command(NamedTuple):
    """A command to run.

    Attributes:
        text: For the shell.
        variables: Put into its environment.
        timeout: Seconds after which it is ended.
    """

    text: str
    variables: Mapping[str, str]
    timeout: float


class CommandRunner:
    """Runs some commands at once, and keeps some waiting; more are left out, which is said."""

    def __init__(self, say: Callable[[str], None]) -> None:
        """Starts nothing yet.

        Args:
            say: Is given a line for what went wrong with a command, once for each kind.
        """
        self._say = say
        self._waiting: queue.Queue[Optional[Command]] = queue.Queue(MOST_WAITING)
        self._threads: List[threading.Thread] = []
        self._running: Dict[int, subprocess.Popen[bytes]] = {}
        self._stopping = threading.Event()
        self._told: Set[str] = set()
        self._lock = threading.Lock()

    def submit(self, command: Command) -> None:
        """Lets a command run as soon as there is room for it; returns at once.

        Args:
            command: What to run.
        """
        if len(self._threads) < MOST_RUNNING:
            thread = threading.Thread(target=self._work, daemon=True)
            self._threads.append(thread)
            thread.start()
        try:
            self._waiting.put_nowait(command)
        except queue.Full:
            self._tell(
                "too many",
                f"{command.text}: left out, {MOST_RUNNING} commands run and {MOST_WAITING} wait;"
                " make it shorter, or its cool-down longer",
            )

    def close(self, grace: Optional[float]) -> None:
        """Waits for the commands, and ends those that remain.

        Args:
            grace: Seconds to wait; None waits for all, each of which has its own timeout.
        """
        deadline = None if grace is None else time.monotonic() + grace
        try:
            for _ in self._threads:
                self._waiting.put(None, timeout=grace)
            for thread in self._threads:
                left = None if deadline is None else max(0.0, deadline - time.monotonic())
                thread.join(left)
        except queue.Full:
            pass  # more wait than may still begin
        finally:
            self._stopping.set()
            with self._lock:
                left_over = list(self._running.values())
            for process in left_over:
                _signal_group(process, signal.SIGKILL)

    def _work(self) -> None:
        while True:
            command = self._waiting.get()
            if command is None or self._stopping.is_set():
                return
            self._run(command)

    def _run(self, command: Command) -> None:
        try:
            # Of a session of its own, so that what it starts can be ended with it. Its output is
            # no result of ours, so not on standard output.
            process = subprocess.Popen(
                command.text,
                shell=True,
                stdin=subprocess.DEVNULL,
                stdout=2,
                start_new_session=True,
                env={**os.environ, **command.variables},
            )
        except (OSError, ValueError) as error:
            self._tell(
                f"start {command.text}", f"{command.text}: cannot be started ({reason_of(error)})"
            )
            return
        with self._lock:
            self._running[process.pid] = process
        if self._stopping.is_set():  # it began while close() ended the others
            _signal_group(process, signal.SIGKILL)
        try:
            self._wait(process, command)
        finally:
            with self._lock:
                del self._running[process.pid]

    def _wait(self, process: subprocess.Popen[bytes], command: Command) -> None:
        try:
            code = process.wait(command.timeout)
        except subprocess.TimeoutExpired:
            self._end(process)
            self._tell(
                f"timeout {command.text}",
                f"{command.text}: ended after {command.timeout:g} s; make it shorter, or its"
                " timeout longer",
            )
            return
        if code and not self._stopping.is_set():
            self._tell(f"exit {command.text}", f"{command.text}: exit code {code}, told once")

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        """Asks a command and what it started to end, and then ends them."""
        _signal_group(process, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_KILL_GRACE)
        # Also where the shell itself has left: what it started may be there still.
        _signal_group(process, signal.SIGKILL)
        process.wait()

    def _tell(self, kind: str, text: str) -> None:
        with self._lock:
            new = kind not in self._told
            self._told.add(kind)
        if new:
            self._say(text)


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
