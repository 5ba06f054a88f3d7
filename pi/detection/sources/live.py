"""Which SOURCEs are cameras and streams, and how they are read: what is known before one is opened.

What opens them is imported where there is one, since a start is to be short.
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple, Optional, Tuple

CAMERA = re.compile(r"\d+|/dev/(?:video\d+|v4l/by-(?:id|path)/.+)")
PICAMERA = re.compile(r"picamera(\d*)")
STREAM = re.compile(r"(?:https?|rtsps?|tcp|udp)://.+", re.IGNORECASE)
STANDARD_INPUT = "-"


class LiveOptions(NamedTuple):
    """How a camera or stream is read.

    Attributes:
        give_up: Seconds without an image after which the program ends; None waits for ever.
        stall: Seconds without an image after which it is opened again.
        every_frame: Whether every frame counts, at the price of falling behind.
    """

    give_up: Optional[float] = None
    stall: float = 5.0
    every_frame: bool = False


class CameraOptions(NamedTuple):
    """What is asked of a camera; None leaves the choice to it.

    Attributes:
        size: Width and height, pixels.
        rate: Frames a second.
        format: Four letters of the pixel format, such as MJPG or YUYV.
    """

    size: Optional[Tuple[int, int]] = None
    rate: Optional[float] = None
    format: Optional[str] = None


def is_live(text: str) -> bool:
    """Tells whether a SOURCE is a camera or stream; a file or folder of that name goes first.

    Args:
        text: SOURCE of the command line.
    """
    if os.path.isfile(text) or os.path.isdir(text):
        return False
    live = (CAMERA.fullmatch(text), PICAMERA.fullmatch(text), STREAM.fullmatch(text))
    return text == STANDARD_INPUT or any(live)
