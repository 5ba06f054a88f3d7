"""Images as a browser is to show them: small, upright when their boxes are, with boxes drawn."""

from __future__ import annotations

import base64
import functools
import io
import textwrap
from pathlib import Path
from typing import NamedTuple, Sequence, Tuple, Union

import numpy as np

from helpers.annotations.image_header import Header, header, turned_upright
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput
from helpers.ui import plots
from helpers.validation.image_probe import MOST_PIXELS

_FONT, _FONT_SIZE = "DejaVuSans.ttf", 13  # comes with matplotlib
_LEAST_SIDE = 8  # of a drawn box, so that the smallest can be found at all
_MARGIN = 0.15  # of a side, where a box reaches beyond the image


class View(NamedTuple):
    """An image made to fit on the screen.

    Attributes:
        image: a ``PIL.Image``, RGB.
        width: of the image itself in the frame it is shown in, pixels.
        height: the same.
    """

    image: object
    width: int
    height: int


class Mark(NamedTuple):
    """A box to be drawn.

    Attributes:
        box: ``[x_min, y_min, x_max, y_max]``, pixels of the view.
        colour: ``#rrggbb``.
        text: beside the box.
        line: its thickness, pixels.
    """

    box: np.ndarray
    colour: str
    text: str
    line: int = 2


def frame(record: ImageRecord, found: Header) -> Tuple[int, int]:
    """Width and height of the image in the frame its boxes are in: stored, or else upright."""
    stored = (found.width, found.height)
    declared = (record.width, record.height)
    return stored if declared == stored else found.upright


def view(
    record: ImageRecord, images: Union[str, Path], room: Tuple[int, int], enlarge: float = 1.0
) -> View:
    """Makes an image as large as it may be on the screen.

    Args:
        record: the image; its size tells the frame that its boxes are in.
        images: the image folder.
        room: width and height to fit into, pixels.
        enlarge: how many times larger than it is a small image may become.

    Raises:
        BadInput: the image cannot be read, or has too many pixels to try.
    """
    from PIL import Image

    path = Path(images) / record.path
    found = header(path)
    if found.width * found.height > MOST_PIXELS:
        raise BadInput.of(
            path,
            f"{found.width}x{found.height} pixels",
            f"at most {MOST_PIXELS // 10**6} million",
            "Make a smaller copy.",
        )
    size = frame(record, found)
    factor = min(room[0] / size[0], room[1] / size[1], enlarge)
    shown = tuple(max(1, round(side * factor)) for side in size)
    orientation = found.orientation_of(*size) or 1
    try:
        with Image.open(str(path)) as image:
            # A JPEG can be decoded at a half, a quarter or an eighth of its size.
            image.draft("RGB", (max(shown), max(shown)))
            upright = turned_upright(image, orientation).convert("RGB")
    except (OSError, SyntaxError, ValueError) as error:
        raise BadInput.of(
            path, f"pixels that do not decode ({error})", "a whole image", "Replace or remove it."
        ) from error
    return View(upright.resize(shown, Image.BILINEAR, reducing_gap=2.0), *size)


def instead(problem: BadInput, images: Union[str, Path], room: Tuple[int, int]):
    """What is shown instead of an image that cannot be: what is wrong with it, on grey."""
    from PIL import Image, ImageDraw

    text = problem.cause.replace(f"{images}/", "")
    image = Image.new("RGB", (room[0], room[1] // 2), "#dddddd")
    lines = textwrap.wrap(text, max(10, room[0] // 8))
    ImageDraw.Draw(image).text((8, 8), "\n".join(lines), fill="#b00020", font=_font())
    return image


def to_view(record: ImageRecord, image) -> np.ndarray:
    """The boxes of a record in pixels of its view, each with its corners in order, (n, 4)."""
    factors = np.array([image.width / record.width, image.height / record.height] * 2)
    boxes = record.objects.boxes * factors
    return np.hstack(
        [np.minimum(boxes[:, :2], boxes[:, 2:]), np.maximum(boxes[:, :2], boxes[:, 2:])]
    )


def marks(record: ImageRecord, image, classes: Sequence[str]) -> Sequence[Mark]:
    """A mark in its class's colour for each object, in their order.

    Args:
        record: the image and its boxes.
        image: its view.
        classes: class names; their order gives the colours.
    """
    return [
        Mark(box, plots.colour_of(label, classes), label)
        for box, label in zip(to_view(record, image), record.objects.labels)
    ]


def marked(image, boxes: Sequence[Mark]):
    """The image with boxes drawn on, the last on top.

    Where a box reaches beyond the image, this gets a grey margin in which that shows.

    Args:
        image: a ``PIL.Image``; stays as it is.
        boxes: the marks; one without numbers is left out.
    """
    from PIL import Image, ImageDraw

    boxes = [one for one in boxes if np.isfinite(one.box).all()]
    size = np.array(image.size)
    beyond = any((one.box[:2] < 0).any() or (one.box[2:] > size).any() for one in boxes)
    margin = (size * _MARGIN).astype(int) if beyond else np.zeros(2, int)
    canvas = Image.new("RGB", tuple((size + 2 * margin).tolist()), "#c8c8c8")
    canvas.paste(image, tuple(margin.tolist()))
    pen = ImageDraw.Draw(canvas)
    for one in boxes:
        _outline(pen, one, margin, np.array(canvas.size))
    return canvas


def _outline(pen, mark: Mark, margin: np.ndarray, size: np.ndarray) -> None:
    low, high = (np.clip(corner + margin, 0, size - 1) for corner in (mark.box[:2], mark.box[2:]))
    short = np.maximum(0, _LEAST_SIDE - (high - low)) / 2
    low = np.clip(low - short, 0, size - 1 - _LEAST_SIDE)
    high = np.clip(high + short, _LEAST_SIDE, size - 1)
    pen.rectangle([*low.tolist(), *high.tolist()], outline=mark.colour, width=mark.line)
    if mark.text:
        _name(pen, mark, low, size)


def _name(pen, mark: Mark, corner: np.ndarray, size: np.ndarray) -> None:
    """Writes above the box, or inside it where the image ends."""
    width, height = pen.textbbox((0, 0), mark.text, font=_font())[2] + 6, _FONT_SIZE + 5
    left = float(np.clip(corner[0], 0, max(0, size[0] - width)))
    top = float(corner[1] - height if corner[1] >= height else corner[1])
    pen.rectangle([left, top, left + width, top + height], fill=mark.colour)
    pen.text((left + 3, top + 1), mark.text, fill="white", font=_font())


@functools.lru_cache(maxsize=1)
def _font():
    import matplotlib
    from PIL import ImageFont

    return ImageFont.truetype(
        str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / _FONT), _FONT_SIZE
    )


def as_jpeg(image, quality: int = 85) -> bytes:
    """The image as the bytes of a JPEG file."""
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality)
    return stream.getvalue()


def as_html(image, title: str) -> str:
    """The image as an ``<img>`` that holds its own bytes; the title has to be escaped."""
    data = base64.b64encode(as_jpeg(image)).decode()
    return f'<img src="data:image/jpeg;base64,{data}" alt="{title}" style="max-width:100%">'
