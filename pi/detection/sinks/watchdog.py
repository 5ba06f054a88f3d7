"""Feeds the watchdog of a systemd service by frames: one that detects no more is started again."""

from __future__ import annotations

import time
from typing import Callable, List, Optional

from ..device.service import ALIVE, READY, STOPPING, ServiceManager, find_manager
from ..structures import Result
from .sink import Sink

_INTERVAL = 1.0  # seconds between two messages at least; a watchdog waits for many


class Watchdog(Sink):
    """Tells the service manager of frames that went all the way through.

    The first one makes the service ready. A camera that hangs gives no further ones, and then
    ``WatchdogSec=`` of the unit ends and restarts it.
    """

    def __init__(
        self, manager: ServiceManager, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Makes the sink.

        Args:
            manager: Whom to tell; closed with the sink.
            clock: Seconds, never going back.
        """
        self._manager = manager
        self._clock = clock
        self._frames = 0
        self._told: Optional[float] = None

    def write(self, result: Result) -> None:
        """Counts a frame, and tells of it at most once a second."""
        self._frames += 1
        now = self._clock()
        if self._told is not None and now - self._told < _INTERVAL:
            return
        states = [ALIVE, f"STATUS={self._frames} frames, {len(result.detections)} objects now"]
        self._manager.tell(*([READY] if self._told is None else []), *states)
        self._told = now

    def close(self, error: Optional[BaseException]) -> None:
        """Tells that the program ends."""
        self._manager.tell(STOPPING)
        self._manager.close()


def watchdog_sinks() -> List[Sink]:
    """Returns the sink for the service manager of this process; none where there is no manager."""
    manager = find_manager()
    return [Watchdog(manager)] if manager else []
