"""Images with the boxes drawn."""

from __future__ import annotations

import re
from pathlib import Path, PurePath
from typing import Dict, Set

from ..drawing import Painter
from ..errors import InputError, reason_and_remedy
from ..images import SUFFIXES, write_image
from ..output_marker import is_ours
from ..structures import Frame, Result
from .leftovers import remove_images
from .sink import Sink


def require_replaceable(path: Path, force: bool) -> None:
    """Raises where a file exists that ``detect.py`` did not make.

    Args:
        path: What is to be written.
        force: Whether it may be written over whoever made it.

    Raises:
        InputError: It is not ours.
        OSError: It cannot be read.
    """
    if not force and path.is_file() and not is_ours(path):
        raise InputError(
            f"{path}: exists, and detect.py did not make it; choose another OUTPUT,"
            " or write over it with --force"
        )


def image_name(name: str) -> PurePath:
    """Returns the name under which an image is written into a folder.

    Args:
        name: Of the source's frame.

    Returns:
        The same, but a JPEG where we do not write the format, such as HEIC.
    """
    path = PurePath(name)
    return path if path.suffix.lower() in SUFFIXES else path.with_name(f"{path.name}.jpg")


class ImageFile(Sink):
    """Writes the image with its boxes to a file."""

    def __init__(self, path: Path, painter: Painter) -> None:
        self._path = path
        self._painter = painter

    def write(self, result: Result) -> None:
        """Draws and replaces the file."""
        write_image(self._path, self._painter.paint(result), sign=True)


class ImageFolder(Sink):
    """Writes each image with its boxes into a folder, under its own name.

    What a killed run has left there unfinished is deleted first.
    Frames of a video are called after it and numbered: ``clip_000001.jpg``.
    """

    def __init__(self, folder: Path, painter: Painter, force: bool = False) -> None:
        """Writes nothing yet.

        Args:
            folder: It may not exist yet.
            painter: Draws the results.
            force: Whether files that are not ours may be written over.
        """
        self._folder = folder
        self._painter = painter
        self._force = force
        self._made: Set[Path] = set()
        self._stems: Dict[PurePath, str] = {}

    def write(self, result: Result) -> None:
        """Draws and writes into the folder, which is created at the first frame."""
        path = self._folder / self._name(result.frame)
        if path.parent not in self._made:
            self._make(path.parent)
        require_replaceable(path, self._force)
        write_image(path, self._painter.paint(result), sign=True)

    def _make(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            why = reason_and_remedy(error, "choose another")
            raise InputError(f"{folder}: cannot be made a folder {why}") from None
        if not self._made:
            remove_images(self._folder, SUFFIXES)
        self._made.add(folder)

    def _name(self, frame: Frame) -> PurePath:
        """Returns a path below the folder."""
        if frame.number is None:
            return image_name(frame.name)
        name = PurePath(frame.name)
        # The device and the address of a camera or stream are no path below the folder.
        folder = PurePath() if name.is_absolute() or "://" in frame.name else name.parent
        stem = folder / re.sub(r"[^\w-]+", "_", name.stem)
        if self._stems.setdefault(stem, frame.name) != frame.name:
            stem = folder / re.sub(r"[^\w-]+", "_", name.name)
        return stem.with_name(f"{stem.name}_{frame.number:06d}.jpg")
