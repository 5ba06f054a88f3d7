"""A video file, a camera or a stream, read by OpenCV."""

from __future__ import annotations

import logging
import math
import re
import time
from typing import Callable, Iterator, Optional

import cv2

from ..errors import InputError
from ..images import swap_red_and_blue
from ..structures import Frame
from .source import DEFAULT_RATE, Input, Source

_LOG = logging.getLogger(__name__)

CAMERA = re.compile(r"(?:/dev/video)?(\d+)")


class VideoSource(Source):
    """A video file, a camera or a stream; its total is what the file states."""

    def __init__(self, text: str, file: Optional[Input] = None) -> None:
        """Opens the video.

        Args:
            text: A path, a camera's number or device, or a stream's address.
            file: The file, where it is one.

        Raises:
            InputError: It cannot be opened.
        """
        self._name = file.name if file else text
        self._text = text
        camera = CAMERA.fullmatch(text)
        self._capture = cv2.VideoCapture(int(camera.group(1))) if camera else cv2.VideoCapture(text)
        if not self._capture.isOpened():
            raise InputError(f"{text}: cannot be opened; {_remedy(text, file is not None)}")
        self.inputs = [file] if file else []
        self.kind = "video" if file else "live"
        count = self._capture.get(cv2.CAP_PROP_FRAME_COUNT)
        self.total = int(count) if file and count > 0 else None
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        self.rate = rate if math.isfinite(rate) and 0 < rate <= 240 else DEFAULT_RATE

    def frames(self, report: Callable[[InputError], None]) -> Iterator[Frame]:
        """Reads the frames as they come; a video that breaks off ends, so nothing is reported.

        Raises:
            InputError: Not one frame could be read.
        """
        del report
        number, started = 0, time.monotonic()
        while True:
            read, image = self._capture.read()
            if not read:
                break
            number += 1
            live = time.monotonic() - started
            stream_time = live if self.kind == "live" else (number - 1) / self.rate
            yield Frame(swap_red_and_blue(image), self._name, number, time.time(), stream_time)
        if number == 0:
            remedy = _remedy(self._text, self.kind == "video")
            raise InputError(f"{self._text}: gives no frame; {remedy}")
        # Containers that estimate their length may be off by a little.
        if self.total and number < 0.9 * self.total:
            _LOG.warning(
                "%s: ended after %d of %d frames; damaged or cut short, copy it again",
                self._text,
                number,
                self.total,
            )

    def close(self) -> None:
        """Releases the file, camera or stream."""
        self._capture.release()


def _remedy(text: str, is_file: bool) -> str:
    if is_file:
        return "damaged, or in a format this OpenCV cannot read; copy or convert it again"
    if CAMERA.fullmatch(text):
        return "check its cable and that it is listed by: ls /dev/video*"
    return "check the address and the network"
