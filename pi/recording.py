"""Records frames with their boxes as a video file."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Callable, Dict, List, Optional, Tuple

import cv2

from detector import Detection
from draw import Colour, draw
from errors import InputError
from images import replacing, swap_red_and_blue
from sinks import Sink
from sources import Frame

# By suffix, one codec each that OpenCV's own builds bring along.
CODECS = {".avi": "MJPG", ".mov": "mp4v", ".mp4": "mp4v"}


class VideoFile(Sink):
    """Writes the frames with their boxes to a video, which appears whole or not at all.

    OpenCV leaves out the last row and column of frames with an odd height or width.
    """

    def __init__(
        self,
        path: Path,
        colours: Dict[str, Colour],
        rate: float,
        clock: Optional[Callable[[], float]] = None,
    ):
        """Prepares the video; the file is opened at the first frame, which gives its size.

        Args:
            path: The file; its suffix is one of ``CODECS``.
            colours: RGB by class name.
            rate: Frames a second.
            clock: Gives seconds. For live sources: a frame is repeated or left out so that the
                video lasts as long as what it shows. None writes every frame once.
        """
        self._path = path
        self._colours = colours
        self._rate = rate
        self._clock = clock
        self._stack = contextlib.ExitStack()
        self._writer: Optional[cv2.VideoWriter] = None
        self._part = path
        self._size = (0, 0)
        self._started = 0.0
        self._written = 0

    def write(self, frame: Frame, detections: List[Detection]) -> None:
        """Draws and appends the frame, as often as it is due."""
        size = frame.image.shape[1::-1]
        if self._writer is None:
            self._open(size)
        if size != self._size:
            raise InputError(
                f"{self._path}: the frames changed from {self._size} to {size} pixels;"
                " write them to a folder instead"
            )
        image = swap_red_and_blue(draw(frame.image, detections, self._colours))
        for _ in range(self._due()):
            self._writer.write(image)
            self._written += 1

    def __exit__(self, *exception):
        return self._stack.__exit__(*exception)

    def _open(self, size: Tuple[int, int]) -> None:
        self._part = self._stack.enter_context(replacing(self._path))
        codec = cv2.VideoWriter_fourcc(*CODECS[self._path.suffix.lower()])
        self._writer = cv2.VideoWriter(str(self._part), codec, self._rate, size)
        self._stack.push(self._finish)
        if not self._writer.isOpened():
            raise InputError(f"{self._path}: cannot be written; check the folder and its rights")
        self._size = size
        self._started = self._clock() if self._clock else 0.0

    def _due(self) -> int:
        """Returns how many times the frame at hand goes into the video."""
        if self._clock is None:
            return 1
        passed = self._clock() - self._started
        return max(0, int(passed * self._rate) + 1 - self._written)

    def _finish(self, error_type, *error) -> None:
        """Closes the file and looks for its last frame: OpenCV does not tell of a full disk."""
        self._writer.release()
        if error_type is None and not _has_frame(self._part, self._written):
            raise InputError(f"{self._path}: the end could not be written; check the free space")


def _has_frame(path: Path, number: int) -> bool:
    """Tells whether a video's frame, counted from 1, can be decoded."""
    capture = cv2.VideoCapture(str(path))
    try:
        # The header alone proves nothing: it may be whole where the frames are not.
        capture.set(cv2.CAP_PROP_POS_FRAMES, number - 1)
        return capture.get(cv2.CAP_PROP_FRAME_COUNT) >= number and capture.read()[0]
    finally:
        capture.release()
