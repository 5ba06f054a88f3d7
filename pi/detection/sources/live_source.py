"""A camera or stream: the newest frame wins, and what goes away is waited for."""

from __future__ import annotations

import logging
import threading
import time
from typing import Callable, Iterator, Optional

from ..errors import InputError
from ..structures import Frame
from .capture import Capture, Shot
from .live import LiveOptions
from .reader import Lost, Reader
from .source import Source

_LOG = logging.getLogger(__name__)

# Seconds. OpenCV gives up opening and reading after ten; a first image may wait for a key frame.
_FIRST_IMAGE = 20.0
_CLOSING = 1.0
# A stream that was there for less may be about to go again.
_STEADY = 10.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 10.0


class LiveSource(Source):
    """A camera or stream, or a recording at an address, which then is read frame by frame.

    Attributes:
        interruptions: How often it has gone away so far.
    """

    def __init__(
        self,
        name: str,
        connect: Callable[[], Capture],
        options: LiveOptions,
        remedy: Callable[[], str],
        can_return: bool = True,
    ) -> None:
        """Opens it and waits for its first image.

        Args:
            name: As it may be shown, without a password.
            connect: Opens the camera or stream, in a thread of its own.
            options: How it is read.
            remedy: What to do where it cannot be opened or gives nothing.
            can_return: Whether it can be opened again.

        Raises:
            InputError: It cannot be opened or gives no image.
        """
        self._name = name
        self._connect = connect
        self._options = options
        self._can_return = can_return
        self.interruptions = 0
        self._pause = _FIRST_PAUSE
        # What cannot be opened again may pause for as long as it likes.
        self._patience = options.stall if can_return else options.give_up or float("inf")
        self._closed = threading.Event()
        self._reader = self._started()
        try:
            self._reader.wait(_FIRST_IMAGE)
        except InputError as error:
            self._reader.leave()
            what = "gives no image" if isinstance(error, Lost) else str(error)
            raise InputError(f"{name}: {what}; {remedy()}") from None
        except BaseException:  # a signal
            self._reader.leave()
            raise
        self._steady_at = time.monotonic() + _STEADY
        capture = self._capture()
        self.rate, self.total = capture.rate, capture.total
        self.kind = "live" if capture.total is None else "video"
        if capture.description:
            _LOG.warning("%s: %s", name, capture.description)

    def frames(self, report: Callable[[InputError], None]) -> Iterator[Frame]:
        """Gives the newest frame each time, or of a recording every one.

        A camera or stream that goes away is opened again, after pauses that grow; that and its
        return are said once each. Where it stays away for longer than is allowed, that is
        reported and the frames end, so that what was recorded is kept.
        """
        number, first = 0, None
        while True:
            shot = self._next(report, number)
            if shot is None:
                return
            number += 1
            first = shot.seconds if first is None else first
            image = self._capture().rgb(shot.image)
            yield Frame(image, self._name, number, shot.time, shot.seconds - first)

    def close(self) -> None:
        """Releases the camera or stream, and ends ``frames`` in any thread."""
        self._closed.set()
        self._reader.leave()
        self._reader.join(_CLOSING)

    def _capture(self) -> Capture:
        capture = self._reader.capture
        assert capture is not None  # an image has come
        return capture

    def _started(self) -> Reader:
        reader = Reader(self._connect, self._options.every_frame)
        reader.start()
        return reader

    def _next(self, report: Callable[[InputError], None], number: int) -> Optional[Shot]:
        """Returns the next image; None where no more will come."""
        while not self._closed.is_set():
            try:
                return self._reader.take(self._patience)
            except InputError as error:
                if self._closed.is_set():
                    return None
                if self.kind == "live" and self._can_return:
                    self._wait_for_return(error, report)
                else:
                    self._report_broken(error, number, report)
                    return None
        return None

    def _report_broken(
        self, error: InputError, number: int, report: Callable[[InputError], None]
    ) -> None:
        """Reports a recording that ended too early, or a pipe that was still open."""
        # Containers that estimate their length may be off by a little.
        if str(error) != "ended" or number < 0.9 * (self.total or 0):
            of = f" of {self.total}" if self.total else ""
            report(InputError(f"{self._name}: {error} after {number}{of} frames; read it again"))

    def _wait_for_return(self, error: InputError, report: Callable[[InputError], None]) -> None:
        """Opens the camera or stream until it gives images again, or closes this source."""
        self._reader.leave()
        self.interruptions += 1
        lost = self._reader.active
        if time.monotonic() > self._steady_at:
            self._pause = _FIRST_PAUSE
        _LOG.warning("%s: %s; it is opened again until it is back", self._name, error)
        while not self._closed.wait(min(self._pause, self._remaining(lost))):
            if self._remaining(lost) <= 0:
                away = f"no image for {time.monotonic() - lost:.0f} s"
                report(InputError(f"{self._name}: {away}; given up, as --give-up says"))
                self._closed.set()
                return
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
            if self._is_back(lost):
                self._steady_at = time.monotonic() + _STEADY
                away = f"{time.monotonic() - lost:.0f} s"
                _LOG.warning(
                    "%s: back after %s (interruption %d)", self._name, away, self.interruptions
                )
                return

    def _is_back(self, lost: float) -> bool:
        self._reader = self._started()
        try:
            self._reader.wait(min(_FIRST_IMAGE, self._remaining(lost)))
        except InputError:
            self._reader.leave()
            return False
        return True

    def _remaining(self, lost: float) -> float:
        """Returns how many seconds are left until this source is given up."""
        if self._options.give_up is None:
            return float("inf")
        return lost + self._options.give_up - time.monotonic()
