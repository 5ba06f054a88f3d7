"""A time limit that travels with a piece of work from one function to the next."""

from __future__ import annotations

import time
from typing import Optional

from helpers.structures.errors import MissingPart


class Deadline:
    """The moment at which a piece of work is given up; by default never."""

    def __init__(self, seconds: Optional[float] = None) -> None:
        """Starts the clock.

        Args:
            seconds: from now; ``None`` sets no limit.
        """
        self.seconds = seconds
        self._end = None if seconds is None else time.monotonic() + seconds

    def left(self) -> Optional[float]:
        """Seconds that are left, never below 0; ``None`` where there is no limit."""
        return None if self._end is None else max(0.0, self._end - time.monotonic())

    def at_most(self, seconds: float) -> float:
        """``seconds``, or what is left where that is less."""
        left = self.left()
        return seconds if left is None else min(seconds, left)

    def part(self, share: float) -> Deadline:
        """A deadline for a share, 0 to 1, of what is left."""
        left = self.left()
        return Deadline(None if left is None else left * share)

    def check(self, what: str) -> None:
        """Goes on unless the time is over.

        Args:
            what: is being done, for the message.

        Raises:
            MissingPart: no time is left.
        """
        if self.left() == 0:
            raise self.passed(what)

    def passed(self, what: str) -> MissingPart:
        """The error for work that was not done in time."""
        return MissingPart(
            f"{what}: not done within {self.seconds or 0:.0f} s. "
            "Run it again with more time; what has come so far is kept."
        )
