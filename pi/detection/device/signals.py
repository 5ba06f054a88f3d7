"""Ends the program on the signals that ask for it as Ctrl-C does, so that files are finished."""

from __future__ import annotations

import contextlib
import signal
from types import FrameType
from typing import Iterator, Optional

# systemd, ``kill`` and a shutdown send SIGTERM; a terminal or SSH session that closes SIGHUP.
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


class Stopped(KeyboardInterrupt):
    """A signal asked the program to end.

    Attributes:
        exit_code: 128 and the signal's number, as shells count.
    """

    def __init__(self, number: int) -> None:
        self.exit_code = 128 + number
        by = "" if number == signal.SIGINT else f" by {signal.Signals(number).name}"
        super().__init__(f"stopped{by}")


@contextlib.contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Lets the first SIGINT, SIGTERM or SIGHUP raise ``Stopped`` in the block.

    Those that follow are ignored: they would break off what finishes the files. A signal that is
    ignored already stays so, as ``nohup`` and shells ask for what runs in the background.

    Yields:
        Nothing.
    """
    numbers = [
        number
        for number in (getattr(signal, name, None) for name in _NAMES)
        if number is not None and signal.getsignal(number) != signal.SIG_IGN
    ]

    def stop(number: int, frame: Optional[FrameType]) -> None:
        del frame
        # A function that does nothing: Python calls SIG_IGN where a signal has already come.
        for other in numbers:
            signal.signal(other, lambda *arguments: None)
        raise Stopped(number)

    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
