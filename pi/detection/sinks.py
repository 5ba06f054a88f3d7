"""Where detections go: lines of text, JSON, images, a window (videos: ``video_writer``)."""

from __future__ import annotations

import abc
import json
import re
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Dict, List, Optional, TextIO, Type

import cv2

from .detector import Detection
from .drawing import Colour, draw
from .errors import InputError
from .images import swap_red_and_blue, write_image
from .sources import Frame

_WINDOW = "detect.py (q quits)"
_ESCAPE = 27


class WindowClosed(Exception):
    """The user closed the window: the program ends with success."""


class Sink(abc.ABC):
    """Takes each frame with its detections; a context manager.

    Leaving the context normally completes the output; leaving it by an exception discards what is
    incomplete.
    """

    def __enter__(self) -> Sink:
        return self

    def __exit__(
        self,
        error_type: Optional[Type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.close(error)

    def close(self, error: Optional[BaseException]) -> None:
        """Closes what a sink holds open: a video, a window.

        Args:
            error: What left the context, or None.
        """
        return None

    @abc.abstractmethod
    def write(self, frame: Frame, detections: List[Detection]) -> None:
        """Takes one frame.

        Args:
            frame: The frame, without anything drawn on it.
            detections: Of the frame, highest score first.

        Raises:
            InputError: It cannot be written.
        """


class JsonLines(Sink):
    """Writes one JSON object an image or frame.

    ``{"source": "cup.jpg", "frame": null, "width": 640, "height": 480, "detections":
    [{"label": "cup", "score": 0.93, "box": [x_min, y_min, x_max, y_max]}]}``, the box in pixels.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, frame: Frame, detections: List[Detection]) -> None:
        """Prints one object, also for a frame without detections."""
        rows = [
            {
                "label": detection.label,
                "score": round(detection.score, 6),
                "box": [round(value, 3) for value in detection.box],
            }
            for detection in detections
        ]
        height, width = frame.image.shape[:2]
        line = {
            "source": frame.name,
            "frame": frame.number,
            "width": width,
            "height": height,
            "detections": rows,
        }
        print(json.dumps(line), file=self._stream, flush=True)


class TextLines(Sink):
    """Writes one line a detection, for people to read."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, frame: Frame, detections: List[Detection]) -> None:
        """Prints a line for each detection."""
        name = frame.name if frame.number is None else f"{frame.name} frame {frame.number}"
        for detection in detections:
            x_min, y_min, x_max, y_max = (round(value) for value in detection.box)
            print(
                f"{name}: {detection.label} {detection.score:.2f}"
                f" from ({x_min}, {y_min}) to ({x_max}, {y_max})",
                file=self._stream,
                flush=True,
            )


class ImageFile(Sink):
    """Writes the image with its boxes to a file."""

    def __init__(self, path: Path, colours: Dict[str, Colour]) -> None:
        self._path = path
        self._colours = colours

    def write(self, frame: Frame, detections: List[Detection]) -> None:
        """Draws and replaces the file."""
        write_image(self._path, draw(frame.image, detections, self._colours))


class ImageFolder(Sink):
    """Writes each image with its boxes into a folder, under its own name.

    Frames of a video are called after it and numbered: ``clip_000001.jpg``.
    """

    def __init__(self, folder: Path, colours: Dict[str, Colour]) -> None:
        self._folder = folder
        self._colours = colours

    def write(self, frame: Frame, detections: List[Detection]) -> None:
        """Draws and writes into the folder, which is created at the first frame."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f"{self._folder}: cannot be made a folder ({error.strerror}); choose another"
            ) from None
        name = frame.name
        if frame.number is not None:
            stem = re.sub(r"[^\w-]+", "_", Path(name).stem)
            name = f"{stem}_{frame.number:06d}.jpg"
        write_image(self._folder / name, draw(frame.image, detections, self._colours))


class Window(Sink):
    """Shows each frame with its boxes; an image stays until a key is pressed."""

    def __init__(self, colours: Dict[str, Colour]) -> None:
        """Opens the window.

        Raises:
            cv2.error: This OpenCV was built without windows.
        """
        self._colours = colours
        cv2.namedWindow(_WINDOW, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO)

    def write(self, frame: Frame, detections: List[Detection]) -> None:
        """Shows the frame; raises ``WindowClosed`` when the user closes the window or presses q."""
        cv2.imshow(_WINDOW, swap_red_and_blue(draw(frame.image, detections, self._colours)))
        while True:
            key = cv2.waitKey(1 if frame.number else 50)
            closed = cv2.getWindowProperty(_WINDOW, cv2.WND_PROP_VISIBLE) < 1
            if key in (ord("q"), _ESCAPE) or closed:
                raise WindowClosed()
            if frame.number or key >= 0:
                return

    def close(self, error: Optional[BaseException]) -> None:
        """Closes the window."""
        cv2.destroyAllWindows()


class ProgressLine(Sink):
    """Keeps one line on a terminal up to date."""

    def __init__(self, total: Optional[int], stream: TextIO = sys.stderr) -> None:
        self._total = total
        self._stream = stream
        self._done = 0
        self._detections = 0
        self._started = time.monotonic()

    def write(self, frame: Frame, detections: List[Detection]) -> None:
        """Counts the frame and updates the line."""
        self._done += 1
        self._detections += len(detections)
        total = f"/{self._total}" if self._total else ""
        rate = self._done / max(time.monotonic() - self._started, 1e-9)
        self._stream.write(
            f"\r{self._done}{total} images, {self._detections} found, {rate:.1f} a second\033[K"
        )
        self._stream.flush()

    def close(self, error: Optional[BaseException]) -> None:
        """Ends the line."""
        if self._done:
            self._stream.write("\n")
