"""Being told to stop: what is under way is finished and kept, then the job ends with a reason."""

from __future__ import annotations

import contextlib
import signal
from typing import Iterator

from helpers.structures.errors import JobFailed


class Stop:
    """Whether the job was told to stop, by SageMaker, Docker or Ctrl-C.

    Attributes:
        signal: the name of the first signal that came; empty before.
    """

    def __init__(self):
        self.signal = ""
        self._held = False

    def listen(self) -> None:
        """Takes SIGTERM and SIGINT from now on."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._hear)

    def _hear(self, number: int, _) -> None:
        # A notebook that is interrupted sends both, one after the other: only the first counts.
        first, self.signal = not self.signal, self.signal or signal.Signals(number).name
        if first and not self._held:
            raise self.reason()

    def reason(self, where: str = "") -> JobFailed:
        """What the failure file says.

        Args:
            where: the job was, as in ``at step 20 of 100``.
        """
        return JobFailed(
            f"stopped by {self.signal}{where and f' {where}'}. Start the job again: "
            "it goes on from its newest checkpoint."
        )

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Inside, a signal is only noted, for a piece of work that ends by itself.

        Raises:
            JobFailed: when the piece is done and there was a signal.
        """
        before, self._held = self._held, True
        heard = bool(self.signal)
        try:
            yield
        finally:
            self._held = before
        if self.signal and not heard:
            raise self.reason()
