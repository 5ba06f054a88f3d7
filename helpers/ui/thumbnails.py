"""Images small enough for the screen, in the orientation of their boxes, with boxes drawn on."""

from __future__ import annotations

import base64
import functools
import io
import textwrap
from pathlib import Path
from typing import Any, List, NamedTuple, Sequence, Tuple, Union

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from helpers.annotations.image_header import Header, header, turned_upright
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput
from helpers.ui import plots
from helpers.validation.image_probe import MAX_PIXELS

_FONT, _FONT_SIZE = "DejaVuSans.ttf", 13  # comes with matplotlib
_MIN_LENGTH = 8  # pixels of a drawn box's edges, so that the smallest box is visible
_DASH = 7  # pixels of a dash, and of the gap behind it
_MARGIN = 0.15  # of the image's size, where a box reaches beyond the image


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


class DrawnBox(NamedTuple):
    """A box to be drawn.

    Attributes:
        box: ``[x_min, y_min, x_max, y_max]``, pixels of the thumbnail.
        colour: ``#rrggbb``.
        text: beside the box.
        line_width: pixels.
        dashed: whether the line is broken.
        text_colour: on ``colour``.
    """

    box: np.ndarray
    colour: str
    text: str
    line_width: int = 2
    dashed: bool = False
    text_colour: str = "white"


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
    ImageDraw.Draw(image).text((8, 8), "\n".join(lines), fill="#b00020", font=_font())
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


def draw_boxes(image: Image.Image, boxes: Sequence[DrawnBox]) -> Image.Image:
    """Draws boxes on a copy of an image, the last on top.

    Where a box reaches beyond the image, the copy gets a grey margin in which that shows.

    Args:
        image: RGB.
        boxes: those with NaN or infinite coordinates are left out.
    """
    boxes = [drawn for drawn in boxes if np.isfinite(drawn.box).all()]
    size = np.array(image.size)
    beyond = any((drawn.box[:2] < 0).any() or (drawn.box[2:] > size).any() for drawn in boxes)
    margin = (size * _MARGIN).astype(int) if beyond else np.zeros(2, int)
    canvas = Image.new("RGB", tuple((size + 2 * margin).tolist()), "#c8c8c8")
    canvas.paste(image, tuple(margin.tolist()))
    pen = ImageDraw.Draw(canvas)
    for drawn in boxes:
        _draw_box(pen, drawn, margin, np.array(canvas.size))
    return canvas


def _draw_box(pen: Any, drawn: DrawnBox, margin: np.ndarray, size: np.ndarray) -> None:
    low, high = (np.clip(corner + margin, 0, size - 1) for corner in np.split(drawn.box, 2))
    missing = np.maximum(0, _MIN_LENGTH - (high - low)) / 2
    low = np.clip(low - missing, 0, size - 1 - _MIN_LENGTH)
    high = np.clip(high + missing, _MIN_LENGTH, size - 1)
    corners = [*low.tolist(), *high.tolist()]
    if drawn.dashed:
        _draw_dashes(pen, corners, drawn)
    else:
        pen.rectangle(corners, outline=drawn.colour, width=drawn.line_width)
    if drawn.text:
        _draw_tag(pen, drawn, low, size)


def _draw_dashes(pen: Any, corners: Sequence[float], drawn: DrawnBox) -> None:
    """Draws dashes along the edges, from each corner on, inside the box as a full line is."""
    left, top, right, bottom = corners
    depth = drawn.line_width - 1
    for start in np.arange(left, right, 2 * _DASH):
        end = min(start + _DASH, right)
        pen.rectangle([start, top, end, top + depth], fill=drawn.colour)
        pen.rectangle([start, bottom - depth, end, bottom], fill=drawn.colour)
    for start in np.arange(top, bottom, 2 * _DASH):
        end = min(start + _DASH, bottom)
        pen.rectangle([left, start, left + depth, end], fill=drawn.colour)
        pen.rectangle([right - depth, start, right, end], fill=drawn.colour)


def _draw_tag(pen: Any, drawn: DrawnBox, corner: np.ndarray, size: np.ndarray) -> None:
    """Writes above the box, or inside it at the image's border."""
    width, height = pen.textbbox((0, 0), drawn.text, font=_font())[2] + 6, _FONT_SIZE + 5
    left = float(np.clip(corner[0], 0, max(0, size[0] - width)))
    top = float(corner[1] - height if corner[1] >= height else corner[1])
    pen.rectangle([left, top, left + width, top + height], fill=drawn.colour)
    pen.text((left + 3, top + 1), drawn.text, fill=drawn.text_colour, font=_font())


@functools.lru_cache(maxsize=1)
def _font() -> Any:
    return ImageFont.truetype(
        str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / _FONT), _FONT_SIZE
    )


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
