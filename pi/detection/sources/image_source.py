"""An image file, or the images of a folder."""

from __future__ import annotations

import time
from typing import Callable, Iterator, Sequence

from ..errors import InputError
from ..images import read_photo
from ..structures import Frame
from .source import Input, Source


class ImageSource(Source):
    """One image file, or the images of a folder."""

    def __init__(self, kind: str, inputs: Sequence[Input]) -> None:
        self.inputs = inputs
        self.kind = kind
        self.total = len(inputs)

    def frames(self, report: Callable[[InputError], None]) -> Iterator[Frame]:
        """Reads the images in the order given."""
        for file in self.inputs:
            try:
                image, size = read_photo(file.path)
            except InputError as error:
                report(error)
            else:
                whole = size == (image.shape[1], image.shape[0])
                yield Frame(image, file.name, None, time.time(), None, None if whole else size)
