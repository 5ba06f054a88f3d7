"""The time that the parts of a job take, and the estimate of the whole after its first steps."""

from __future__ import annotations

import contextlib
import logging
import time
from typing import Any, Callable, Dict, Iterator, Optional

import psutil
import tensorflow as tf

from helpers.training import time_estimate
from helpers.training.time_estimate import TIMED, WARM_UP, Pace, RunTime, Workload

log = logging.getLogger("trainer")
_FORWARD = 1 / 3  # of a step: the pass backwards takes twice as long as that forwards
_OFFSET = time.monotonic() - (time.time() - psutil.Process().create_time())


def age() -> float:
    """Seconds since this process was started."""
    return time.monotonic() - _OFFSET


class RunClock:
    """Adds up the seconds of the parts of one start of a job.

    Attributes:
        begun: how old the process was when the first step was done; 0 without one.
        expected: the time of the whole job; ``None`` before enough steps were timed.
    """

    def __init__(self) -> None:
        self._parts: Dict[str, float] = {}
        self.begun = 0.0
        self.expected: Optional[RunTime] = None

    @contextlib.contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Counts what happens inside for a part.

        Args:
            name: a field of ``RunTime`` but ``start`` and ``steps``.
        """
        began = age()
        try:
            yield
        finally:
            self._parts[name] = self.seconds(name) + age() - began

    def seconds(self, name: str) -> float:
        """What a part has taken so far."""
        return self._parts.get(name, 0.0)

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, counted for a part."""

        def counted(*arguments: Any) -> Any:
            with self.part(name):
                return function(*arguments)

        return counted

    def so_far(self) -> RunTime:
        """What each part has taken."""
        known = {name: self.seconds(name) for name in ("features", "evaluation", "export")}
        after = known["evaluation"] + known["export"]
        begun = self.begun or age() - after
        return RunTime(start=begun - known["features"], steps=age() - begun - after, **known)


class PaceHook(tf.estimator.SessionRunHook):
    """Times the first steps, and logs how long the whole job will take.

    Args:
        clock: is told when the first step was done.
        view: seconds of a view of an image, where features of frozen layers are kept.
        kept: views whose features were computed before.
        work: of this start of the job.
        batch_size: images in a batch.
    """

    def __init__(
        self, clock: RunClock, view: float, kept: int, work: Workload, batch_size: int
    ) -> None:
        self._clock, self._view, self._kept = clock, view, kept
        self._work, self._batch_size = work, batch_size
        self._made, self._seconds, self._steps = age(), 0.0, 0

    def before_run(self, run_context: Any) -> None:
        """Starts the clock: saving and evaluating are not training."""
        self._began = age()

    def after_run(self, run_context: Any, run_values: Any) -> None:
        """Counts the step; logs when enough were timed."""
        self._steps += 1
        if self._steps == 1:
            self._clock.begun = age()
        if WARM_UP < self._steps <= WARM_UP + TIMED:
            self._seconds += age() - self._began
        if self._steps == WARM_UP + TIMED:
            expected = time_estimate.estimate(self.pace(), self._work)
            self._clock.expected = expected
            log.info("expected by %d timed steps: %s", TIMED, expected.as_text())

    def pace(self) -> Pace:
        """What was timed; complete after the timed steps."""
        step = self._seconds / TIMED
        return Pace(
            start=self._made - self._view * self._kept,
            view=self._view,
            setup=self._clock.begun - self._made,
            step=step,
            image=self._view or step * _FORWARD / self._batch_size,
        )
