"""Writes videos with OpenCV's encoders so that a kill or a power cut costs the last seconds."""

from __future__ import annotations

import contextlib
import os
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Optional, Tuple

import cv2
import numpy as np

from .mp4 import Mp4Writer, read_samples

SEGMENT = 2.0  # seconds


class SegmentedWriter:
    """Takes frames as ``cv2.VideoWriter`` does.

    OpenCV writes an MP4's tables when it closes the file; without them it cannot be played. So
    each ``SEGMENT`` seconds are a small file, and its frames become a fragment of the whole one. A
    thread does that and waits for the disk; a signal, which interrupts the main thread, never
    breaks off a fragment.
    """

    def __init__(self, path: Path, codec: int, rate: float, size: Tuple[int, int]) -> None:
        """Creates the file and the first segment beside it.

        Args:
            path: The file; an older one is replaced.
            codec: As ``cv2.VideoWriter.fourcc`` gives it.
            rate: Frames a second.
            size: Width and height in pixels.

        Raises:
            OSError: They cannot be created.
        """
        self._path = path
        self._format = (codec, rate, size)
        self._limit = max(1, round(SEGMENT * rate))
        # The encoder leaves out the last row and column of frames with an odd height or width.
        self._file = Mp4Writer(path, (size[0] // 2 * 2, size[1] // 2 * 2), rate)
        self._pool = ThreadPoolExecutor(1)
        self._storing: Optional[Future[None]] = None
        self._number, self._stored = 0, 0
        self._frames = 0  # in this segment
        self._segment: Optional[cv2.VideoWriter] = None
        self._open()

    def write(self, image: np.ndarray) -> None:
        """Appends a frame, BGR uint8 of the size given.

        Raises:
            OSError: A segment could not be stored: the disk is full, for example.
        """
        if self._segment is None:
            self._open()
        assert self._segment is not None
        self._segment.write(image)
        self._frames += 1
        if self._frames == self._limit:
            self._end_segment()

    def close(self) -> None:
        """Completes the file.

        Raises:
            OSError: The disk is full, for example.
        """
        try:
            self._end_segment()
            self._wait()
            self._file.finish()
        finally:
            self._pool.shutdown()
            self._file.close()
            for number in (0, 1):
                with contextlib.suppress(FileNotFoundError):
                    self._segment_path(number).unlink()

    def _open(self) -> None:
        path = self._segment_path(self._number)
        segment = cv2.VideoWriter(str(path), *self._format)
        if not segment.isOpened():
            raise OSError(f"{path} cannot be opened by OpenCV")
        self._segment, self._frames = segment, 0

    def _segment_path(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.stem}.{number % 2}.mp4")

    def _end_segment(self) -> None:
        """Has the segment stored; interrupted anywhere and called again, it is stored once."""
        if self._segment is None:
            return
        self._wait()
        self._storing = self._pool.submit(self._store, self._number, self._segment, self._frames)
        self._segment = None
        self._number += 1

    def _wait(self) -> None:
        if self._storing is not None:
            self._storing.result()

    def _store(self, number: int, segment: cv2.VideoWriter, frames: int) -> None:
        if number < self._stored or not frames:
            return
        segment.release()
        path = self._segment_path(number)
        samples = read_samples(path)
        if len(samples.sizes) != frames or len(samples.data) != sum(samples.sizes):
            raise OSError(f"{path} has {len(samples.sizes)} of {frames} frames")
        self._file.append(samples)
        self._file.sync()
        self._stored = number + 1
        os.unlink(path)


class SyncedWriter:
    """Takes frames as ``cv2.VideoWriter`` does, for a format that can be repaired: AVI.

    Every ``SEGMENT`` seconds a thread waits until what was written is on the disk.
    """

    def __init__(self, path: Path, codec: int, rate: float, size: Tuple[int, int]) -> None:
        """Creates the file.

        Args:
            path: The file; an older one is replaced.
            codec: As ``cv2.VideoWriter.fourcc`` gives it.
            rate: Frames a second.
            size: Width and height in pixels.

        Raises:
            OSError: It cannot be created.
        """
        self._writer = cv2.VideoWriter(str(path), codec, rate, size)
        if not self._writer.isOpened():
            raise OSError(f"{path} cannot be opened by OpenCV")
        self._path = path
        self._limit = max(1, round(SEGMENT * rate))
        self._pool = ThreadPoolExecutor(1)
        self._frames = 0

    def write(self, image: np.ndarray) -> None:
        """Appends a frame, BGR uint8 of the size given."""
        self._writer.write(image)
        self._frames += 1
        if self._frames % self._limit == 0:
            self._pool.submit(self._sync)

    def close(self) -> None:
        """Completes the file."""
        self._writer.release()
        self._pool.shutdown()

    def _sync(self) -> None:
        with self._path.open("rb+") as file:
            os.fsync(file.fileno())
