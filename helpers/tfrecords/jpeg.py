"""What the bytes of a JPEG tell without its pixels (ITU-T T.81, annex B)."""

from __future__ import annotations

import re

_START, _END, _SCAN = b"\xff\xd8", 0xD9, 0xDA
# Anything but a stuffed byte, filling, and marks without a length inside a scan.
_MARK = re.compile(b"\xff([^\x00\x01\xff\xd0-\xd7])")
# Kinds of frame that not every decoder reads: all but baseline, extended and progressive ones with
# Huffman coding.
_RARE = frozenset(range(0xC3, 0xD0)) - {0xC4, 0xC8, 0xCC}


def is_whole(content: bytes) -> bool:
    """Whether this is a JPEG of a common kind with every mark from its start to its end.

    TensorFlow goes from mark to mark until the end mark, and refuses a file that has none on this
    way; Pillow is content once it has all rows of pixels. What lies between marks is not looked at.
    """
    if not content.startswith(_START):
        return False
    kinds, place = set(), len(_START)
    while _END not in kinds:
        mark = _MARK.search(content, place)
        if mark is None:
            return False
        kinds.add(mark.group(1)[0])
        place = mark.end() + int.from_bytes(content[mark.end() : mark.end() + 2], "big")
    return _SCAN in kinds and _RARE.isdisjoint(kinds)
