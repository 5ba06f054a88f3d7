"""An image file, or the images of a folder."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Callable, Iterator, Sequence

from ..errors import InputError
from ..images import read_image
from ..structures import Frame
from .source import Source


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
                yield Frame(image, path.name, None, time.time())
