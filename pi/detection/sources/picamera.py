"""The camera on the ribbon cable, through picamera2."""

from __future__ import annotations

import importlib
import logging
import os
import time
from typing import Any, Dict

import numpy as np

from ..errors import InputError, UsageError, one_line
from .camera import describe
from .capture import Capture, Shot
from .live import CameraOptions, LiveOptions
from .live_source import LiveSource

_RATE = 30.0  # picamera2's own for videos


class PicameraCapture(Capture):
    """A camera that picamera2 runs; it gives RGB, so nothing has to be swapped."""

    def __init__(self, camera: Any, asked: CameraOptions) -> None:
        """Configures and starts the camera.

        Args:
            camera: A ``picamera2.Picamera2``.
            asked: The size and rate to ask for.

        Raises:
            RuntimeError: The camera cannot do so.
        """
        self._camera = camera
        self.rate = asked.rate or _RATE
        # Names are those of DRM formats, little-endian: what is called BGR888 has red first.
        # picamera2's manual, 4.2.2; FORMAT_TABLE in its request.py.
        main: Dict[str, Any] = {"format": "BGR888"}
        if asked.size is not None:
            main["size"] = asked.size
        duration = round(1_000_000 / self.rate)
        controls = {"FrameDurationLimits": (duration, duration)}
        camera.configure(camera.create_video_configuration(main=main, controls=controls))
        size = camera.camera_configuration()["main"]["size"]
        self.description = describe(CameraOptions((size[0], size[1]), self.rate), asked)
        camera.start()

    def read(self) -> Shot:
        """Waits for the next image."""
        try:
            image = self._camera.capture_array("main")
        except RuntimeError as error:
            raise InputError(f"picamera2 failed ({one_line(error)})") from None
        return Shot(image, time.time(), time.monotonic())

    def rgb(self, image: np.ndarray) -> np.ndarray:
        """Returns the image as it is."""
        return image

    def close(self) -> None:
        """Stops the camera, so that another program can use it."""
        self._camera.close()


def open_picamera(text: str, options: LiveOptions, asked: CameraOptions) -> LiveSource:
    """Opens a camera on the ribbon cable.

    Args:
        text: ``picamera`` for the first one, ``picamera1`` for the second.
        options: How it is read.
        asked: The size and rate to ask for.

    Raises:
        UsageError: It is asked for a format.
        InputError: picamera2 or the camera is not there, or gives no image.
    """
    if asked.format is not None:
        raise UsageError(f"--camera-format is for USB cameras, the source is {text}")
    number = int(text[len("picamera") :] or 0)
    return LiveSource(text, lambda: _connect(number, asked), options, lambda: _remedy(text))


def _connect(number: int, asked: CameraOptions) -> PicameraCapture:
    # Its messages and libcamera's come back as exceptions.
    os.environ.setdefault("LIBCAMERA_LOG_LEVELS", "*:FATAL")
    logging.getLogger("picamera2").setLevel(logging.CRITICAL)
    try:
        picamera2 = importlib.import_module("picamera2")
    except ImportError as error:
        raise InputError(f"cannot be opened, picamera2 is missing ({one_line(error)})") from None
    camera = None
    try:
        camera = picamera2.Picamera2(number)
        return PicameraCapture(camera, asked)
    except (RuntimeError, IndexError) as error:  # IndexError: no such camera, before 0.3.13
        if camera is not None:
            camera.close()
        raise InputError(f"cannot be opened ({one_line(error)})") from None


def _remedy(text: str) -> str:
    return (
        "check its cable, that rpicam-hello --list-cameras lists it and that no other program uses"
        f" {text}; picamera2: sudo apt install python3-picamera2, and a venv made with"
        " --system-site-packages"
    )
