"""Gives an AVI whose writing was broken off what comes last: its index, sizes and length.

Microsoft's "AVI RIFF File Reference"; chunks are called as there.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path
from typing import List, Tuple

_FRAME, _KEY_FRAME = b"00dc", 0x10
# Sizes and counts are 32 bits, and FFmpeg begins another RIFF after 1 GB, with an index of its own.
_LARGEST = 1 << 30
_HEAD = 1 << 16


def repair(path: Path) -> int:
    """Completes an AVI of JPEG frames in place.

    Args:
        path: The file, as FFmpeg leaves it when the process is killed. One above 1 GB stays as it
            is: players read its frames one after another.

    Returns:
        How many frames it has; 0 where it has no header.
    """
    with path.open("r+b") as file:
        head = file.read(_HEAD)
        main, stream, data = (head.find(name) for name in (b"avih", b"strh", b"movi"))
        if not head.startswith(b"RIFF") or min(main, stream, data) < 0:
            return 0
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            frames, end = _frames(content, data + 4)
        if end <= _LARGEST:
            rows = [
                struct.pack("<4s3I", _FRAME, _KEY_FRAME, at - data, size) for at, size in frames
            ]
            index = struct.pack("<4sI", b"idx1", 16 * len(rows)) + b"".join(rows)
            file.truncate(end)
            for place, value in (
                (end, index),
                (4, struct.pack("<I", end + len(index) - 8)),
                (data - 4, struct.pack("<I", end - data)),
                (main + 8 + 16, struct.pack("<I", len(frames))),
                (stream + 8 + 32, struct.pack("<I", len(frames))),
            ):
                file.seek(place)
                file.write(value)
    return len(frames)


def _frames(content: mmap.mmap, start: int) -> Tuple[List[Tuple[int, int]], int]:
    """Returns place and size of every whole frame, and where the last one ends."""
    frames: List[Tuple[int, int]] = []
    while content[start : start + 4] == _FRAME and start + 8 <= len(content):
        size = int.from_bytes(content[start + 4 : start + 8], "little")
        end = start + 8 + size + size % 2
        if end > len(content):
            break
        frames.append((start, size))
        start = end
    return frames, start
