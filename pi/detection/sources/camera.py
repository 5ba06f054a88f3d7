"""A USB camera, or another one that Linux shows as ``/dev/video0``."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import List, Optional, Union

import cv2

from ..errors import InputError
from .capture import OpenCVCapture, Shot, open_device_capture
from .live import CameraOptions, LiveOptions
from .live_source import LiveSource

_NUMBERED = re.compile(r"/dev/video(\d+)")
_BY_ID = Path("/dev/v4l/by-id")
_DAMAGED, _DAMAGED_FOR = 5, 1.0  # images in a row, seconds


class CameraCapture(OpenCVCapture):
    """A camera that gives what was asked for, or what is nearest to it."""

    def __init__(self, capture: cv2.VideoCapture, options: CameraOptions) -> None:
        """Asks for format, size and rate, in this order: each limits the next.

        Args:
            capture: Opened, nothing read yet.
            options: What to ask for.
        """
        if options.format is not None:
            capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*options.format))
        if options.size is not None:
            capture.set(cv2.CAP_PROP_FRAME_WIDTH, options.size[0])
            capture.set(cv2.CAP_PROP_FRAME_HEIGHT, options.size[1])
        if options.rate is not None:
            capture.set(cv2.CAP_PROP_FPS, options.rate)
        super().__init__(capture)
        self.total = None
        self.description = describe(_got(capture), options)

    def read(self) -> Optional[Shot]:
        """Waits for the next image; the few that USB cameras send damaged are passed over."""
        deadline = time.monotonic() + _DAMAGED_FOR
        for _ in range(_DAMAGED):
            shot = super().read()
            # A camera that was unplugged fails at once, one that hangs after ten seconds.
            if shot is not None or time.monotonic() > deadline:
                return shot
        return None


def open_camera(text: str, options: LiveOptions, asked: CameraOptions) -> LiveSource:
    """Opens a camera.

    Args:
        text: Its number, ``/dev/video0``, or a name below ``/dev/v4l/by-id``, which stays the
            same whatever else is plugged in.
        options: How it is read.
        asked: Format, size and rate to ask for.

    Raises:
        InputError: It is not there, may not be used, or gives no image.
    """
    path = Path(f"/dev/video{int(text)}") if text.isdigit() else Path(text)

    def connect() -> CameraCapture:
        require_usable(path)
        numbered = _NUMBERED.fullmatch(os.path.realpath(str(path)))
        device: Union[int, str] = int(numbered.group(1)) if numbered else str(path)
        return CameraCapture(open_device_capture(device), asked)

    return LiveSource(text, connect, options, lambda: _remedy(path))


def require_usable(path: Path) -> None:
    """Checks that a camera is there and may be used.

    Args:
        path: The device.

    Raises:
        InputError: It is not there, or this user may not use it.
    """
    if not path.exists():
        raise InputError("cannot be opened, there is no such camera")
    if not os.access(str(path), os.R_OK | os.W_OK):
        raise InputError("cannot be opened, this user has no right to the camera")


def describe(got: CameraOptions, asked: CameraOptions) -> str:
    """Returns what a camera gives, and what was asked for where that differs.

    Args:
        got: What it gives.
        asked: What it was asked for.
    """
    differ = [wanted is not None and wanted != given for given, wanted in zip(got, asked)]
    wanted = f" (asked for {_in_words(asked)})" if any(differ) else ""
    return f"gives {_in_words(got)}{wanted}"


def _got(capture: cv2.VideoCapture) -> CameraOptions:
    code = int(capture.get(cv2.CAP_PROP_FOURCC))
    letters = code.to_bytes(4, "little", signed=code < 0).decode("ascii", "replace")
    width = int(capture.get(cv2.CAP_PROP_FRAME_WIDTH))
    height = int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
    rate = capture.get(cv2.CAP_PROP_FPS)
    return CameraOptions((width, height), rate, letters if letters.isprintable() else None)


def _in_words(options: CameraOptions) -> str:
    words: List[str] = []
    if options.size is not None:
        words.append("{}x{} pixels".format(*options.size))
    if options.rate is not None:
        words.append(f"{options.rate:g} frames a second")
    if options.format is not None:
        words.append(options.format)
    return ", ".join(words)


def _remedy(path: Path) -> str:
    """Returns what to do with a camera that cannot be used."""
    if not path.exists():
        there = sorted(map(str, [*_BY_ID.glob("*"), *Path("/dev").glob("video*")]))
        if not there:
            return "check its cable; no camera is listed by: ls /dev/video*"
        return f"check its cable; here are {' '.join(there[:6])}"
    if not os.access(str(path), os.R_OK | os.W_OK):
        return "run: sudo usermod -aG video $USER, then log in again"
    return f"another program may use it (fuser -v {path}); a camera on the ribbon cable is picamera"
