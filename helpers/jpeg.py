"""What the bytes of a JPEG tell without its pixels (ITU-T T.81, annex B)."""

from __future__ import annotations

_START, _END, _SCAN = b"\xff\xd8", b"\xff\xd9", 0xDA
_FILL = 0xFF
# Kinds of frame: those that every decoder reads (Huffman coding; baseline, extended, progressive),
# and all there are.
_COMMON = (0xC0, 0xC1, 0xC2)
_FRAMES = tuple(kind for kind in range(0xC0, 0xD0) if kind not in (0xC4, 0xC8, 0xCC))


def is_whole(content: bytes) -> bool:
    """Whether this is a JPEG of a common kind with both its start and its end.

    TensorFlow refuses a file without its end mark; Pillow decodes it where there is junk instead.
    What lies between the marks is not looked at.
    """
    if not content.startswith(_START):
        return False
    place, frame = 2, 0
    while content[place + 1:place + 2] != bytes([_SCAN]):
        head = content[place:place + 4]
        if len(head) < 4 or head[0] != _FILL:
            return False
        if head[1] == _FILL:
            place += 1
            continue
        if head[1] in _FRAMES:
            frame = head[1]
        place += 2 + int.from_bytes(head[2:], "big")
    # Inside a scan every such pair of bytes is a mark: others are stuffed with a zero.
    return frame in _COMMON and content.rfind(_END, place) > 0
