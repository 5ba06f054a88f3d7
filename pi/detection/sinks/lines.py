"""Lines of text and JSON for people and programs."""

from __future__ import annotations

import json
import sys
import time
from typing import Mapping, Optional, TextIO

from ..structures import Result
from .record import record
from .sink import Sink


class JsonLines(Sink):
    """Writes one JSON object an image or frame, as ``record`` gives it.

    ``{"source": "cup.jpg", "frame": null, "time": "2026-03-01T12:30:00.250+01:00",
    "stream_time": null, "width": 640, "height": 480, "detections":
    [{"label": "cup", "score": 0.93, "box": [x_min, y_min, x_max, y_max]}]}``, the box in pixels.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, result: Result) -> None:
        """Prints one object, also for a frame without detections."""
        print(json.dumps(record(result)), file=self._stream, flush=True)


class TextLines(Sink):
    """Writes one line a detection, for people to read, and in the end one a line with counts."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._counts: Mapping[str, Mapping[str, int]] = {}

    def write(self, result: Result) -> None:
        """Prints a line for each detection."""
        frame = result.frame
        name = frame.name if frame.number is None else f"{frame.name} frame {frame.number}"
        self._counts = result.counts
        for detection in result.in_file_pixels():
            track = "" if detection.track is None else f" #{detection.track}"
            x_min, y_min, x_max, y_max = (round(value) for value in detection.box)
            print(
                f"{name}: {detection.label}{track} {detection.score:.2f}"
                f" from ({x_min}, {y_min}) to ({x_max}, {y_max})",
                file=self._stream,
                flush=True,
            )

    def close(self, error: Optional[BaseException]) -> None:
        """Prints what has been counted."""
        for name, counts in self._counts.items():
            amounts = ", ".join(f"{direction} {count}" for direction, count in counts.items())
            print(f"{name}: {amounts}", file=self._stream, flush=True)


class ProgressLine(Sink):
    """Keeps one line on a terminal up to date."""

    def __init__(self, total: Optional[int], stream: TextIO = sys.stderr) -> None:
        self._total = total
        self._stream = stream
        self._done = 0
        self._detections = 0
        self._started = time.monotonic()

    def write(self, result: Result) -> None:
        """Counts the frame and updates the line."""
        self._done += 1
        self._detections += len(result.detections)
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
