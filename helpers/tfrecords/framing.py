"""TFRecord files: their names, and their frames.

A TFRecord file is a sequence of frames; all numbers little-endian, checksums masked CRC-32C:

===========  ============================
bytes        content
===========  ============================
8            length of the record
4            checksum of these 8 bytes
length       the record
4            checksum of the record
===========  ============================

Source: tensorflow/core/lib/io/record_writer.h. TensorFlow itself is not loaded, since that would
take every process two seconds and 200 MB.
"""

from __future__ import annotations

import glob
import os
import re
import struct
from pathlib import Path
from typing import BinaryIO, Iterable, Iterator, List, NamedTuple, Sequence, Tuple, Union

from helpers.structures.errors import BadInput
from helpers.system import files

WRITE_AGAIN = "Write the records again with: python -m helpers tfrecord"
SUFFIXES = (".record", ".records", ".tfrecord", ".tfrecords")
_GZIP = b"\x1f\x8b"
_SHARD = re.compile(r"(.+)-(\d{5})-of-(\d{5})")
_HEAD, _FOOT = 12, 4  # bytes of a frame around its record
_BUFFER = 1 << 20


class Frame(NamedTuple):
    """One frame of a record file.

    Attributes:
        number: of the record, from 1.
        content: its bytes; empty when there is a problem.
        problem: why it cannot be read; empty when it can.
    """

    number: int
    content: bytes
    problem: str = ""


def shard_paths(out: Union[str, Path], shards: int) -> List[Path]:
    """``NAME.record``, or with several shards ``NAME.record-00000-of-0000N`` and so on."""
    out = Path(out)
    if shards == 1:
        return [out]
    return [out.with_name(f"{out.name}-{i:05d}-of-{shards:05d}") for i in range(shards)]


def existing(out: Union[str, Path]) -> List[Path]:
    """The record files with this name, a single one or shards, sorted."""
    out = Path(out)
    shards = [path for path in out.parent.glob("*") if _unsharded_name(path) == out.name]
    return sorted(shards + [out] * out.exists())


def is_named_as_record(path: Path) -> bool:
    """Whether a file is called as record files and their shards are."""
    return path.suffix.lower() in SUFFIXES or bool(_unsharded_name(path))


def _unsharded_name(path: Path) -> str:
    """The name that the shards of a set share; empty for a file that is no shard."""
    shard = _SHARD.fullmatch(path.name)
    return shard.group(1) if shard else ""


def matching(target: Union[str, Path]) -> List[Path]:
    """The record files that a path given by a user stands for, sorted.

    Args:
        target: a file, the name that shards share, a pattern (``train.record*``), or a folder.

    Raises:
        BadInput: there is none.
    """
    path = Path(target)
    if path.is_dir():
        paths = [
            entry
            for entry in sorted(path.iterdir())
            if entry.is_file() and is_named_as_record(entry)
        ]
    else:
        paths = existing(path) or [Path(name) for name in sorted(glob.glob(str(target)))]
    if not paths:
        raise BadInput.of(
            target,
            "no record file",
            "a record file, a pattern such as train.record*, or a folder of them",
            "Check the path.",
        )
    return paths


def shard_count(path: Union[str, Path]) -> int:
    """The number of files in the set that a file belongs to by its name; 1 for a single file."""
    shard = _SHARD.fullmatch(Path(path).name)
    return int(shard.group(3)) if shard else 1


def missing_shards(paths: Sequence[Union[str, Path]]) -> List[Path]:
    """The shards that belong to these files by their names and do not exist, sorted."""
    sets = {
        (path.with_name(_unsharded_name(path)), shard_count(path))
        for path in map(Path, paths)
        if _unsharded_name(path)
    }
    return [
        shard
        for out, count in sorted(sets)
        for shard in shard_paths(out, count)
        if not shard.exists()
    ]


def write_frames(stream: BinaryIO, records: Iterable[bytes]) -> None:
    """Appends records to an open file."""
    for record in records:
        length = struct.pack("<Q", len(record))
        stream.writelines((length, _checksum(length), record, _checksum(record)))


def frames(path: Union[str, Path]) -> Iterator[Frame]:
    """Every record of a file, checksums verified; a frame without content says what is wrong.

    After a broken length no further record can be found, so the last frame may stand for many.

    Raises:
        BadInput: there is no such file, or it is gzipped.
    """
    if not Path(path).is_file():
        raise BadInput(f"{path}: no such record file. Run the step that writes it.")
    with open(str(path), "rb", buffering=_BUFFER) as stream:
        number = 0
        head = stream.read(_HEAD)
        _refuse_others(path, head)
        while head:
            number += 1
            if len(head) < _HEAD or head[8:] != _checksum(head[:8]):
                yield Frame(
                    number,
                    b"",
                    "a length that is cut off or broken, so that no record "
                    "can be found from here on",
                )
                return
            length = _length(head)
            yield _frame(number, length, stream.read(length + _FOOT))
            head = stream.read(_HEAD)


def _refuse_others(path: Union[str, Path], head: bytes) -> None:
    files.refuse_pointer(path, head)
    if head.startswith(_GZIP) and head[8:] != _checksum(head[:8]):
        raise BadInput.of(path, "a gzipped file", "records", "Unpack it with gunzip first.")


def _length(head: bytes) -> int:
    return struct.unpack("<Q", head[:8])[0]


def _frame(number: int, length: int, rest: bytes) -> Frame:
    record = rest[:length]
    if len(rest) < length + _FOOT:
        return Frame(number, b"", "a record that is cut off")
    if rest[length:] != _checksum(record):
        return Frame(number, b"", "a record that does not fit its checksum")
    return Frame(number, record)


def first_and_last(path: Path) -> Tuple[int, List[bytes]]:
    """How many records a file has, with the first and the last of them.

    Only lengths are read in between, and no checksum is verified, so that it takes milliseconds
    for files of any size.

    Raises:
        BadInput: the file is cut off, gzipped, or no record file.
    """
    count, offset = 0, 0
    spans: List[Tuple[int, int]] = []  # offset and length of the first and of the last record
    size = path.stat().st_size
    with open(str(path), "rb") as stream:
        _refuse_others(path, os.pread(stream.fileno(), _HEAD, 0))
        while offset < size:
            head = os.pread(stream.fileno(), 8, offset)
            length = _length(head) if len(head) == 8 else size
            if offset + _HEAD + length + _FOOT > size:
                raise BadInput.of(
                    path, f"a cut or broken record at byte {offset}", "whole records", WRITE_AGAIN
                )
            spans[1:] = [(offset + _HEAD, length)]
            offset += _HEAD + length + _FOOT
            count += 1
        return count, [os.pread(stream.fileno(), length, start) for start, length in spans]


def _checksum(content: bytes) -> bytes:
    import google_crc32c

    crc = google_crc32c.value(content)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)
