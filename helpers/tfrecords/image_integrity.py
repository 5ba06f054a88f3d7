"""Whether the bytes of a JPEG or PNG are complete, found without decoding any pixels.

Sources: ITU-T T.81, annex B (JPEG); ISO/IEC 15948, section 5 (PNG).
"""

from __future__ import annotations

import re
import zlib
from typing import Set

_JPEG_START, _END_OF_IMAGE, _START_OF_SCAN = b"\xff\xd8", 0xD9, 0xDA
# Anything but a stuffed byte, padding, and markers without a length inside a scan.
_MARKER = re.compile(b"\xff([^\x00\x01\xff\xd0-\xd7])")
# Frame types that not every decoder reads: all but baseline, extended and progressive with Huffman
# coding.
_RARE_FRAMES = frozenset(range(0xC3, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PNG_START = b"\x89PNG\r\n\x1a\n"
_ANCILLARY = 0x20  # in the first letter of the name of an optional chunk


def is_whole_jpeg(content: bytes) -> bool:
    """Whether this is a JPEG of a common type with every marker from its start to its end.

    TensorFlow goes from marker to marker until the end of the image, and refuses a file without
    one; Pillow accepts a file once it has all rows of pixels. What lies between markers is not
    checked.
    """
    if not content.startswith(_JPEG_START):
        return False
    markers: Set[int] = set()
    offset = len(_JPEG_START)
    while _END_OF_IMAGE not in markers:
        marker = _MARKER.search(content, offset)
        if marker is None:
            return False
        markers.add(marker.group(1)[0])
        offset = marker.end() + int.from_bytes(content[marker.end() : marker.end() + 2], "big")
    return _START_OF_SCAN in markers and _RARE_FRAMES.isdisjoint(markers)


def is_whole_png(content: bytes) -> bool:
    """Whether this is a PNG with every chunk up to the last, critical ones with their checksums.

    TensorFlow refuses any other; Pillow accepts a file once it has all rows of pixels.
    """
    offset, name = len(_PNG_START), b""
    while name != b"IEND":
        length = int.from_bytes(content[offset : offset + 4], "big")
        chunk = content[offset + 4 : offset + 8 + length]
        checksum = content[offset + 8 + length : offset + 12 + length]
        if not checksum:
            return False
        name = chunk[:4]
        if not name[0] & _ANCILLARY and zlib.crc32(chunk) != int.from_bytes(checksum, "big"):
            return False
        offset += 12 + length
    return content.startswith(_PNG_START)
