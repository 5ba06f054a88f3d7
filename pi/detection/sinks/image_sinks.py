"""Images with the boxes drawn."""

from __future__ import annotations

import re
from pathlib import Path

from ..drawing import Painter
from ..errors import InputError
from ..images import write_image
from ..structures import Result
from .sink import Sink


class ImageFile(Sink):
    """Writes the image with its boxes to a file."""

    def __init__(self, path: Path, painter: Painter) -> None:
        self._path = path
        self._painter = painter

    def write(self, result: Result) -> None:
        """Draws and replaces the file."""
        write_image(self._path, self._painter.paint(result))


class ImageFolder(Sink):
    """Writes each image with its boxes into a folder, under its own name.

    Frames of a video are called after it and numbered: ``clip_000001.jpg``.
    """

    def __init__(self, folder: Path, painter: Painter) -> None:
        self._folder = folder
        self._painter = painter

    def write(self, result: Result) -> None:
        """Draws and writes into the folder, which is created at the first frame."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f"{self._folder}: cannot be made a folder ({error.strerror}); choose another"
            ) from None
        frame = result.frame
        name = frame.name
        if frame.number is not None:
            stem = re.sub(r"[^\w-]+", "_", Path(name).stem)
            name = f"{stem}_{frame.number:06d}.jpg"
        write_image(self._folder / name, self._painter.paint(result))
