"""An MP4 file that can be played however its writing ends.

While it grows it is fragmented: a header, then fragments that are complete in themselves. At the
end the tables of a plain MP4 follow, and the place before the header becomes the start of one block
of data up to them, so that a player sees no fragments. ISO/IEC 14496-12; boxes are called as there.
"""

from __future__ import annotations

import os
import struct
from array import array
from pathlib import Path
from typing import Dict, List, NamedTuple, Sequence, Tuple

_TIMESCALE = 90000
_CONTAINERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
_MATRIX = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_KEY_FRAME, _OTHER_FRAME = 0x02000000, 0x01010000
_LARGE_BOX = 16  # bytes of the header of a box whose size takes 64 bits


class Samples(NamedTuple):
    """The encoded frames of a video.

    Attributes:
        description: Box ``stsd``: the codec and its parameters.
        sizes: Bytes of each frame.
        keys: Numbers of the key frames, from 0.
        data: The frames one after another.
    """

    description: bytes
    sizes: Sequence[int]
    keys: Sequence[int]
    data: bytes


def read_samples(path: Path) -> Samples:
    """Reads the frames of a small MP4 file with one track, as OpenCV writes it.

    Args:
        path: The file.

    Returns:
        Its frames; none where the file is not whole, as OpenCV leaves it on a full disk.
    """
    boxes: Dict[bytes, bytes] = {}
    _collect(path.read_bytes(), boxes)
    if not {b"mdat", b"stsd", b"stsz"} <= set(boxes):
        return Samples(b"", (), (), b"")
    size, count = struct.unpack(">II", boxes[b"stsz"][4:12])
    sizes = [size] * count if size else _numbers(boxes[b"stsz"][12:])
    keys = list(range(count))  # without the box, all are key frames
    if b"stss" in boxes:
        keys = [number - 1 for number in _numbers(boxes[b"stss"][8:])]
    return Samples(_box(b"stsd", boxes[b"stsd"]), sizes, keys, boxes[b"mdat"][: sum(sizes)])


def _collect(content: bytes, boxes: Dict[bytes, bytes]) -> None:
    """Collects what is in each box, by its type."""
    start = 0
    while start + 8 <= len(content):
        size, kind = struct.unpack(">I4s", content[start : start + 8])
        if size < 8 or start + size > len(content):
            return
        boxes[kind] = content[start + 8 : start + size]
        if kind in _CONTAINERS:
            _collect(boxes[kind], boxes)
        start += size


def _numbers(content: bytes) -> List[int]:
    return list(struct.unpack(f">{len(content) // 4}I", content))


class Mp4Writer:
    """Writes fragments of frames to a file, and at the end its tables."""

    def __init__(self, path: Path, size: Tuple[int, int], rate: float) -> None:
        """Creates the file.

        Args:
            path: The file; an older one is replaced.
            size: Width and height in pixels.
            rate: Frames a second.

        Raises:
            OSError: It cannot be created.
        """
        self._file = path.open("wb", buffering=0)
        self._size = size
        self._duration = round(_TIMESCALE / rate)
        self._description = b""
        self._sizes, self._keys = array("I"), array("I")
        self._offsets, self._firsts = array("Q"), array("I")  # of each fragment's data
        self._end, self.frames = 0, 0

    def append(self, samples: Samples) -> None:
        """Adds a fragment.

        Args:
            samples: One frame or more.

        Raises:
            OSError: The disk is full, for example.
        """
        header = b"" if self.frames else self._header(samples.description)
        fragment = self._fragment(samples)
        self._write(self._end, header + fragment + _box(b"mdat", samples.data))
        self._offsets.append(self._end + len(header) + len(fragment) + 8)
        self._firsts.append(self.frames)
        self._keys.extend(self.frames + key for key in samples.keys)
        self._sizes.extend(samples.sizes)
        self._end = self._offsets[-1] + len(samples.data)
        self.frames += len(samples.sizes)

    def sync(self) -> None:
        """Waits until what was written is on the disk, where a power cut leaves it.

        Raises:
            OSError: The disk fails.
        """
        os.fsync(self._file.fileno())

    def finish(self) -> None:
        """Makes it a plain MP4 and closes it.

        Raises:
            OSError: The disk is full, for example.
        """
        if self.frames:
            start = len(_file_type())
            self._write(self._end, self._movie(self._tables()))
            self.sync()
            whole = struct.pack(">I4sQ", 1, b"mdat", self._end - start)
            self._write(start, whole)
            self.sync()
        self.close()

    def close(self) -> None:
        """Closes the file as it is."""
        self._file.close()

    def _write(self, offset: int, content: bytes) -> None:
        self._file.seek(offset)
        rest = memoryview(content)
        while rest:
            rest = rest[self._file.write(rest) or 0 :]

    def _header(self, description: bytes) -> bytes:
        self._description = description
        extends = _full(b"trex", 0, struct.pack(">5I", 1, 1, self._duration, 0, 0))
        empty = b"".join(_full(kind, 0, bytes(4)) for kind in (b"stts", b"stsc", b"stco"))
        tables = empty + _full(b"stsz", 0, bytes(8))
        room = _box(b"free", bytes(_LARGE_BOX - 8))
        return _file_type() + room + self._movie(tables, _box(b"mvex", extends))

    def _fragment(self, samples: Samples) -> bytes:
        """Returns box ``moof``, which the data follow."""
        keys = set(samples.keys)
        flags = [_KEY_FRAME if i in keys else _OTHER_FRAME for i in range(len(samples.sizes))]
        rows = b"".join(struct.pack(">II", *row) for row in zip(samples.sizes, flags))
        header = _full(b"mfhd", 0, struct.pack(">I", len(self._offsets) + 1))
        track = _full(b"tfhd", 0x020000, struct.pack(">I", 1))  # offsets count from the moof
        time = _full(b"tfdt", 0x01000000, struct.pack(">Q", self.frames * self._duration))
        size = 8 + len(header) + 8 + len(track) + len(time) + 20 + len(rows)
        run = _full(b"trun", 0x000601, struct.pack(">II", len(samples.sizes), size + 8) + rows)
        return _box(b"moof", header + _box(b"traf", track + time + run))

    def _tables(self) -> bytes:
        """Returns the boxes that tell a plain MP4's frames: times, places, sizes."""
        ends = [*self._firsts[1:], self.frames]
        counts = [end - first for first, end in zip(self._firsts, ends)]
        runs = [
            struct.pack(">III", index + 1, count, 1)
            for index, count in enumerate(counts)
            if index == 0 or count != counts[index - 1]
        ]
        keys = [key + 1 for key in self._keys]
        return b"".join(
            [
                _full(b"stts", 0, struct.pack(">III", 1, self.frames, self._duration)),
                _full(b"stss", 0, struct.pack(f">{len(keys) + 1}I", len(keys), *keys)),
                _full(b"stsc", 0, struct.pack(">I", len(runs)) + b"".join(runs)),
                _full(
                    b"stsz", 0, struct.pack(f">{self.frames + 2}I", 0, self.frames, *self._sizes)
                ),
                _full(
                    b"co64",
                    0,
                    struct.pack(f">I{len(self._offsets)}Q", len(self._offsets), *self._offsets),
                ),
            ]
        )

    def _movie(self, tables: bytes, extends: bytes = b"") -> bytes:
        """Returns box ``moov`` with one video track."""
        length = 0 if extends else self.frames * self._duration
        width, height = self._size
        times = struct.pack(">QQIQ", 0, 0, _TIMESCALE, length)
        movie = struct.pack(">IH10x", 0x10000, 0x100) + _MATRIX + bytes(24) + struct.pack(">I", 2)
        track = struct.pack(">QQI4xQ16x", 0, 0, 1, length) + _MATRIX
        track += struct.pack(">II", width << 16, height << 16)
        handler = bytes(4) + b"vide" + bytes(12) + b"video\0"
        files = _box(b"dinf", _full(b"dref", 0, struct.pack(">I", 1) + _full(b"url ", 1, b"")))
        table = _box(b"stbl", self._description + tables)
        media = [
            _full(b"mdhd", 0x01000000, times + struct.pack(">HH", 0x55C4, 0)),
            _full(b"hdlr", 0, handler),
            _box(b"minf", _full(b"vmhd", 1, bytes(8)) + files + table),
        ]
        whole = _full(b"tkhd", 0x01000003, track) + _box(b"mdia", b"".join(media))
        return _box(
            b"moov", _full(b"mvhd", 0x01000000, times + movie) + _box(b"trak", whole) + extends
        )


def _file_type() -> bytes:
    return _box(b"ftyp", b"isom\0\0\2\0isomiso2iso5mp41")


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content


def _full(kind: bytes, version_and_flags: int, content: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version_and_flags) + content)
