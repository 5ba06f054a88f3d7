"""Signals that stop a job: the step is finished and saved, then the job ends with a reason.

SageMaker sends SIGTERM and kills the container 120 s later, whether it is stopped by hand, at its
time limit or with its spot instance. Other launchers say in ``$TRAINER_STOP_SECONDS`` how long
they wait.

Source: the SageMaker API reference, ``StopTrainingJob``.
"""

from __future__ import annotations

import contextlib
import math
import os
import signal
import time
from typing import Any, Iterator

from helpers.structures.errors import BadInput, JobFailed
from helpers.training.job_layout import STOP_VARIABLE

SAGEMAKER_SECONDS = 120.0


class Stopped(JobFailed):
    """The job was told to stop before its end.

    Args:
        signal_name: the signal's.
        where: the job was, as in ``at step 20 of 100``.
        outcome: what was done since, as in ``saved and exported``.
    """

    def __init__(self, signal_name: str, where: str = "", outcome: str = "") -> None:
        self.signal_name, self.where = signal_name, where
        place, done = (where and f" {where}"), (outcome and f", {outcome}")
        super().__init__(
            f"stopped by {signal_name}{place}{done}. Start the job again: "
            "it resumes from its newest checkpoint."
        )

    def after(self, outcome: str) -> "Stopped":
        """The same with what was done since."""
        return Stopped(self.signal_name, self.where, outcome)


class GracefulShutdown:
    """Whether the job was told to stop, by SageMaker, Docker or Ctrl-C.

    Args:
        seconds: between SIGTERM and the end of the process; after Ctrl-C somebody waits.

    Attributes:
        signal: the name of the first signal that came; empty before.
    """

    def __init__(self, seconds: float = SAGEMAKER_SECONDS) -> None:
        self.signal = ""
        self._seconds, self._end = seconds, math.inf
        self._expected_end = math.inf  # of the work that a signal lets finish

    @classmethod
    def from_environment(cls) -> "GracefulShutdown":
        """With as many seconds as ``$TRAINER_STOP_SECONDS`` says, SageMaker's by default.

        Raises:
            BadInput: that is no number of seconds.
        """
        text = os.environ.get(STOP_VARIABLE, str(SAGEMAKER_SECONDS))
        try:
            seconds = float(text)
        except ValueError:
            seconds = -1.0
        if not 0 <= seconds < math.inf:
            raise BadInput.of(STOP_VARIABLE, repr(text), "seconds, as 120", "Set it, or unset it.")
        return cls(seconds)

    def listen(self) -> None:
        """Takes SIGTERM and SIGINT from now on."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, _: Any) -> None:
        # A notebook that is interrupted sends both, one after the other: only the first counts.
        if self.signal:
            return
        self.signal = signal.Signals(number).name
        seconds = self._seconds if number == signal.SIGTERM else 0.0
        self._end = time.monotonic() + seconds
        if self._expected_end > self._end:
            raise self.reason()

    @property
    def seconds_left(self) -> float:
        """Until the process is killed; infinite before a signal."""
        return self._end - time.monotonic()

    def reason(self, where: str = "") -> Stopped:
        """What the failure file says.

        Args:
            where: the job was, as in ``at step 20 of 100``.
        """
        return Stopped(self.signal, where)

    @contextlib.contextmanager
    def finishing(self, seconds: float) -> Iterator[None]:
        """Inside, a signal is only noted where the work ends before the process is killed.

        Args:
            seconds: that the work is expected to take; ``-inf`` for work that ends by itself.
        """
        before, self._expected_end = self._expected_end, time.monotonic() + seconds
        try:
            yield
        finally:
            self._expected_end = before

    @contextlib.contextmanager
    def deferred(self) -> Iterator[None]:
        """Inside, a signal is only noted, for work that ends by itself.

        Raises:
            Stopped: when the work is done and there was a signal.
        """
        had_signal = bool(self.signal)
        with self.finishing(-math.inf):
            yield
        if self.signal and not had_signal:
            raise self.reason()
