"""A video file, read by OpenCV."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import time
from pathlib import Path
from typing import Callable, Iterator

import cv2

from ..errors import InputError, is_utf_8
from ..images import SUFFIXES as IMAGE_SUFFIXES
from ..images import from_bgr
from ..structures import Frame
from .frame_times import FrameTimes
from .rotation import read_turn
from .source import DEFAULT_RATE, Input, Source

_LOG = logging.getLogger(__name__)

_REMEDY = "damaged, or in a format this OpenCV cannot read; copy or convert it again"


class VideoSource(Source):
    """A video file; its total is what the file states."""

    kind = "video"

    def __init__(self, file: Input) -> None:
        """Opens the video.

        Args:
            file: The file.

        Raises:
            InputError: It cannot be opened.
        """
        self.inputs = [file]
        self._file = file
        self._turn = read_turn(file.path)
        self._stack = contextlib.ExitStack()
        self._capture = cv2.VideoCapture(self._stack.enter_context(opencv_name(file.path)))
        if not self._capture.isOpened():
            self.close()
            raise InputError(f"{file.path}: cannot be opened; {_REMEDY}")
        # Some versions turn frames themselves, a few of them the wrong way.
        if hasattr(cv2, "CAP_PROP_ORIENTATION_AUTO"):
            self._capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 0)
        count = self._capture.get(cv2.CAP_PROP_FRAME_COUNT)
        self.total = int(count) if count > 0 else None
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        self.rate = rate if math.isfinite(rate) and 0 < rate <= 240 else DEFAULT_RATE

    def frames(self, report: Callable[[InputError], None]) -> Iterator[Frame]:
        """Reads the frames as they come; a video that breaks off ends, so nothing is reported.

        Raises:
            InputError: Not one frame could be read.
        """
        del report
        number, stream_time, times = 0, 0.0, FrameTimes(self.rate)
        while True:
            read, image = self._capture.read()
            if not read:
                break
            number += 1
            stream_time = times.next(self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000)
            upright = from_bgr(self._turn.apply(image))
            yield Frame(upright, self._file.name, number, time.time(), stream_time)
        if number == 0:
            raise InputError(f"{self._file.path}: gives no frame; {_REMEDY}")
        # Containers that estimate their length may be off by a little. With a variable frame rate
        # the number of frames is an estimate, too, but the last one is near the end.
        lasted = stream_time + 1 / self.rate
        if self.total and max(number, lasted * self.rate) < 0.9 * self.total:
            _LOG.warning(
                "%s: ended after %d of %d frames; damaged or cut short, copy it again",
                self._file.path,
                number,
                self.total,
            )

    def close(self) -> None:
        """Releases the file."""
        self._capture.release()
        self._stack.close()


@contextlib.contextmanager
def opencv_name(path: Path) -> Iterator[str]:
    """Gives a name by which OpenCV opens a file, whatever the file's own.

    OpenCV takes text in UTF-8 and crashes where a name is none; FFmpeg takes what stands before a
    colon as a protocol, and believes the suffix of an image.

    Args:
        path: An existing file.

    Yields:
        The absolute path, or one that leads to the file while the block lasts.

    Raises:
        OSError: It cannot be opened.
    """
    name = os.path.abspath(str(path))
    if is_utf_8(name) and path.suffix.lower() not in IMAGE_SUFFIXES:
        yield name
        return
    with path.open("rb") as file:
        by_number = f"/proc/self/fd/{file.fileno()}"
        yield by_number if os.path.exists(by_number) else name
