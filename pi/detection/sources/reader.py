"""A thread that reads a camera or stream and keeps its newest image."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import Callable, Optional

from ..errors import InputError
from .capture import Capture, Shot


class Lost(InputError):
    """The camera or stream ended, or gives nothing any more."""


class Reader(threading.Thread):
    """Opens a camera or stream and reads it until it ends or is left.

    OpenCV's calls may block for long, and nothing can break them off. The thread is left behind
    then: it releases the camera or stream as soon as the call returns.

    Attributes:
        capture: None until it is open.
        active: When the last image came or was taken, on the monotonic clock.
        skipped: How many images no one took because a newer one had come.
    """

    def __init__(self, connect: Callable[[], Capture], every_frame: bool) -> None:
        """Prepares the thread; ``start`` starts it.

        Args:
            connect: Opens the camera or stream.
            every_frame: Read on only when the image has been taken; a recording always is read so.
        """
        super().__init__(name="capture", daemon=True)
        self.capture: Optional[Capture] = None
        self.skipped = 0
        self._connect = connect
        self._every_frame = every_frame
        self._changed = threading.Condition()
        self._shot: Optional[Shot] = None
        self._error: Optional[Exception] = None
        self._left = False
        self.active = time.monotonic()

    def run(self) -> None:
        """Reads; whatever goes wrong is raised where the images are taken."""
        try:
            with contextlib.closing(self._connect()) as capture:
                self.capture = capture
                while not self._left:
                    shot = capture.read()
                    if shot is None:
                        raise Lost("ended")
                    self._put(shot)
        except Exception as error:
            with self._changed:
                self._error = error
                self._changed.notify_all()

    def wait(self, patience: float) -> None:
        """Waits for an image, and leaves it there.

        Args:
            patience: Seconds without an image after which it counts as lost.

        Raises:
            InputError: It cannot be opened, has ended, or gives nothing.
        """
        with self._changed:
            while self._shot is None:
                if self._error is not None:
                    raise self._error
                remaining = self.active + patience - time.monotonic()
                if self._left or remaining <= 0:
                    raise Lost(f"no image for {patience:.0f} s")
                self._changed.wait(remaining)

    def take(self, patience: float) -> Shot:
        """Waits for an image and takes it.

        Args:
            patience: As for ``wait``.

        Returns:
            The newest image.

        Raises:
            InputError: As for ``wait``.
        """
        with self._changed:
            self.wait(patience)
            shot, self._shot = self._shot, None
            assert shot is not None
            self.active = time.monotonic()
            self._changed.notify_all()
            return shot

    def leave(self) -> None:
        """Ends the thread as soon as it can, and any waiting for it at once."""
        with self._changed:
            self._left = True
            self._changed.notify_all()

    def _put(self, shot: Shot) -> None:
        assert self.capture is not None
        with self._changed:
            if self._every_frame or self.capture.total is not None:
                self._changed.wait_for(lambda: self._shot is None or self._left)
            self.skipped += self._shot is not None
            self._shot = shot
            self.active = time.monotonic()
            self._changed.notify_all()
