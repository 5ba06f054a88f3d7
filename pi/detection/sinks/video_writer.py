"""Writes frames with their boxes to a video file."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Iterator, Optional, Tuple, Type, Union

import cv2
import numpy as np

from ..drawing import Painter
from ..errors import InputError
from ..images import replacing, to_bgr
from ..output_marker import sign_video
from ..structures import Result
from . import leftovers
from .segmented_writer import SegmentedWriter, SyncedWriter
from .sink import VIDEO_CODECS, Sink

# Of a camera that comes back after days, these seconds are shown as a standing image, no more.
_LONGEST_ABSENCE = 600.0

_Writer = Union[SegmentedWriter, SyncedWriter]


class VideoFile(Sink):
    """Writes the frames with their boxes to a video, which appears whole or not at all.

    What a killed run has left of the same video is rescued first. OpenCV leaves out the last row
    and column of frames with an odd height or width.
    """

    def __init__(self, path: Path, painter: Painter, rate: float) -> None:
        """Prepares the video; the file is opened at the first frame, which gives its size.

        Args:
            path: The file; its suffix is one of ``VIDEO_CODECS``.
            painter: Draws the results.
            rate: Frames a second. Those of a camera, a stream or a video of variable rate come at
                any time: they are repeated or left out so that the video lasts as long as what it
                shows.
        """
        self._path = path
        self._painter = painter
        self._rate = rate
        self._stack = contextlib.ExitStack()
        self._writer: Optional[_Writer] = None
        self._size = (0, 0)
        self._written = 0
        self._last: Optional[np.ndarray] = None
        self._start: Optional[float] = None

    def write(self, result: Result) -> None:
        """Draws and appends the frame, as many times as it is due."""
        height, width = result.frame.image.shape[:2]
        size = (width, height)
        if self._writer is None:
            self._writer = self._stack.enter_context(self._opened(size))
            self._size = size
        if size != self._size:
            raise InputError(
                f"{self._path}: the frames changed from {self._size} to {size} pixels;"
                " write them to a folder instead"
            )
        image = to_bgr(self._painter.paint(result))
        due = self._due(result.frame.stream_time)
        while self._last is not None and self._written < due:
            self._append(self._last)
        if self._written == due:
            self._append(image)
        self._last = image

    def close(self, error: Optional[BaseException]) -> None:
        """Completes the video, or throws it away after an error."""
        self._stack.__exit__(type(error) if error else None, error, None)

    @contextlib.contextmanager
    def _opened(self, size: Tuple[int, int]) -> Iterator[_Writer]:
        """Opens the file; at the end its last frame is checked: OpenCV reports no full disk."""
        suffix = self._path.suffix.lower()
        codec = cv2.VideoWriter.fourcc(*VIDEO_CODECS[suffix])
        kind: Type[_Writer] = SyncedWriter if suffix == ".avi" else SegmentedWriter
        leftovers.rescue(self._path)
        with replacing(self._path) as part:
            try:
                writer = kind(part, codec, self._rate, size)
            except OSError:
                raise InputError(
                    f"{self._path}: cannot be written; check the folder and its rights"
                ) from None
            try:
                yield writer
            finally:
                with self._full_disk():
                    writer.close()
            with self._full_disk():
                if not leftovers.has_frame(part, self._written):
                    raise OSError(f"{part} lacks its last frame")
                sign_video(part)

    @contextlib.contextmanager
    def _full_disk(self) -> Iterator[None]:
        try:
            yield
        except OSError:
            raise InputError(
                f"{self._path}: the end could not be written; check the free space"
            ) from None

    def _append(self, image: np.ndarray) -> None:
        assert self._writer is not None
        with self._full_disk():
            self._writer.write(image)
        self._written += 1

    def _due(self, stream_time: Optional[float]) -> int:
        """Returns which frame of the video is shown at this time, counted from 0."""
        if stream_time is None:
            return self._written
        if self._start is None:
            self._start = stream_time
        shown = self._written / self._rate
        # A longer absence is left out, and the rest follows that much earlier.
        self._start = max(self._start, stream_time - shown - _LONGEST_ABSENCE)
        return round((stream_time - self._start) * self._rate)
