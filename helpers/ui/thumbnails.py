"""Images small enough for the screen, in the orientation of their boxes."""

from __future__ import annotations

import base64
import functools
import io
import textwrap
from pathlib import Path
from typing import Any, List, NamedTuple, Sequence, Tuple, Union

import numpy as np
from PIL import Image, ImageDraw

from helpers.annotations.image_header import Header, header, turned_upright
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput
from helpers.system import files
from helpers.ui import plots
from helpers.ui.box_drawing import DrawnBox, font
from helpers.validation.image_probe import MAX_PIXELS

_SQUARES = 4.0  # times an image is enlarged, from which on its pixels are seen as squares


class Thumbnail(NamedTuple):
    """An image resized for the screen.

    Attributes:
        image: RGB.
        width: of the image file in the orientation shown, pixels.
        height: the same.
    """

    image: Image.Image
    width: int
    height: int


def frame_size(record: ImageRecord, image: Header) -> Tuple[int, int]:
    """Width and height of an image in the orientation of its boxes.

    Args:
        record: its annotation.
        image: header of the image file.

    Returns:
        The stored size where the annotation states that, else the upright size.
    """
    if (record.width, record.height) == (image.width, image.height):
        return image.width, image.height
    return image.upright


def make_thumbnail(
    record: ImageRecord, images: Union[str, Path], max_size: Tuple[int, int], enlarge: float = 1.0
) -> Thumbnail:
    """Resizes an image so that it fits on the screen.

    Args:
        record: the image; its size tells the orientation of its boxes.
        images: the image folder.
        max_size: largest width and height, pixels.
        enlarge: largest factor by which a small image is enlarged.

    Raises:
        BadInput: the image cannot be read, or has too many pixels to try.
    """
    path = Path(images) / record.path
    file_header = header(path)
    if file_header.width * file_header.height > MAX_PIXELS:
        raise BadInput.of(
            path,
            f"{file_header.width}x{file_header.height} pixels",
            f"at most {MAX_PIXELS // 10**6} million",
            "Make a smaller copy.",
        )
    width, height = frame_size(record, file_header)
    size = _fitting((width, height), max_size, enlarge)
    pixels = _read(str(path), path, size, file_header.orientation_of(width, height) or 1)
    return Thumbnail(pixels.resize(size, Image.BILINEAR, reducing_gap=2.0), width, height)


def crop(
    record: ImageRecord,
    images: Union[str, Path],
    region: Tuple[float, float, float, float],
    size: Tuple[int, int],
) -> Image.Image:
    """A part of an image at any scale; the last image is kept decoded.

    Args:
        record: the image, of the size that it is shown in.
        images: the image folder.
        region: ``(x_min, y_min, x_max, y_max)``, pixels of the image.
        size: width and height that the region gets, pixels.

    Returns:
        RGB; where a pixel of the image covers several, it is seen as a square.

    Raises:
        BadInput: the image cannot be read.
    """
    path = Path(images) / record.path
    orientation = header(path).orientation_of(record.width, record.height) or 1
    pixels = _decoded(path, files.stamp(path), orientation)
    enlarged = size[0] >= _SQUARES * (region[2] - region[0])
    method = Image.NEAREST if enlarged else Image.BILINEAR
    return pixels.resize(size, method, box=region, reducing_gap=2.0)


@functools.lru_cache(maxsize=1)
def _decoded(path: Path, stamp: files.Stamp, orientation: int) -> Image.Image:
    """The whole image at its full size; the stamp changes when the file does."""
    return _read(str(path), path, (MAX_PIXELS, MAX_PIXELS), orientation)


def from_bytes(
    encoded: bytes,
    name: str,
    size: Tuple[int, int],
    max_size: Tuple[int, int],
    enlarge: float = 1.0,
) -> Image.Image:
    """As :func:`make_thumbnail`, of an image that is upright already, as records hold it.

    Args:
        encoded: content of the image file.
        name: what an error calls it.
        size: of the image, width and height in pixels.
        max_size: largest width and height, pixels.
        enlarge: largest factor by which a small image is enlarged.

    Raises:
        BadInput: the bytes do not decode.
    """
    small = _fitting(size, max_size, enlarge)
    pixels = _read(io.BytesIO(encoded), Path(name), small, 1)
    return pixels.resize(small, Image.BILINEAR, reducing_gap=2.0)


def _fitting(size: Tuple[int, int], max_size: Tuple[int, int], enlarge: float) -> Tuple[int, int]:
    width, height = size
    factor = min(max_size[0] / width, max_size[1] / height, enlarge)
    return max(1, round(width * factor)), max(1, round(height * factor))


def _read(source: Any, path: Path, size: Tuple[int, int], orientation: int) -> Image.Image:
    """Decodes at ``size`` or larger, RGB, and undoes an EXIF orientation."""
    try:
        with Image.open(source) as image:
            # A JPEG can be decoded at a half, a quarter or an eighth of its size.
            image.draft("RGB", (max(size), max(size)))
            return turned_upright(image, orientation).convert("RGB")
    except (OSError, SyntaxError, ValueError) as error:
        raise BadInput.of(
            path, f"pixels that do not decode ({error})", "a whole image", "Replace or remove it."
        ) from error


def error_image(
    problem: BadInput, images: Union[str, Path], max_size: Tuple[int, int]
) -> Image.Image:
    """An image that shows why another one cannot be shown.

    Args:
        problem: why it cannot be read.
        images: the image folder, left out of the text.
        max_size: width, and twice the height, pixels.
    """
    text = problem.cause.replace(f"{images}/", "")
    image = Image.new("RGB", (max_size[0], max_size[1] // 2), "#dddddd")
    lines = textwrap.wrap(text, max(10, max_size[0] // 8))
    ImageDraw.Draw(image).text((8, 8), "\n".join(lines), fill="#b00020", font=font())
    return image


def boxes_on_thumbnail(record: ImageRecord, image: Image.Image) -> np.ndarray:
    """The boxes of a record in pixels of its thumbnail.

    Args:
        record: the image and its boxes.
        image: its thumbnail.

    Returns:
        float (n, 4), ``[x_min, y_min, x_max, y_max]``, also where the annotation has them swapped.
    """
    factors = np.array([image.width / record.width, image.height / record.height] * 2)
    boxes = record.objects.boxes * factors
    return np.hstack(
        [np.minimum(boxes[:, :2], boxes[:, 2:]), np.maximum(boxes[:, :2], boxes[:, 2:])]
    )


def class_boxes(record: ImageRecord, image: Image.Image, classes: Sequence[str]) -> List[DrawnBox]:
    """A box to draw in its class's colour for each object, in their order.

    Args:
        record: the image and its boxes.
        image: its thumbnail.
        classes: class names; their order gives the colours.
    """
    return [
        DrawnBox(box, plots.colour_of(label, classes), label)
        for box, label in zip(boxes_on_thumbnail(record, image), record.objects.labels)
    ]


def as_jpeg(image: Image.Image, quality: int = 85) -> bytes:
    """Encodes an image as JPEG.

    Args:
        image: RGB.
        quality: 1 to 95.
    """
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality)
    return stream.getvalue()


def as_html(image: Image.Image, title: str) -> str:
    """An ``<img>`` element that contains the image.

    Args:
        image: RGB.
        title: alternative text, already escaped.
    """
    data = base64.b64encode(as_jpeg(image)).decode()
    return f'<img src="data:image/jpeg;base64,{data}" alt="{title}" style="max-width:100%">'
