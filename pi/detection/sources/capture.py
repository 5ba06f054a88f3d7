"""An open camera or stream, which one thread reads."""

from __future__ import annotations

import abc
import math
import time
from typing import Dict, NamedTuple, Optional, Union

import cv2
import numpy as np

from ..errors import InputError, one_line
from ..images import from_bgr
from .source import DEFAULT_RATE

_OPENING = 10.0  # seconds
_READING = 10.0


class Shot(NamedTuple):
    """An image as its source gave it.

    Attributes:
        image: uint8, (h, w, 3), in the order of channels that ``Capture.rgb`` expects.
        time: Seconds since 1970.
        seconds: On a clock that begins anywhere.
    """

    image: np.ndarray
    time: float
    seconds: float


class Capture(abc.ABC):
    """An open camera or stream.

    Attributes:
        rate: Frames a second, as stated.
        total: Number of frames of a recording; None of what goes on while it is read.
        description: What was got of what can be asked for; empty where nothing can.
    """

    rate: float = DEFAULT_RATE
    total: Optional[int] = None
    description: str = ""

    @abc.abstractmethod
    def read(self) -> Optional[Shot]:
        """Waits for the next image; None after the last one.

        Raises:
            InputError: The library that reads it has failed; the message is that alone.
        """

    @abc.abstractmethod
    def rgb(self, image: np.ndarray) -> np.ndarray:
        """Returns an image of ``read`` as RGB."""

    @abc.abstractmethod
    def close(self) -> None:
        """Releases the camera or stream; called by the thread that reads."""


class OpenCVCapture(Capture):
    """A camera or stream that OpenCV reads."""

    def __init__(self, capture: cv2.VideoCapture) -> None:
        """Takes an opened capture.

        Args:
            capture: It is released by ``close``.
        """
        self._capture = capture
        rate = capture.get(cv2.CAP_PROP_FPS)
        self.rate = rate if math.isfinite(rate) and 0 < rate <= 240 else DEFAULT_RATE
        count = capture.get(cv2.CAP_PROP_FRAME_COUNT)
        self.total = int(count) if math.isfinite(count) and count > 0 else None

    def read(self) -> Optional[Shot]:
        """Waits for the next image."""
        try:
            read, image = self._capture.read()
        except cv2.error as error:
            raise InputError(f"OpenCV failed ({one_line(error)})") from None
        if not read:
            return None
        seconds = time.monotonic()
        if self.total:
            seconds = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
        return Shot(image, time.time(), seconds)

    def rgb(self, image: np.ndarray) -> np.ndarray:
        """Returns RGB; OpenCV gives BGR."""
        return from_bgr(image)

    def close(self) -> None:
        """Releases the camera or stream."""
        self._capture.release()


def open_stream_capture(target: str) -> OpenCVCapture:
    """Opens what FFmpeg can read, and gives up after some seconds.

    OpenCV is told to use FFmpeg: where that fails it would try GStreamer, which writes its own
    lines to standard error.

    Args:
        target: An address or ``pipe:0``.

    Raises:
        InputError: It cannot be opened; the message is that alone.
    """
    # Before OpenCV 4.5.2 there were no such limits but 30 seconds for each.
    limits: Dict[str, float] = {
        "CAP_PROP_OPEN_TIMEOUT_MSEC": 1000 * _OPENING,
        "CAP_PROP_READ_TIMEOUT_MSEC": 1000 * _READING,
    }
    known = {name: limit for name, limit in limits.items() if hasattr(cv2, name)}
    numbers = [number for name in known for number in (getattr(cv2, name), int(known[name]))]
    return _opened(cv2.VideoCapture(target, _api("CAP_FFMPEG"), *([numbers] if numbers else [])))


def open_device_capture(device: Union[int, str]) -> cv2.VideoCapture:
    """Opens a camera.

    Args:
        device: Its number or its device's path.

    Returns:
        OpenCV's object, on which size, rate and format can be set.

    Raises:
        InputError: It cannot be opened; the message is that alone.
    """
    capture = cv2.VideoCapture(device, _api("CAP_V4L2"))
    if not capture.isOpened():
        raise InputError("cannot be opened")
    return capture


def _opened(capture: cv2.VideoCapture) -> OpenCVCapture:
    if not capture.isOpened():
        raise InputError("cannot be opened")
    return OpenCVCapture(capture)


def _api(name: str) -> int:
    """Returns the number of one of OpenCV's ways to read videos, or of any where it lacks that."""
    number = int(getattr(cv2, name))
    return number if number in cv2.videoio_registry.getBackends() else int(cv2.CAP_ANY)
