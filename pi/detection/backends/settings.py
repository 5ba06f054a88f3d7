"""How a backend runs, whichever it is."""

from __future__ import annotations

from typing import NamedTuple, Optional

from ..device.cpu_limit import usable_cores

DEFAULT = "default"


class Settings(NamedTuple):
    """What the user asks of the backends.

    Attributes:
        threads: How many each run of the network uses; None: as many as there are cores to use.
        opencv_backend: What OpenCV's DNN module computes with, a key of
            ``opencv_backends.BACKENDS``.
        opencv_target: On which processor, a key of ``opencv_backends.TARGETS``.
    """

    threads: Optional[int] = None
    opencv_backend: str = DEFAULT
    opencv_target: str = DEFAULT

    def thread_count(self) -> int:
        """Returns how many threads a run of the network uses; 1 or more."""
        return self.threads or usable_cores()


DEFAULTS = Settings()
