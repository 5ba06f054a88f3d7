"""Tells images and videos by their content; a suffix may be wrong, or unknown to us."""

from __future__ import annotations

import mmap
import re
from pathlib import Path
from typing import NamedTuple, Optional

from . import jpeg

_JPEG = "JPEG"
# Enough for two packets of an MPEG transport stream.
_HEAD = 400
_MJPEG_SUFFIXES = (".mjpeg", ".mjpg")


class Media(NamedTuple):
    """What a file is.

    Attributes:
        kind: "image" or "video".
        name: Of its format.
    """

    kind: str
    name: str


# The first that fits; a byte that may be anything is a dot.
_SIGNATURES = [
    (re.compile(pattern, re.DOTALL), Media(kind, name))
    for pattern, kind, name in (
        (rb"\xff\xd8\xff", "image", _JPEG),
        (rb"\x89PNG\r\n\x1a\n", "image", "PNG"),
        (rb"RIFF....WEBP", "image", "WebP"),
        (rb"BM....\0\0\0\0....[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0", "image", "BMP"),
        (rb"II[*+]\0|MM\0[*+]", "image", "TIFF"),
        (rb"P[1-6]\s+[#\d]|P7\nWIDTH", "image", "PNM"),
        (rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", "image", "JPEG 2000"),
        (rb"\0\0\0\x0cJXL |\xff\x0a", "image", "JPEG XL"),
        (rb"\x76\x2f\x31\x01", "image", "OpenEXR"),
        (rb"#\?RADIANCE|#\?RGBE", "image", "Radiance HDR"),
        (rb"8BPS\0\x01", "image", "Photoshop"),
        (rb"....ftyp(?:avif|avis)", "image", "AVIF"),
        (rb"....ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)", "image", "HEIC"),
        (rb"GIF8[79]a", "video", "GIF"),
        (rb"....(?:ftyp|moov|mdat|wide|free|skip|pnot)", "video", "MP4 or MOV"),
        (rb"\x1a\x45\xdf\xa3", "video", "Matroska or WebM"),
        (rb"RIFF....AVI ", "video", "AVI"),
        (rb"FLV\x01", "video", "FLV"),
        (rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video", "WMV"),
        (rb"OggS\0", "video", "Ogg"),
        (rb"\.RMF\0", "video", "RealMedia"),
        (rb"YUV4MPEG2 ", "video", "YUV4MPEG2"),
        (rb"\x47.{187}\x47.{187}\x47", "video", "MPEG-TS"),
        (rb".{4}\x47.{191}\x47", "video", "MPEG-TS"),
        (rb"\0\0\x01[\xba\xb3\xb0]", "video", "MPEG"),
        # Parameter sets come first: of H.264 types 7 and 9, of H.265 types 32, 33 and 35.
        (rb"\0\0\0?\x01[\x67\x27\x47\x09]", "video", "H.264"),
        (rb"\0\0\0?\x01[\x40\x42\x46]\x01", "video", "H.265"),
    )
]


def media_kind(path: Path) -> Optional[Media]:
    """Tells what a file is by its first bytes.

    Args:
        path: The file.

    Returns:
        None where it is neither an image nor a video that is known here. A JPEG may be the first
        image of a video: see ``is_mjpeg``.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        return media_of(file.read(_HEAD))


def media_of(head: bytes) -> Optional[Media]:
    """Tells what a file is.

    Args:
        head: Its first bytes, 400 or all.

    Returns:
        As ``media_kind``.
    """
    return next((media for pattern, media in _SIGNATURES if pattern.match(head)), None)


def is_mjpeg(path: Path, media: Optional[Media]) -> bool:
    """Tells whether what begins as a JPEG is a video, JPEG images one after another.

    Args:
        path: The file.
        media: As ``media_kind`` gives it.

    Raises:
        OSError: It cannot be read.
    """
    if media is None or media.name != _JPEG:
        return False
    if path.suffix.lower() in _MJPEG_SUFFIXES:
        return True
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return jpeg.is_sequence(data)
