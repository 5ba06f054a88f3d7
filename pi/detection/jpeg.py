"""What the markers of a JPEG file say, which OpenCV does not tell (ITU-T T.81, annex B)."""

from __future__ import annotations

import mmap
import re
from typing import NamedTuple, Optional, Tuple, Union

Buffer = Union[bytes, mmap.mmap]

START = b"\xff\xd8"
END = b"\xff\xd9"

# Inside the compressed data FF is followed by 00 or by a restart marker D0..D7.
_MARKER = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])", re.DOTALL)
# Frame headers: C0..CF but DHT, JPG and DAC. The first two are coded in one pass over the image.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SEQUENTIAL = (0xC0, 0xC1)
_APP2 = 0xE2
_OTHERS = b"MPF\x00"


class Jpeg(NamedTuple):
    """What the markers of one image say.

    Attributes:
        size: Width and height in pixels, as stored; None where no frame header was reached.
        sequential: Whether all that is known of a place in the image stands together, so that a
            file cut short lacks the lower part and nothing else.
        claims_others: Whether it says that others belong to it (CIPA DC-007): depth, brightness.
        end: Offset behind the image's own end marker; None where that is missing.
    """

    size: Optional[Tuple[int, int]]
    sequential: bool
    claims_others: bool
    end: Optional[int]


def read_markers(data: Buffer, start: int = 0) -> Jpeg:
    """Follows the markers of an image one by one.

    The thumbnail inside the EXIF data has an end marker too, and phones append things after the
    end, so the first or last end marker of a file says nothing.

    Args:
        data: Of the file, also as a memory map.
        start: Where the image begins.

    Returns:
        What was found until the end of the image or of the data.
    """
    size, sequential, claims_others, end = None, False, False, None
    offset = start + len(START)
    while end is None:
        marker = _MARKER.search(data, offset)
        if marker is None:
            break
        code, content = marker.group(1)[0], marker.end() + 2
        if code == END[1]:
            end = marker.end()
        elif code in _FRAMES and len(data) >= content + 5:
            height, width = (
                int.from_bytes(data[content + at : content + at + 2], "big") for at in (1, 3)
            )
            size, sequential = (width, height), code in _SEQUENTIAL
        elif code == _APP2 and data[content : content + 4] == _OTHERS:
            claims_others = True
        offset = marker.end() + int.from_bytes(data[marker.end() : content], "big")
    return Jpeg(size, sequential, claims_others, end)


def is_sequence(data: Buffer) -> bool:
    """Tells a video of JPEG images one after another (MJPEG) from one image with something behind.

    Args:
        data: Of the file, also as a memory map.

    Returns:
        Whether an image of the same size follows at once, and the first claims no others as its
        own.
    """
    first = read_markers(data)
    if first.end is None or first.claims_others or data[first.end : first.end + 2] != START:
        return False
    return read_markers(data, first.end).size == first.size
