"""What an image's first bytes say, how it is opened, and how it is turned upright.

This is the only place that reads and undoes EXIF orientations.
"""

from __future__ import annotations

import contextlib
import functools
import os
import struct
import threading
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Iterator, NamedTuple, Optional, Tuple, Union

from helpers.structures.errors import BadInput
from helpers.system import files

if TYPE_CHECKING:
    from PIL import Image

_SIDEWAYS = (5, 6, 7, 8)
# What undoes an EXIF orientation, by the names of ``PIL.Image.Transpose``.
_UNDO = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}
_HEAD = 64  # bytes that tell what is no image
_ORIENTATION_TAG = 0x0112
_CAMERA_TAGS = (0x010F, 0x0110)  # make and model
_EXIF_FOLDER, _TAKEN_TAG = 0x8769, 0x9003
_EXIF = frozenset(("exif", "Raw profile type exif"))
_LIMIT_LOCK = threading.Lock()
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


class Header(NamedTuple):
    """What an image's first bytes tell.

    Attributes:
        format: by content, e.g. ``JPEG``; the file's suffix may lie.
        mode: Pillow's name of the pixel layout, e.g. ``RGB`` or ``L``.
        width: stored width, pixels, before any EXIF rotation.
        height: stored height, pixels.
        orientation: EXIF orientation, 1 to 8; 1 is upright.
    """

    format: str
    mode: str
    width: int
    height: int
    orientation: int

    @property
    def upright(self) -> Tuple[int, int]:
        """Width and height as a viewer shows the image."""
        return size_upright(self.width, self.height, self.orientation)

    def orientation_of(self, width: int, height: int) -> Optional[int]:
        """The orientation to undo so that boxes drawn on an image of this size fit.

        Annotation tools draw on the image as EXIF turns it, or as it is stored.

        Returns:
            1 to 8, for :func:`turned_upright`; ``None`` when the image has this size neither way.
        """
        if (width, height) == self.upright:
            return self.orientation
        return 1 if (width, height) == (self.width, self.height) else None


def size_upright(width: int, height: int, orientation: int) -> Tuple[int, int]:
    """Width and height of an image once an EXIF orientation is undone; and the reverse."""
    return (height, width) if orientation in _SIDEWAYS else (width, height)


def turned_upright(image: Image.Image, orientation: int) -> Image.Image:
    """An image once an EXIF orientation, 1 to 8, is undone."""
    from PIL import Image

    if orientation not in _UNDO:
        return image
    return image.transpose(getattr(Image.Transpose, _UNDO[orientation]))


def header(path: Union[str, Path]) -> Header:
    """Reads format, size and orientation from the first bytes, however large the image is.

    Raises:
        BadInput: the file is missing, empty or no image.
    """
    with readable(path), opened(str(path)) as image:
        return header_of(image)


@contextlib.contextmanager
def readable(path: Union[str, Path]) -> Iterator[None]:
    """Turns the errors of opening an image into messages.

    Raises:
        BadInput: as ``header``.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise BadInput(f"{path}: no such image. Put it there, or remove its annotation.") from error
    except (OSError, SyntaxError, ValueError) as error:
        if _is_heic(path):
            raise BadInput.of(
                path,
                "a HEIC photo, which Pillow cannot read here",
                "JPEG, PNG, WebP, BMP or TIFF",
                "Save it as JPEG (on an "
                "iPhone: Settings, Camera, Formats, Most Compatible), or run: python "
                "-m pip install pillow-heif",
            ) from error
        files.refuse_pointer(path, _first_bytes(path))
        raise BadInput.of(
            path,
            f"{_size(path)} bytes that are no readable image",
            "a JPEG or PNG",
            "Replace or remove the file.",
        ) from error


def header_of(image: Image.Image) -> Header:
    """What the header of an open ``PIL.Image`` says."""
    return Header(image.format, image.mode, image.width, image.height, _orientation(image))


def _orientation(image: Image.Image) -> int:
    # Most images have none. Pillow would decode a whole PNG to look for one behind the pixels.
    if image.format in ("JPEG", "PNG") and not _EXIF.intersection(image.info):
        return 1
    orientation = image.getexif().get(_ORIENTATION_TAG, 1)
    return orientation if orientation in range(1, 9) else 1


def capture_of(image: Image.Image) -> Tuple[str, str]:
    """The camera of an open ``PIL.Image``, and when it took it, as EXIF has both; else empty."""
    if not _EXIF.intersection(image.info):
        return "", ""
    exif, taken = image.getexif(), ""
    # A damaged block of data about an image says nothing of its pixels.
    with warnings.catch_warnings(), contextlib.suppress(
        KeyError, OSError, SyntaxError, TypeError, ValueError, struct.error
    ):
        warnings.simplefilter("ignore")
        taken = exif.get_ifd(_EXIF_FOLDER).get(_TAKEN_TAG, "")
    return " ".join(str(exif.get(tag, "")).strip("\0 ") for tag in _CAMERA_TAGS).strip(), str(taken)


def opened(source: Union[str, BinaryIO]) -> Image.Image:
    """The ``PIL.Image`` of a file, however many pixels it has: whoever decodes it checks first."""
    from PIL import Image

    _register_heic()
    with _LIMIT_LOCK:
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            return Image.open(source)
        finally:
            Image.MAX_IMAGE_PIXELS = limit


@functools.lru_cache(maxsize=1)
def _register_heic() -> None:
    """Lets Pillow read HEIC where the package for that is installed; no requirement names it."""
    with contextlib.suppress(ImportError):
        import pillow_heif

        pillow_heif.register_heif_opener()


def _is_heic(path: Union[str, Path]) -> bool:
    head = _first_bytes(path)
    return head[4:8] == b"ftyp" and head[8:12] in _HEIC


def _first_bytes(path: Union[str, Path]) -> bytes:
    if not os.path.isfile(str(path)):
        return b""
    with open(str(path), "rb") as stream:
        return stream.read(_HEAD)


def _size(path: Union[str, Path]) -> int:
    return os.path.getsize(str(path)) if os.path.isfile(str(path)) else 0
