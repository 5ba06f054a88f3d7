"""Writes frames with their boxes to a video file."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Callable, Iterator, Optional, Tuple

import cv2

from ..drawing import Painter
from ..errors import InputError
from ..images import replacing, swap_red_and_blue
from ..output_marker import sign_video
from ..structures import Result
from .sink import Sink

# By suffix, a codec that OpenCV's own builds contain.
CODECS = {".avi": "MJPG", ".mov": "mp4v", ".mp4": "mp4v"}


class VideoFile(Sink):
    """Writes the frames with their boxes to a video, which appears whole or not at all.

    OpenCV leaves out the last row and column of frames with an odd height or width.
    """

    def __init__(
        self, path: Path, painter: Painter, rate: float, clock: Optional[Callable[[], float]] = None
    ) -> None:
        """Prepares the video; the file is opened at the first frame, which gives its size.

        Args:
            path: The file; its suffix is one of ``CODECS``.
            painter: Draws the results.
            rate: Frames a second.
            clock: Gives seconds. For live sources: a frame is repeated or left out so that the
                video lasts as long as what it shows. None writes every frame once.
        """
        self._path = path
        self._painter = painter
        self._rate = rate
        self._clock = clock
        self._stack = contextlib.ExitStack()
        self._writer: Optional[cv2.VideoWriter] = None
        self._size = (0, 0)
        self._started = 0.0
        self._written = 0

    def write(self, result: Result) -> None:
        """Draws and appends the frame, as many times as it is due."""
        height, width = result.frame.image.shape[:2]
        size = (width, height)
        if self._writer is None:
            self._writer = self._stack.enter_context(self._opened(size))
            self._size = size
            self._started = self._clock() if self._clock else 0.0
        if size != self._size:
            raise InputError(
                f"{self._path}: the frames changed from {self._size} to {size} pixels;"
                " write them to a folder instead"
            )
        image = swap_red_and_blue(self._painter.paint(result))
        for _ in range(self._due()):
            self._writer.write(image)
            self._written += 1

    def close(self, error: Optional[BaseException]) -> None:
        """Completes the video, or throws it away after an error."""
        self._stack.__exit__(type(error) if error else None, error, None)

    @contextlib.contextmanager
    def _opened(self, size: Tuple[int, int]) -> Iterator[cv2.VideoWriter]:
        """Opens the file; at the end its last frame is checked: OpenCV reports no full disk."""
        codec = cv2.VideoWriter.fourcc(*CODECS[self._path.suffix.lower()])
        with replacing(self._path) as part:
            writer = cv2.VideoWriter(str(part), codec, self._rate, size)
            try:
                if not writer.isOpened():
                    raise InputError(
                        f"{self._path}: cannot be written; check the folder and its rights"
                    )
                yield writer
            finally:
                writer.release()
            if not _has_frame(part, self._written) or not _signed(part):
                raise InputError(
                    f"{self._path}: the end could not be written; check the free space"
                )

    def _due(self) -> int:
        """Returns how many times the current frame goes into the video."""
        if self._clock is None:
            return 1
        elapsed = self._clock() - self._started
        return max(0, int(elapsed * self._rate) + 1 - self._written)


def _signed(path: Path) -> bool:
    """Marks a video as ours; returns False where the disk is full."""
    try:
        sign_video(path)
    except OSError:
        return False
    return True


def _has_frame(path: Path, number: int) -> bool:
    """Tells whether a video's frame, counted from 1, can be decoded."""
    capture = cv2.VideoCapture(str(path))
    try:
        # The header alone proves nothing: it may be complete where the frames are not.
        capture.set(cv2.CAP_PROP_POS_FRAMES, number - 1)
        return capture.get(cv2.CAP_PROP_FRAME_COUNT) >= number and capture.read()[0]
    finally:
        capture.release()
