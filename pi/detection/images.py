"""Reads and writes images, and turns OpenCV's BGR into RGB and back, without copying a pixel."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Iterator, Optional, Tuple

import cv2
import numpy as np

from . import jpeg
from .device.silence_stderr import silence_stderr
from .errors import InputError, is_out_of_memory, one_line, reason_and_remedy
from .media_kind import media_of
from .output_marker import signed

SUFFIXES = (".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")

# A decoded image takes three bytes a pixel, and several of its like are needed at once; half of the
# 512 MB of the smallest device. Cameras of 24 megapixels stay as they are.
MOST_PIXELS = 25_000_000
_FLAGS = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}
# No marker; as compressed data, far from the zeros that a decoder makes up where there are none.
_FILLER = b"\xaa" * 4096
_PNG_START = b"\x89PNG\r\n\x1a\n"
_SAVE_AGAIN = "save it again as JPEG or PNG"


def from_bgr(image: np.ndarray) -> np.ndarray:
    """Shows what OpenCV gives as RGB.

    Args:
        image: BGR uint8, (h, w, 3).

    Returns:
        RGB, a view of the same memory. ``to_bgr`` gives that memory back, and ``resized`` samples
        it as it lies, so that OpenCV never has to copy the whole image.
    """
    return image[..., ::-1]


def to_bgr(image: np.ndarray) -> np.ndarray:
    """Returns an image as OpenCV takes it.

    Args:
        image: RGB uint8, (h, w, 3).

    Returns:
        BGR: a view where the image is one of ``from_bgr``, else a new array.
    """
    turned = image[..., ::-1]
    return turned if _lies_in_order(turned) else cv2.cvtColor(image, cv2.COLOR_RGB2BGR)


def resized(image: np.ndarray, size: Tuple[int, int]) -> np.ndarray:
    """Resizes an image, bilinear and sampled at the centers of pixels.

    Args:
        image: RGB uint8, (h, w, 3); also a part of a larger one.
        size: Width and height, pixels.

    Returns:
        RGB uint8, (height, width, 3), in one piece.
    """
    turned = image[..., ::-1]
    if _lies_in_order(turned):
        return cv2.cvtColor(cv2.resize(turned, size), cv2.COLOR_BGR2RGB)
    return cv2.resize(image, size)


def _lies_in_order(image: np.ndarray) -> bool:
    """Whether the channels and pixels of a row lie one after the other, as OpenCV wants them."""
    return tuple(image.strides[1:]) == (3, 1)


def read_image(path: Path) -> np.ndarray:
    """Decodes an image file, turned upright where its EXIF data say so.

    Args:
        path: The file. Its content counts, not its suffix.

    Returns:
        RGB uint8, (h, w, 3); grey, 16-bit and transparent images are converted.

    Raises:
        InputError: The file cannot be read, is empty, is no image, was cut short, or is larger than
            the memory.
    """
    data = _content(path)
    return from_bgr(_decode(path, data, 1, _markers(data)))


def read_photo(path: Path) -> Tuple[np.ndarray, Tuple[int, int]]:
    """Decodes an image file as ``read_image`` does, one above ``MOST_PIXELS`` at reduced size.

    Args:
        path: The file.

    Returns:
        RGB uint8, (h, w, 3), and the width and height of the image in the file, upright.

    Raises:
        InputError: As ``read_image``.
    """
    data = _content(path)
    markers = _markers(data)
    stored = markers.size if markers else _size_of_png(data)
    factor = _reduction(stored) if stored else 1
    image = _decode(path, data, factor, markers)
    del data
    height, width = image.shape[:2]
    size = (width, height)
    if factor > 1 and stored:
        turned = (width < height) != (stored[0] < stored[1])
        size = stored[::-1] if turned else stored
    elif width * height > MOST_PIXELS:
        factor = _reduction(size)
        image = cv2.resize(image, (width // factor, height // factor), interpolation=cv2.INTER_AREA)
    return from_bgr(image), size


def _content(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read {reason_and_remedy(error, 'check the path')}"
        ) from None
    if not data:
        raise InputError(f"{path}: empty (0 bytes); copy or take the image again")
    return data


def _markers(data: bytes) -> Optional[jpeg.Jpeg]:
    """Reads the markers of a JPEG; None for other formats."""
    return jpeg.read_markers(data) if data.startswith(jpeg.START) else None


def _size_of_png(data: bytes) -> Optional[Tuple[int, int]]:
    """Reads width and height of a PNG from its header; None for other formats."""
    if data.startswith(_PNG_START) and len(data) >= 24:
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    return None


def _reduction(size: Tuple[int, int]) -> int:
    """Returns by how much an image of this size is reduced: a key of ``_FLAGS``."""
    fitting = (factor for factor in _FLAGS if size[0] * size[1] <= MOST_PIXELS * factor**2)
    return next(fitting, max(_FLAGS))


def _decode(path: Path, data: bytes, factor: int, markers: Optional[jpeg.Jpeg]) -> np.ndarray:
    """Returns BGR uint8, (h, w, 3)."""
    flag = _FLAGS[factor]
    try:
        if markers and markers.end is None:
            data = _with_end(path, data, flag, markers.sequential)
        image = _imdecode(data, flag)
        if image is None:
            raise InputError(f"{path}: {_undecodable(data)}")
    except (cv2.error, MemoryError) as error:
        if is_out_of_memory(error):
            raise InputError(
                f"{path}: needs more memory than is free; make the image smaller, or end other"
                " programs"
            ) from None
        raise InputError(
            f"{path}: OpenCV cannot decode it ({one_line(error)}); {_SAVE_AGAIN}"
        ) from None
    return image


def _imdecode(data: bytes, flag: int) -> Optional[np.ndarray]:
    with silence_stderr():
        return cv2.imdecode(np.frombuffer(data, np.uint8), flag)


def _undecodable(data: bytes) -> str:
    """Says why OpenCV gives no image."""
    media = media_of(data[:400])
    if media is None:
        return f"not an image OpenCV can decode, or damaged; {_SAVE_AGAIN}"
    if media.kind == "video":
        return f"a video ({media.name}), not an image; give it a suffix of videos, such as .mp4"
    if media.name == "HEIC":
        return (
            "a HEIC image, which OpenCV cannot decode; make a JPEG of it with heif-convert (sudo"
            " apt install libheif-examples)"
        )
    raw = _imdecode(data, cv2.IMREAD_UNCHANGED) if media.name == "TIFF" else None
    if raw is not None and raw.dtype not in (np.uint8, np.uint16):
        return f"its pixels are {raw.dtype}, expected 8 or 16 bits a channel; {_SAVE_AGAIN}"
    return f"a {media.name} image that is damaged or that this OpenCV cannot decode; {_SAVE_AGAIN}"


def _with_end(path: Path, data: bytes, flag: int, sequential: bool) -> bytes:
    """Returns a JPEG with the end marker that it lacks, as small cameras' do (ESP32-CAM).

    Of one that was cut short OpenCV makes up the rest, and says nothing. So what stands behind the
    data decides: where something is missing, it becomes part of the image.

    Raises:
        InputError: More than the marker is missing.
    """
    data = data[:-1] if data.endswith(b"\xff") else data
    if sequential:
        plain, filled = (_imdecode(data + rest + jpeg.END, flag) for rest in (b"", _FILLER))
        if plain is not None and filled is not None and np.array_equal(plain, filled):
            return data + jpeg.END
    raise InputError(f"{path}: cut short, the end of the JPEG is missing; copy it again")


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
        encoded, data = cv2.imencode(path.suffix.lower(), to_bgr(image))
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
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()
        raise


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError(
        f"{path}: cannot be written {reason_and_remedy(error, 'make its folder first')}"
    )
