"""The first and the last record of every file, read without reading what lies between."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import List, Optional, Sequence, Tuple

from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.tfrecords import example, example_validation, framing

_SHOWN = 3
_AGAIN = "Write the records again with: python -m helpers tfrecord"


def count(
    out: Path, found: Sequence[Path], label_map: Optional[LabelMap]
) -> Tuple[int, List[BadInput]]:
    """How many images a side's files hold, and what is wrong with them.

    Args:
        out: the name the files were written under, as in ``train.record``.
        found: the files, sorted.
        label_map: that they have to fit; ``None`` when it is not known.

    Returns:
        The number of images, and at most one mistake of each file.
    """
    if not found:
        return 0, [BadInput(f"{out}: no such records. {_AGAIN}")]
    total, problems = 0, _of_names(out, found)
    for path in found:
        try:
            total += _count(path, label_map)
        except BadInput as problem:
            problems.append(problem)
    if not total and not problems:
        problems.append(BadInput.of(found[0], "no image", "at least one", _AGAIN))
    return total, problems


def _count(path: Path, label_map: Optional[LabelMap]) -> int:
    number, raws = ends(path)
    for raw in raws:
        _check_record(path, raw, label_map)
    return number


def _of_names(out: Path, found: Sequence[Path]) -> List[BadInput]:
    counts = set(map(framing.set_size, found))
    if len(counts) == 1 and len(found) == max(counts):
        return []
    return [
        BadInput.of(
            out,
            f"the files {', '.join(path.name for path in found[:4])}"
            f"{' and more' if found[4:] else ''}",
            "all the files of one writing, and none of another",
            f"Delete them. {_AGAIN}",
        )
    ]


def ends(path: Path) -> Tuple[int, List[bytes]]:
    """How many records a file holds, with the first and the last of them.

    A record is its length (8 bytes) and the checksum of that (4), the bytes, and their checksum
    (4): tensorflow/core/lib/io/record_writer.h. Only the lengths are read on the way.

    Raises:
        BadInput: the file is cut off, or no file of records.
    """
    number, offset, first, last = 0, 0, None, None
    size = path.stat().st_size
    with open(str(path), "rb") as stream:
        while offset < size:
            head = os.pread(stream.fileno(), 8, offset)
            length = struct.unpack("<Q", head)[0] if len(head) == 8 else size
            if offset + 16 + length > size:
                raise BadInput.of(
                    path, f"a cut or broken record at byte {offset}", "whole records", _AGAIN
                )
            last = (offset + 12, length)
            first = first or last
            offset += 16 + length
            number += 1
        places = [first, last][: min(number, 2)]
        return number, [os.pread(stream.fileno(), length, place) for place, length in places]


def _check_record(path: Path, raw: bytes, label_map: Optional[LabelMap]) -> None:
    """Holds one record against the Object Detection API's decoder and the label map.

    Raises:
        BadInput: training could not read it, or it was written with another label map.
    """
    try:
        features = example.parsed(raw)
    except ValueError as error:
        raise BadInput.of(
            path, "bytes that are no tf.train.Example", "records of images", _AGAIN
        ) from error
    problems = example_validation.problems(features, label_map.names if label_map else None)
    if problems:
        name = example.one(features, "image/filename") or b"a record without a name"
        shown = "; ".join(problems[:_SHOWN]) + (" and more" if problems[_SHOWN:] else "")
        raise BadInput.of(
            f"{path}, {name.decode('utf-8', 'replace')}",
            shown,
            "what the trainer and this label map take",
            _AGAIN,
        )
