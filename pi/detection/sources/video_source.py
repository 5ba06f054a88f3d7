"""A video file, read by OpenCV."""

from __future__ import annotations

import logging
import math
import time
from typing import Callable, Iterator

import cv2

from ..errors import InputError
from ..images import swap_red_and_blue
from ..structures import Frame
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
        self._capture = cv2.VideoCapture(str(file.path))
        if not self._capture.isOpened():
            raise InputError(f"{file.path}: cannot be opened; {_REMEDY}")
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
        number, name = 0, self._file.name
        while True:
            read, image = self._capture.read()
            if not read:
                break
            number += 1
            stream_time = (number - 1) / self.rate
            yield Frame(swap_red_and_blue(image), name, number, time.time(), stream_time)
        if number == 0:
            raise InputError(f"{self._file.path}: gives no frame; {_REMEDY}")
        # Containers that estimate their length may be off by a little.
        if self.total and number < 0.9 * self.total:
            _LOG.warning(
                "%s: ended after %d of %d frames; damaged or cut short, copy it again",
                self._file.path,
                number,
                self.total,
            )

    def close(self) -> None:
        """Releases the file."""
        self._capture.release()
