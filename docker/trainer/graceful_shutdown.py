"""Signals that stop a job: the step is finished and saved, then the job ends with a reason."""

from __future__ import annotations

import contextlib
import signal
from typing import Any, Iterator

from helpers.structures.errors import JobFailed


class GracefulShutdown:
    """Whether the job was told to stop, by SageMaker, Docker or Ctrl-C.

    Attributes:
        signal: the name of the first signal that came; empty before.
    """

    def __init__(self) -> None:
        self.signal = ""
        self._deferred = False

    def listen(self) -> None:
        """Takes SIGTERM and SIGINT from now on."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, _: Any) -> None:
        # A notebook that is interrupted sends both, one after the other: only the first counts.
        first, self.signal = not self.signal, self.signal or signal.Signals(number).name
        if first and not self._deferred:
            raise self.reason()

    def reason(self, where: str = "") -> JobFailed:
        """What the failure file says.

        Args:
            where: the job was, as in ``at step 20 of 100``.
        """
        return JobFailed(
            f"stopped by {self.signal}{where and f' {where}'}. Start the job again: "
            "it resumes from its newest checkpoint."
        )

    @contextlib.contextmanager
    def deferred(self) -> Iterator[None]:
        """Inside, a signal is only noted, for work that ends by itself.

        Raises:
            JobFailed: when the work is done and there was a signal.
        """
        before, self._deferred = self._deferred, True
        had_signal = bool(self.signal)
        try:
            yield
        finally:
            self._deferred = before
        if self.signal and not had_signal:
            raise self.reason()
