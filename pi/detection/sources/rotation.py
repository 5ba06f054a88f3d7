"""How the frames of a video are turned for display, as its container says.

Phones write frames as the sensor gives them, with a matrix beside them. What OpenCV makes of it
depends on its version and FFmpeg's, so it is read here and applied by us.
"""

from __future__ import annotations

import io
import math
import struct
from pathlib import Path
from typing import BinaryIO, Iterable, Iterator, NamedTuple, Optional, Tuple

import cv2
import numpy as np


class Turn(NamedTuple):
    """What is done to a frame so that it stands upright, in this order.

    Attributes:
        transpose: Rows become columns.
        mirror: Left and right change places.
        flip: Top and bottom change places.
    """

    transpose: bool = False
    mirror: bool = False
    flip: bool = False

    def apply(self, image: np.ndarray) -> np.ndarray:
        """Turns a frame.

        Args:
            image: (h, w, 3), as it is stored.

        Returns:
            The image, upright; the same array where nothing is to be done.
        """
        if self.transpose:
            image = cv2.transpose(image)
        if self.mirror or self.flip:
            image = cv2.flip(image, -1 if self.mirror and self.flip else int(self.mirror))
        return image


UPRIGHT = Turn()

_Matrix = Tuple[float, float, float, float]
_IDENTITY: _Matrix = (1.0, 0.0, 0.0, 1.0)

_EBML = b"\x1a\x45\xdf\xa3"
_SEGMENT, _TRACKS, _TRACK = 0x18538067, 0x1654AE6B, 0xAE
_TRACK_TYPE, _VIDEO, _PROJECTION, _ROLL = 0x83, 0xE0, 0x7670, 0x7675
_VIDEO_TRACK = 1
# Tables are small beside frames; a larger one is damaged.
_MOST = 64 << 20


def read_turn(path: Path) -> Turn:
    """Reads how the frames of a video's first video track are turned.

    MP4 and MOV say it in the track's matrix (ISO/IEC 14496-12, 8.3.2 and 6.2.2), Matroska and WebM
    as ``ProjectionPoseRoll`` (RFC 9559, 5.1.4.1.28.45). Other containers cannot say it.

    Args:
        path: The file.

    Returns:
        ``UPRIGHT`` where nothing is said, or the file is damaged there.

    Raises:
        OSError: The file cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(12)
        file.seek(0)
        try:
            if start.startswith(_EBML):
                return _turn_of(_roll_matrix(file))
            if start[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
                return _turn_of(_track_matrix(file))
        except struct.error:
            return UPRIGHT
    return UPRIGHT


def _turn_of(matrix: _Matrix) -> Turn:
    """Reduces a matrix (x' = a x + c y, y' = b x + d y) to quarter turns and mirrors."""
    a, b, c, d = matrix
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return Turn(False, a < 0, d < 0)
    return Turn(True, c < 0, b < 0)


def _track_matrix(file: BinaryIO) -> _Matrix:
    """Returns the matrix of the first video track of an MP4 or MOV file."""
    movie = _first(_boxes(file, b"moov"), b"moov")
    inside = list(_boxes(io.BytesIO(movie), b"mvhd", b"trak"))
    whole = _matrix(_first(inside, b"mvhd"), 0)
    for kind, content in inside:
        if kind != b"trak":
            continue
        track = dict(_boxes(io.BytesIO(content), b"tkhd", b"mdia"))
        media = dict(_boxes(io.BytesIO(track.get(b"mdia", b"")), b"hdlr"))
        if media.get(b"hdlr", b"")[8:12] == b"vide":
            return _product(_matrix(track[b"tkhd"], 4), whole) if b"tkhd" in track else whole
    return _IDENTITY


def _boxes(file: BinaryIO, *wanted: bytes) -> Iterator[Tuple[bytes, bytes]]:
    """Yields type and content of the boxes of the types wanted; the others are skipped."""
    while True:
        header = file.read(8)
        if len(header) < 8:
            return
        size, kind = struct.unpack(">I4s", header)
        if size == 1:
            size = struct.unpack(">Q", file.read(8))[0] - 8
        length = size - 8 if size else _MOST
        if length < 0:
            return
        if kind in wanted:
            yield kind, file.read(min(length, _MOST))
        elif size:
            file.seek(length, 1)
        else:
            return


def _first(boxes: Iterable[Tuple[bytes, bytes]], kind: bytes) -> bytes:
    return next((content for found, content in boxes if found == kind), b"")


def _matrix(header: bytes, extra: int) -> _Matrix:
    """Reads the matrix of a movie header, or of a track header, which has more before it."""
    if not header:
        return _IDENTITY
    offset = 36 + extra + (12 if header[0] == 1 else 0)
    a, b, _, c, d = struct.unpack(">5i", header[offset : offset + 20])
    return a, b, c, d


def _product(first: _Matrix, then: _Matrix) -> _Matrix:
    a, b, c, d = first
    e, f, g, h = then
    return a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h


def _roll_matrix(file: BinaryIO) -> _Matrix:
    """Returns the rotation of the first video track of a Matroska file."""
    for track in _tracks(file):
        fields = dict(_elements(io.BytesIO(track)))
        if int.from_bytes(fields.get(_TRACK_TYPE, b""), "big") == _VIDEO_TRACK:
            video = dict(_elements(io.BytesIO(fields.get(_VIDEO, b""))))
            projection = dict(_elements(io.BytesIO(video.get(_PROJECTION, b""))))
            # Counterclockwise, while y points down.
            roll = -math.radians(_float(projection.get(_ROLL, b"")))
            return math.cos(roll), math.sin(roll), -math.sin(roll), math.cos(roll)
    return _IDENTITY


def _tracks(file: BinaryIO) -> Iterator[bytes]:
    for identity, content in _elements(file, opened=_SEGMENT, wanted=_TRACKS):
        if identity == _TRACKS:
            for inner, track in _elements(io.BytesIO(content)):
                if inner == _TRACK:
                    yield track


def _elements(
    file: BinaryIO, opened: Optional[int] = None, wanted: Optional[int] = None
) -> Iterator[Tuple[int, bytes]]:
    """Yields id and content of EBML elements (RFC 8794).

    Args:
        file: Stands at an element.
        opened: An element whose parts are yielded instead of itself.
        wanted: The only element whose content is read; None reads all.
    """
    while True:
        identity = _number(file, keep_marker=True)
        length = _number(file, keep_marker=False)
        if identity is None or (length is None and identity != opened):
            return
        if identity == opened:
            continue
        assert length is not None
        if wanted in (None, identity):
            yield identity, file.read(min(length, _MOST))
        else:
            file.seek(length, 1)


def _number(file: BinaryIO, keep_marker: bool) -> Optional[int]:
    """Reads a number of variable length; None at the end, or where it says that it is unknown."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    extra = 8 - first[0].bit_length()
    rest = file.read(extra)
    if len(rest) < extra:
        return None
    value = int.from_bytes(first + rest, "big")
    marker = 1 << (7 * (extra + 1))
    if keep_marker:
        return value
    return None if value == 2 * marker - 1 else value - marker


def _float(content: bytes) -> float:
    return float(struct.unpack(">d" if len(content) == 8 else ">f", content)[0]) if content else 0.0
