"""What the bytes of a PNG tell without its pixels (ISO/IEC 15948, section 5)."""

from __future__ import annotations

import zlib

_START = b"\x89PNG\r\n\x1a\n"
_OPTIONAL = 0x20  # in the first letter of a chunk's name


def is_whole(content: bytes) -> bool:
    """Whether this is a PNG with every chunk up to the last, the needed ones with their checksums.

    TensorFlow refuses what is not; Pillow is content once it has all rows of pixels.
    """
    place, name = len(_START), b""
    while name != b"IEND":
        length = int.from_bytes(content[place : place + 4], "big")
        chunk, checksum = (
            content[place + 4 : place + 8 + length],
            content[place + 8 + length : place + 12 + length],
        )
        if not checksum:
            return False
        name = chunk[:4]
        if not name[0] & _OPTIONAL and zlib.crc32(chunk) != int.from_bytes(checksum, "big"):
            return False
        place += 12 + length
    return content.startswith(_START)
