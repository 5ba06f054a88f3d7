"""TensorBoard as a process in the background, on a free port, that ends with this one."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
import urllib.error
import urllib.request
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Callable, Dict, Mapping

from helpers.structures.errors import MissingPart
from helpers.system import shell
from helpers.training.tensorboard_server import HOST
from helpers.workspace import ROOT

_SERVER = "helpers.training.tensorboard_server"
_START_SECONDS = 60.0
_STOP_SECONDS = 5.0
_SHOWN_LINES = 3  # of the log


@dataclass(frozen=True)
class TensorBoardOptions:
    """How TensorBoard runs.

    Attributes:
        port: 0 takes any free one.
        reload_seconds: between two looks at the event files.
        environment: variables for its process alone, beside those of this one.
        on_end: called when it has ended.
    """

    port: int = 0
    reload_seconds: float = 5.0
    environment: Mapping[str, str] = field(default_factory=dict)
    on_end: Callable[[], Any] = lambda: None


class TensorBoard:
    """TensorBoard as a process in the background.

    It ends with :meth:`stop`, when this object is gone, and with this process, however that ends.

    Args:
        logdir: ``.`` for the folder it runs in, or ``NAME:s3://…`` with commas between several.
        folder: to run in. TensorBoard takes commas and colons in ``logdir`` for its own, so a path
            is better not given there.
        log: where its output goes.
        options: how it runs.

    Attributes:
        port: that it is bound to, on 127.0.0.1.

    Raises:
        MissingPart: it did not start; the message has the cause.
    """

    def __init__(
        self,
        logdir: str,
        folder: Path,
        log: Path,
        options: TensorBoardOptions = TensorBoardOptions(),  # noqa: B008  frozen
    ) -> None:
        self._log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        arguments = [str(os.getpid()), logdir, str(options.port), str(options.reload_seconds)]
        with open(str(log), "wb") as stream:
            self._process = subprocess.Popen(
                [sys.executable, "-m", _SERVER, *arguments],
                cwd=str(folder),
                env=_environment(options.environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stream,
                start_new_session=True,  # so that an interrupted cell does not interrupt it
            )
        self._end = weakref.finalize(self, _end, self._process, options.on_end)
        try:
            self.port = self._wait_for_port(time.monotonic() + _START_SECONDS)
        except BaseException:
            self.stop()
            raise

    @property
    def url(self) -> str:
        """Where it answers on this machine; ends with a slash."""
        return f"http://{HOST}:{self.port}/"

    @property
    def pid(self) -> int:
        """Of its process."""
        return self._process.pid

    def is_healthy(self) -> bool:
        """Whether it runs and answers."""
        if self._process.poll() is not None:
            return False
        try:
            with urllib.request.urlopen(f"{self.url}data/logdir", timeout=10) as response:
                return response.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def require_healthy(self) -> None:
        """Checks that it runs and answers.

        Raises:
            MissingPart: it does not; the message says why.
        """
        if not self.is_healthy():
            raise MissingPart(
                f"TensorBoard {self._state()}: {self._cause()}. Start it again in the cell above; "
                f"its whole log is {self._log}."
            )

    def stop(self) -> None:
        """Ends the process; a second call does nothing."""
        self._end()

    def _state(self) -> str:
        code = self._process.poll()
        return "does not answer" if code is None else f"has ended (exit {code})"

    def _cause(self) -> str:
        text = self._log.read_text("utf-8", errors="replace") if self._log.exists() else ""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        return " ".join(lines[-_SHOWN_LINES:]) or "it said nothing"

    def _wait_for_port(self, deadline: float) -> int:
        assert self._process.stdout is not None
        answer = _first_line(self._process.stdout, deadline)
        if "error" in answer:
            raise MissingPart(
                f"TensorBoard: {answer['error']}. Use another port; PORT=0 takes a free one."
            )
        if "port" not in answer:
            raise MissingPart(
                f"TensorBoard did not start within {_START_SECONDS:.0f} s, or ended: "
                f"{self._cause()}. Run make setup; its whole log is {self._log}."
            )
        return int(answer["port"])


def _first_line(stream: IO[bytes], deadline: float) -> Dict[str, Any]:
    """The JSON object in the first line; empty when the stream ended or time is over."""
    line = b""
    while not line.endswith(b"\n"):
        readable, _, _ = select.select([stream], [], [], max(0.0, deadline - time.monotonic()))
        block = os.read(stream.fileno(), 4096) if readable else b""
        if not block:
            return {}
        line += block
    answer: Dict[str, Any] = json.loads(line.decode("utf-8"))
    return answer


def _end(process: subprocess.Popen, on_end: Callable[[], Any]) -> None:
    shell.end(process, _STOP_SECONDS)
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    on_end()


def _environment(extra: Mapping[str, str]) -> Dict[str, str]:
    """This process's variables and some for the child, which finds this package by them."""
    variables = dict(os.environ, CUDA_VISIBLE_DEVICES="-1", **extra)
    variables.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    variables["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    return variables
