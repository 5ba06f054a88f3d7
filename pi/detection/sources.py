"""Where images come from: a file, a folder, a video, a camera, a stream."""

from __future__ import annotations

import abc
import contextlib
import logging
import math
import re
from pathlib import Path
from typing import Callable, ContextManager, Iterator, NamedTuple, Optional, Sequence

import cv2
import numpy as np

from .errors import InputError
from .images import SUFFIXES as IMAGE_SUFFIXES
from .images import read_image, swap_red_and_blue

_LOG = logging.getLogger(__name__)

VIDEO_SUFFIXES = (".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm")

_CAMERA = re.compile(r"(?:/dev/video)?(\d+)")
_STREAM = re.compile(r"(?:https?|rtsps?)://.+", re.IGNORECASE)
_DEFAULT_RATE = 25.0


class Frame(NamedTuple):
    """An image of a source.

    Attributes:
        image: RGB uint8, (h, w, 3).
        name: File name of the image or video, or the camera's or stream's name.
        number: Counted from 1 within a video, camera or stream; None for an image.
    """

    image: np.ndarray
    name: str
    number: Optional[int]


class Source(abc.ABC):
    """Gives frames one after another.

    Attributes:
        origin: The file or folder; None for a camera or stream.
        kind: "image", "folder", "video" for a file, or "live" for a camera or stream.
        total: Number of frames; None where it is unknown.
        rate: Frames a second.
    """

    origin: Optional[Path]
    kind: str
    total: Optional[int]
    rate: float = _DEFAULT_RATE

    @abc.abstractmethod
    def frames(self, report: Callable[[InputError], None]) -> Iterator[Frame]:
        """Reads the frames one after another.

        Args:
            report: Called with the error for each image that cannot be read; the others
                still follow.

        Yields:
            The frames in order.

        Raises:
            InputError: The source cannot be read at all.
        """

    def interruptible(self) -> ContextManager[None]:
        """Returns a context that Ctrl-C ends normally where the source is a camera or stream.

        Ctrl-C is how one ends a recording from a camera; of a file, half is of no use.
        """
        interrupts = (KeyboardInterrupt,) if self.kind == "live" else ()
        return contextlib.suppress(*interrupts)

    def close(self) -> None:
        """Releases the file, camera or stream."""
        return None


class ImageSource(Source):
    """One image file, or the images of a folder."""

    def __init__(self, origin: Path, kind: str, paths: Sequence[Path]) -> None:
        self.origin = origin
        self.kind = kind
        self.total = len(paths)
        self._paths = paths

    def frames(self, report: Callable[[InputError], None]) -> Iterator[Frame]:
        """Reads the images in the order of their names."""
        for path in self._paths:
            try:
                image = read_image(path)
            except InputError as error:
                report(error)
            else:
                yield Frame(image, path.name, None)


class VideoSource(Source):
    """A video file, a camera or a stream; its total is what the file states."""

    def __init__(self, text: str, origin: Optional[Path]) -> None:
        """Opens the video.

        Args:
            text: A path, a camera's number or device, or a stream's address.
            origin: The path where it is a file.

        Raises:
            InputError: It cannot be opened.
        """
        self._name = origin.name if origin else text
        self._text = text
        camera = _CAMERA.fullmatch(text)
        self._capture = cv2.VideoCapture(int(camera.group(1))) if camera else cv2.VideoCapture(text)
        if not self._capture.isOpened():
            raise InputError(f"{text}: cannot be opened; {_remedy(text, origin)}")
        self.origin = origin
        self.kind = "video" if origin else "live"
        count = self._capture.get(cv2.CAP_PROP_FRAME_COUNT)
        self.total = int(count) if origin and count > 0 else None
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        self.rate = rate if math.isfinite(rate) and 0 < rate <= 240 else _DEFAULT_RATE

    def frames(self, report: Callable[[InputError], None]) -> Iterator[Frame]:
        """Reads the frames as they come; a video that breaks off ends, so nothing is reported.

        Raises:
            InputError: Not one frame could be read.
        """
        del report
        number = 0
        while True:
            read, image = self._capture.read()
            if not read:
                break
            number += 1
            yield Frame(swap_red_and_blue(image), self._name, number)
        if number == 0:
            raise InputError(f"{self._text}: gives no frame; {_remedy(self._text, self.origin)}")
        # Containers that estimate their length may be off by a little.
        if self.total and number < 0.9 * self.total:
            _LOG.warning(
                "%s: ended after %d of %d frames; damaged or cut short, copy it again",
                self._text,
                number,
                self.total,
            )

    def close(self) -> None:
        """Releases the file, camera or stream."""
        self._capture.release()


def open_source(text: str) -> Source:
    """Opens what SOURCE names.

    Args:
        text: An image, a folder, a video, a camera's number or ``/dev/video`` device, or an
            address that starts with ``rtsp://`` or ``http://``.

    Returns:
        The source.

    Raises:
        InputError: It does not exist, is empty, or cannot be opened.
    """
    if _CAMERA.fullmatch(text) or _STREAM.fullmatch(text):
        return VideoSource(text, None)
    path = Path(text)
    if path.is_dir():
        return ImageSource(path, "folder", _images_in(path))
    if not path.is_file():
        raise InputError(f"{path}: no such image, folder or video; check the path")
    if path.suffix.lower() in IMAGE_SUFFIXES:
        return ImageSource(path, "image", [path])
    if path.suffix.lower() not in VIDEO_SUFFIXES:
        raise InputError(
            f"{path}: neither an image ({' '.join(IMAGE_SUFFIXES)}) nor a video"
            f" ({' '.join(VIDEO_SUFFIXES)}); give it the suffix of what it is"
        )
    if path.stat().st_size == 0:
        raise InputError(f"{path}: empty (0 bytes); copy or record the video again")
    return VideoSource(text, path)


def _images_in(folder: Path) -> Sequence[Path]:
    try:
        # Names that start with a dot: macOS's shadow files, unfinished files of another run.
        paths = sorted(
            path
            for path in folder.iterdir()
            if path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith(".")
        )
    except OSError as error:
        raise InputError(f"{folder}: cannot be read ({error.strerror}); check its rights") from None
    if not paths:
        raise InputError(
            f"{folder}: no images in this folder; expected files ending in"
            f" {' '.join(IMAGE_SUFFIXES)} (folders inside it are not searched)"
        )
    return paths


def _remedy(text: str, origin: Optional[Path]) -> str:
    if origin:
        return "damaged, or in a format this OpenCV cannot read; copy or convert it again"
    if _CAMERA.fullmatch(text):
        return "check its cable and that it is listed by: ls /dev/video*"
    return "check the address and the network"
