"""Photos for a backend: upright, decoded no larger than needed and ahead of their turn."""

from __future__ import annotations

import collections
import io
import itertools
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, Deque, Iterator, NamedTuple, Sequence, Tuple, Union

import numpy as np

from helpers.annotations import image_header
from helpers.inference.backend import undecodable
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.errors import BadInput
from helpers.system import processes
from helpers.validation.image_probe import MAX_PIXELS

_AHEAD = 16  # photos decoded before their turn


class Photo(NamedTuple):
    """A photo as a viewer shows it, perhaps smaller.

    Attributes:
        pixels: RGB uint8 (h, w, 3).
        width: of the photo itself, pixels.
        height: the same.
    """

    pixels: np.ndarray
    width: int
    height: int

    def in_full_size(self, boxes: LabeledBoxes) -> LabeledBoxes:
        """Boxes on the pixels as boxes on the photo itself."""
        height, width = self.pixels.shape[:2]
        return boxes.scaled(self.width / width, self.height / height)


def read(path: Path, least: Tuple[int, int]) -> Photo:
    """Decodes a photo; a JPEG at a half, a quarter or an eighth of its size where that is enough.

    Args:
        path: of the photo.
        least: width and height that the pixels have at least, where the photo has them.

    Raises:
        BadInput: the file is no readable image, or has too many pixels to try.
    """
    with image_header.readable(path):
        return _decoded(str(path), path, least)


def decode(data: bytes, name: str, least: Tuple[int, int]) -> Photo:
    """Decodes a photo that is in memory, as :func:`read`.

    Args:
        data: the file's bytes.
        name: what an error message calls the photo.
        least: as for :func:`read`.

    Raises:
        BadInput: as :func:`read`.
    """
    try:
        return _decoded(io.BytesIO(data), name, least)
    except (OSError, SyntaxError, ValueError) as error:
        raise undecodable(name) from error


def _decoded(source: Union[str, BinaryIO], name: Union[str, Path], least: Tuple[int, int]) -> Photo:
    with image_header.opened(source) as image:
        header = image_header.header_of(image)
        if header.width * header.height <= MAX_PIXELS:
            image.draft("RGB", (max(least), max(least)))
            upright = image_header.turned_upright(image, header.orientation).convert("RGB")
            return Photo(np.asarray(upright), *header.upright)
    raise BadInput.of(
        name,
        f"{header.width}x{header.height} pixels",
        f"at most {MAX_PIXELS // 10**6} million",
        "Make a smaller copy.",
    )


def read_ahead(
    paths: Sequence[Path], least: Tuple[int, int]
) -> Iterator[Tuple[Path, Union[Photo, BadInput]]]:
    """Decodes photos in threads, while whoever takes them works on those before.

    Args:
        paths: of the photos.
        least: as for :func:`read`.

    Yields:
        Each path, in order, with its photo, or with the error where it cannot be read.
    """
    left = iter(paths)
    pending: Deque[Tuple[Path, Future[Union[Photo, BadInput]]]] = collections.deque()
    with ThreadPoolExecutor(processes.cores()) as pool:
        while True:
            for path in itertools.islice(left, _AHEAD - len(pending)):
                pending.append((path, pool.submit(_read_or_error, path, least)))
            if not pending:
                return
            path, photo = pending.popleft()
            yield path, photo.result()


def _read_or_error(path: Path, least: Tuple[int, int]) -> Union[Photo, BadInput]:
    try:
        return read(path, least)
    except BadInput as error:
        return error
