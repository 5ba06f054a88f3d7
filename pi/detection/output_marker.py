"""Marks the files that ``detect.py`` writes, so that it may write over them, and over nothing else.

The mark stands at a file's end, where each format allows bytes that no reader shows. A program that
saves the file again drops it: what somebody has worked on is no longer ours.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

_TEXT = b"drawn by detect.py (photos-to-pi)"
# The mark and what may follow it: the last chunk of a PNG.
_TAIL = 128
_PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"


def signed(data: bytes, suffix: str) -> bytes:
    """Adds the mark to an image file.

    Args:
        data: Content of the file.
        suffix: Of the file, lower case.

    Returns:
        The content with the mark: a text chunk of a PNG, else bytes behind the image, which
        readers of JPEG, BMP, TIFF and WebP leave alone.
    """
    if suffix == ".png" and data.endswith(_PNG_END):
        chunk = b"tEXtSoftware\x00" + _TEXT
        length, check = struct.pack(">I", len(chunk) - 4), struct.pack(">I", zlib.crc32(chunk))
        return data[: -len(_PNG_END)] + length + chunk + check + _PNG_END
    return data + _TEXT


def sign_video(path: Path) -> None:
    """Appends the mark to a complete video, as a chunk that its container defines as unused.

    Args:
        path: The file; its suffix tells the container.

    Raises:
        OSError: It cannot be written.
    """
    if path.suffix.lower() == ".avi":
        text = _TEXT + b"\n" * (len(_TEXT) % 2)
        mark = b"JUNK" + struct.pack("<I", len(text)) + text
    else:
        mark = struct.pack(">I", 8 + len(_TEXT)) + b"free" + _TEXT
    with path.open("ab") as file:
        file.write(mark)


def is_ours(path: Path) -> bool:
    """Tells whether a file is as ``detect.py`` wrote it.

    Args:
        path: An existing file.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - _TAIL))
        return _TEXT in file.read()
