"""Reads and writes images. The only module that knows that OpenCV's images are BGR."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from typing import Iterator

import cv2
import numpy as np

from .device.silence_stderr import silence_stderr
from .errors import InputError, one_line
from .output_marker import signed

SUFFIXES = (".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")

_JPEG_START = b"\xff\xd8"
_JPEG_END = 0xD9
# Inside the compressed data FF is followed by 00 or by a restart marker D0..D7.
_JPEG_MARKER = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])", re.DOTALL)


def swap_red_and_blue(image: np.ndarray) -> np.ndarray:
    """Turns RGB into BGR and BGR into RGB.

    Args:
        image: uint8, (h, w, 3).

    Returns:
        A new array with the first and last channel exchanged.
    """
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def read_image(path: Path) -> np.ndarray:
    """Decodes an image file, turned upright where its EXIF data say so.

    Args:
        path: The file. Its content counts, not its suffix.

    Returns:
        RGB uint8, (h, w, 3); grey, 16-bit and transparent images are converted.

    Raises:
        InputError: The file cannot be read, is empty, is no image, or was cut short.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path") from None
    if not data:
        raise InputError(f"{path}: empty (0 bytes); copy or take the image again")
    if data.startswith(_JPEG_START) and not _is_complete_jpeg(data):
        raise InputError(f"{path}: cut short, the end of the JPEG is missing; copy it again")
    try:
        with silence_stderr():
            image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise InputError(
            f"{path}: OpenCV cannot decode it ({one_line(error)}); save it again as JPEG or PNG"
        ) from None
    if image is None:
        raise InputError(
            f"{path}: not an image OpenCV can decode, or damaged; save it again as JPEG or PNG"
        )
    return swap_red_and_blue(image)


def write_image(path: Path, image: np.ndarray, sign: bool = False) -> None:
    """Encodes an image by its file's suffix; the file appears whole or not at all.

    Args:
        path: The file to write; an older one is replaced.
        image: RGB uint8, (h, w, 3).
        sign: Whether the file is marked as ours (``output_marker``), so that a later run may
            write over it.

    Raises:
        InputError: The format is unknown to this OpenCV, or the file cannot be written.
    """
    try:
        encoded, data = cv2.imencode(path.suffix.lower(), swap_red_and_blue(image))
    except cv2.error:
        encoded, data = False, None
    if not encoded:
        raise InputError(f"{path}: this OpenCV cannot write {path.suffix}; choose .jpg or .png")
    content = data.tobytes()
    with replacing(path) as part:
        try:
            part.write_bytes(signed(content, path.suffix.lower()) if sign else content)
        except OSError as error:
            raise _unwritable(path, error) from None


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Gives a name beside a file to write to, and puts it in the file's place at the end.

    Args:
        path: The file to replace in the end.

    Yields:
        A path in the same folder with the same suffix. When the block ends well, it becomes
        ``path``; otherwise it is removed and ``path`` stays as it was.

    Raises:
        InputError: The file cannot be put in its place.
    """
    part = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        yield part
        try:
            os.replace(str(part), str(path))
        except OSError as error:
            raise _unwritable(path, error) from None
    finally:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError(
        f"{path}: cannot be written ({error.strerror}); check the folder and the free space"
    )


def _is_complete_jpeg(data: bytes) -> bool:
    """Tells whether the image's own end marker is there (OpenCV 4 fills the rest with grey).

    Markers are followed one by one, because the thumbnail inside the EXIF data has an end
    marker too, and phones append things after the end. Layout: ITU-T T.81, annex B.
    """
    offset = len(_JPEG_START)
    while True:
        marker = _JPEG_MARKER.search(data, offset)
        if marker is None:
            return False
        if marker.group(1)[0] == _JPEG_END:
            return True
        offset = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2], "big")
