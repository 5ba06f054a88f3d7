"""Record files: their names, and their frames.

A TFRecord file is one frame after the other: length (8 bytes), its checksum (4), that many bytes,
their checksum (4); all little-endian, checksums CRC-32C, masked
(tensorflow/core/lib/io/record_writer.h). TensorFlow itself is not loaded for that: it would take
every process two seconds and 200 MB.
"""

from __future__ import annotations

import glob
import re
import struct
from pathlib import Path
from typing import BinaryIO, Iterable, Iterator, List, NamedTuple, Sequence, Union

from helpers.structures.errors import BadInput

_SHARD = re.compile(r"(.+)-(\d{5})-of-(\d{5})")
_BUFFER = 1 << 20


class Frame(NamedTuple):
    """What was found at one place of a record file.

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
    """The record files that lie under this name, one or many shards, sorted."""
    out = Path(out)
    shards = (path for path in out.parent.glob("*") if _SHARD.fullmatch(path.name))
    return sorted(
        [path for path in shards if _SHARD.fullmatch(path.name).group(1) == out.name]
        + [out] * out.exists()
    )


def matching(target: Union[str, Path]) -> List[Path]:
    """The record files that a person means by a path, sorted.

    Args:
        target: a file, the name that shards share, a pattern (``train.record*``), or a folder.

    Raises:
        BadInput: there is none.
    """
    path = Path(target)
    if path.is_dir():
        found = [
            one
            for one in sorted(path.iterdir())
            if one.is_file() and (one.suffix == ".record" or _SHARD.fullmatch(one.name))
        ]
    else:
        found = existing(path) or [Path(one) for one in sorted(glob.glob(str(target)))]
    if not found:
        raise BadInput.of(
            target,
            "no record file",
            "a record file, a pattern such as train.record*, or a folder of them",
            "Check the path.",
        )
    return found


def set_size(path: Union[str, Path]) -> int:
    """How many files the set has that a file belongs to by its name; 1 where it is the whole."""
    shard = _SHARD.fullmatch(Path(path).name)
    return int(shard.group(3)) if shard else 1


def missing_shards(paths: Sequence[Union[str, Path]]) -> List[Path]:
    """The shards that belong to these files by their names and do not exist, sorted."""
    named = ((Path(path), _SHARD.fullmatch(Path(path).name)) for path in paths)
    sets = {(path.with_name(name.group(1)), int(name.group(3))) for path, name in named if name}
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
    """Every record of a file; where one cannot be read, why.

    After a broken length nothing more can be found, so that the last frame may stand for many.

    Raises:
        BadInput: there is no such file.
    """
    if not Path(path).is_file():
        raise BadInput(f"{path}: no such record file. Run the step that writes it.")
    with open(str(path), "rb", buffering=_BUFFER) as stream:
        number = 0
        head = stream.read(12)
        while head:
            number += 1
            if len(head) < 12 or head[8:] != _checksum(head[:8]):
                yield Frame(
                    number,
                    b"",
                    "a length that is cut off or broken, so that no record "
                    "can be found from here on",
                )
                return
            (length,) = struct.unpack("<Q", head[:8])
            yield _frame(number, length, stream.read(length + 4))
            head = stream.read(12)


def _frame(number: int, length: int, rest: bytes) -> Frame:
    record = rest[:length]
    if len(rest) < length + 4:
        return Frame(number, b"", "a record that is cut off")
    if rest[length:] != _checksum(record):
        return Frame(number, b"", "a record that does not fit its checksum")
    return Frame(number, record)


def _checksum(content: bytes) -> bytes:
    import google_crc32c

    crc = google_crc32c.value(content)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)
