"""Which image goes into which record file, and a digest of what each file is made from."""

from __future__ import annotations

import hashlib
import math
import os
import random
from pathlib import Path
from typing import List, NamedTuple, Optional, Sequence, Tuple, Union

from helpers.structures.boxes import FLAGS
from helpers.structures.dataset import ImageRecord
from helpers.structures.label_map import LabelMap
from helpers.tfrecords.framing import shard_paths
from helpers.tfrecords.image_encoding import size_within

SHARD_BYTES = 100_000_000
# A part of every digest: with another number, what was written before counts as outdated.
_LAYOUT = 1
_BYTES_A_PIXEL = 0.4  # of a smaller copy, roughly
_GONE = (-1, -1)


class Shard(NamedTuple):
    """A record file to be.

    Attributes:
        path: its place.
        records: its images, in order.
        made_from: a digest of all that decides its bytes, images by size and time of change.
    """

    path: Path
    records: Sequence[ImageRecord]
    made_from: str


def plan(
    records: Sequence[ImageRecord],
    label_map: LabelMap,
    images: Union[str, Path],
    out: Union[str, Path],
    shards: Optional[int],
    max_side: int,
    seed: int,
) -> List[Shard]:
    """Shuffles images and deals them out; the same input and seed give the same shards.

    Args:
        records: in any order; at least one.
        label_map: gives the ids.
        images: the image folder.
        out: ``NAME.record``.
        shards: number of files; ``None`` makes them about ``SHARD_BYTES`` large.
        max_side: longest side in pixels to keep; 0 keeps all.
        seed: of the shuffling.
    """
    root = os.path.abspath(str(images))
    deck = [
        (record, _stamp(os.path.join(root, record.path)))
        for record in sorted(records, key=lambda record: record.path)
    ]
    random.Random(seed).shuffle(deck)
    paths = shard_paths(out, shards or _count(deck, max_side))
    common = repr((_LAYOUT, _pillow(), root, max_side, label_map.names)).encode()
    hands = [deck[number :: len(paths)] for number in range(len(paths))]
    return [
        Shard(path, [record for record, _ in hand], _digest(common, hand))
        for path, hand in zip(paths, hands)
    ]


def files_of_each(records: Sequence[ImageRecord], max_side: int, machines: int) -> int:
    """How many files each of several machines writes, about ``SHARD_BYTES`` large.

    All of them have to reckon the same, and none has all images, so only what the table says
    of them counts.

    Args:
        records: of all machines together.
        max_side: longest side in pixels to keep; 0 keeps all.
        machines: their number.
    """
    pixels = sum(
        width * height
        for width, height in (
            size_within(record.width, record.height, max_side) for record in records
        )
    )
    return max(1, math.ceil(pixels * _BYTES_A_PIXEL / SHARD_BYTES / machines))


def _stamp(path: str) -> Tuple[int, int]:
    try:
        found = os.stat(path)
    except OSError:  # it is named, with all others at fault, when it is to be encoded
        return _GONE
    return found.st_size, found.st_mtime_ns


def _count(deck: Sequence[tuple], max_side: int) -> int:
    total = sum(_estimate(record, size, max_side) for record, (size, _) in deck)
    return max(1, min(len(deck), math.ceil(total / SHARD_BYTES)))


def _estimate(record: ImageRecord, size: int, max_side: int) -> float:
    """About how many bytes an image will take."""
    whole = record.width, record.height
    kept = size_within(*whole, max_side)
    return min(size, kept[0] * kept[1] * (1 if kept == whole else _BYTES_A_PIXEL))


def _pillow() -> str:
    import PIL

    return PIL.__version__


def _digest(common: bytes, hand: Sequence[tuple]) -> str:
    digest = hashlib.sha256(common)
    for record, stamp in hand:
        digest.update(
            repr(
                (
                    record.path,
                    record.width,
                    record.height,
                    stamp,
                    record.objects.labels,
                    *(tuple(record.objects.flags(name).tolist()) for name in FLAGS),
                )
            ).encode()
        )
        digest.update(record.objects.boxes.tobytes())
    return digest.hexdigest()[:32]
