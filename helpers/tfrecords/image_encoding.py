"""Images as they go into records: RGB JPEG, upright, no larger than a model has use for."""

from __future__ import annotations

import contextlib
import io
import os
from pathlib import Path
from typing import Iterator, NamedTuple, Tuple, Union

from helpers.annotations.image_header import (
    Header,
    header_of,
    opened,
    readable,
    size_upright,
    turned_upright,
)
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput
from helpers.tfrecords import jpeg

_QUALITY = 95
# A JPEG is decoded at 1/2, 1/4 or 1/8 of its size as long as this many pixels are left for each
# one kept. With 1 the filter has too little to work on: 35 dB from the full decode, against 44 here
# and the 35 to 45 dB that saving as JPEG costs anyway.
_GAP = 2


class Encoded(NamedTuple):
    """An image ready for its record.

    Attributes:
        content: the bytes of a JPEG.
        width: pixels.
        height: pixels.
    """

    content: bytes
    width: int
    height: int


def encode(
    record: ImageRecord, images: Union[str, Path], max_side: int = 0, verified: bool = False
) -> Encoded:
    """An image's JPEG bytes for a record, in the frame its boxes were drawn in.

    A JPEG that needs nothing is passed on byte for byte. What TensorFlow would read otherwise
    than a person sees it, or not at all (EXIF rotation, CMYK, 16 bits, PNG, WebP, ...), becomes an
    upright RGB JPEG.

    Args:
        record: the image.
        images: the image folder.
        max_side: longest side in pixels to keep; 0 keeps all.
        verified: all its pixels were decoded before and the file has not changed since, so that
            a copy needs no other look at them.

    Raises:
        BadInput: the image is missing, does not decode, or has another size than the record.
    """
    path = os.path.join(str(images), record.path)
    with readable(path):
        with open(path, "rb") as stream:
            content = stream.read()
        image = opened(io.BytesIO(content))
        found = header_of(image)
    orientation = _orientation(record, path, found)
    size = size_within(record.width, record.height, max_side)
    with _decoding(path):
        if size == (record.width, record.height) and _fit(found) and jpeg.is_whole(content):
            if not verified:
                decode_coarsely(image)
            return Encoded(content, *size)
        return Encoded(_as_jpeg(_resized(image, size, orientation)), *size)


def size_within(width: int, height: int, max_side: int) -> Tuple[int, int]:
    """Width and height of an image whose longest side may have so many pixels; 0: any number."""
    if not 0 < max_side < max(width, height):
        return width, height
    factor = max_side / max(width, height)
    return max(1, round(width * factor)), max(1, round(height * factor))


def decode_coarsely(image) -> None:
    """Finds out whether all pixels of an open ``PIL.Image`` decode, as cheaply as can be.

    Of a JPEG every bit is read and every table used, but only an eighth of the size is computed.

    Raises:
        OSError: they do not; ``SyntaxError`` and ``ValueError`` say the same.
    """
    image.draft("L", (max(1, image.width // 8), max(1, image.height // 8)))
    image.load()


def _orientation(record: ImageRecord, path: str, found: Header) -> int:
    """What to undo: the boxes were drawn on the image as EXIF turns it, or as it is stored."""
    orientation = found.orientation_of(record.width, record.height)
    if orientation is not None:
        return orientation
    raise BadInput.of(
        path,
        f"an image of {found.width}x{found.height}",
        f"{record.width}x{record.height} as in the table",
        "Make the table again from the annotations.",
    )


def _fit(found: Header) -> bool:
    """Whether TensorFlow reads such an image as it is meant."""
    return found.format == "JPEG" and found.mode in ("RGB", "L") and found.orientation == 1


@contextlib.contextmanager
def _decoding(path: str) -> Iterator[None]:
    try:
        yield
    except (OSError, SyntaxError, ValueError) as error:
        raise BadInput.of(
            path,
            f"pixels that do not decode ({error})",
            "a whole image",
            "Replace or remove the image.",
        ) from error


def _resized(image, size: Tuple[int, int], orientation: int):
    """The image in RGB, of this size once it is upright."""
    from PIL import Image

    stored = size_upright(*size, orientation)
    image.draft(image.mode, (_GAP * stored[0], _GAP * stored[1]))
    rgb = _rgb(image)
    if rgb.size != stored:
        rgb = rgb.resize(stored, Image.LANCZOS)
    return turned_upright(rgb, orientation)


def _rgb(image):
    """RGB on white, so that a transparent border does not turn black."""
    from PIL import Image

    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    if image.mode.startswith("I"):  # 16 bits of grey; Pillow would cut them off at 255
        image = image.point(lambda value: value / 256).convert("L")
    return image.convert("RGB")


def _as_jpeg(image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=_QUALITY)
    return stream.getvalue()
