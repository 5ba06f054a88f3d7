"""The images of records: RGB JPEG, upright, no larger than the model needs."""

from __future__ import annotations

import contextlib
import io
import os
from pathlib import Path
from typing import Any, Iterator, NamedTuple, Tuple, Union

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
from helpers.tfrecords.image_integrity import is_whole_jpeg

_QUALITY = 95
# A JPEG is decoded at 1/2, 1/4 or 1/8 of its size while its edges keep at least this many times the
# final length. With 1 the resampling filter has too few pixels: 35 dB from the full decode, against
# 44 dB with 2, and the 35 to 45 dB that saving as JPEG costs anyway.
_DRAFT_FACTOR = 2


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

    A JPEG that TensorFlow reads as it is meant is copied byte for byte. Any other image (EXIF
    rotation, CMYK, 16 bits, PNG, WebP, ...) becomes an upright RGB JPEG.

    Args:
        record: the image.
        images: the image folder.
        max_side: longest edge in pixels that is kept; 0 keeps all.
        verified: all its pixels were decoded before and the file has not changed since, so that
            they need not be decoded again before it is copied.

    Raises:
        BadInput: the image is missing, does not decode, or has another size than the record.
    """
    path = os.path.join(str(images), record.path)
    with readable(path):
        with open(path, "rb") as stream:
            content = stream.read()
        image = opened(io.BytesIO(content))
        header = header_of(image)
    orientation = _orientation(record, path, header)
    size = size_within(record.width, record.height, max_side)
    with _decoding(path):
        if (
            size == (record.width, record.height)
            and _read_as_meant(header)
            and is_whole_jpeg(content)
        ):
            if not verified:
                decode_coarsely(image)
            return Encoded(content, *size)
        return Encoded(_as_jpeg(_resized(image, size, orientation)), *size)


def size_within(width: int, height: int, max_side: int) -> Tuple[int, int]:
    """Width and height of an image scaled down to a longest edge; 0 leaves it as it is."""
    if not 0 < max_side < max(width, height):
        return width, height
    factor = max_side / max(width, height)
    return max(1, round(width * factor)), max(1, round(height * factor))


def decode_coarsely(image: Any) -> None:
    """Checks as fast as possible that all pixels of an open ``PIL.Image`` decode.

    Every bit of a JPEG is read and every table used, but only an eighth of the size is computed.

    Raises:
        OSError: they do not; ``SyntaxError`` and ``ValueError`` mean the same.
    """
    image.draft("L", (max(1, image.width // 8), max(1, image.height // 8)))
    image.load()


def _orientation(record: ImageRecord, path: str, header: Header) -> int:
    """The EXIF orientation to undo; 1 when the boxes were drawn on the image as it is stored."""
    orientation = header.orientation_of(record.width, record.height)
    if orientation is not None:
        return orientation
    raise BadInput.of(
        path,
        f"an image of {header.width}x{header.height}",
        f"{record.width}x{record.height} as in the table",
        "Make the table again from the annotations.",
    )


def _read_as_meant(header: Header) -> bool:
    """Whether TensorFlow reads such an image as a person sees it."""
    return header.format == "JPEG" and header.mode in ("RGB", "L") and header.orientation == 1


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


def _resized(image: Any, size: Tuple[int, int], orientation: int) -> Any:
    """The image in RGB, upright, of this size."""
    from PIL import Image

    stored = size_upright(*size, orientation)
    image.draft(image.mode, (_DRAFT_FACTOR * stored[0], _DRAFT_FACTOR * stored[1]))
    rgb = _rgb(image)
    if rgb.size != stored:
        rgb = rgb.resize(stored, Image.LANCZOS)
    return turned_upright(rgb, orientation)


def _rgb(image: Any) -> Any:
    """RGB on white, so that a transparent border does not become black."""
    from PIL import Image

    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    if image.mode.startswith("I"):  # 16 bits of grey, which Pillow would clip at 255
        image = image.point(lambda value: value / 256).convert("L")
    return image.convert("RGB")


def _as_jpeg(image: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=_QUALITY)
    return stream.getvalue()
