"""Which image goes into which record file, and a digest of the inputs of each file."""

from __future__ import annotations

import hashlib
import math
import os
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Collection, List, NamedTuple, Optional, Sequence, Union

from helpers.structures.dataset import ImageRecord
from helpers.structures.label_map import LabelMap
from helpers.system import files
from helpers.tfrecords.features import RECORD_FLAGS
from helpers.tfrecords.framing import shard_paths
from helpers.tfrecords.image_encoding import size_within

SHARD_BYTES = 100_000_000
# A part of every digest: with another number, what was written before counts as outdated.
_LAYOUT = 1
_BYTES_PER_PIXEL = 0.4  # of a smaller copy, roughly


@dataclass(frozen=True)
class RecordOptions:
    """How records are written.

    Attributes:
        shards: number of files; ``None`` makes them about ``SHARD_BYTES`` large.
        max_side: longest edge in pixels that is kept; larger images are scaled down; 0 keeps all.
        seed: of the shuffling.
        jobs: processes, each for one shard, and threads where there are fewer shards; 0 means one
            for each core.
        verified: paths of images whose pixels were all decoded before and that have not changed
            since, see ``image_probe.decoded``; others that are copied are decoded when written.
    """

    shards: Optional[int] = None
    max_side: int = 0
    seed: int = 0
    jobs: int = 0
    verified: Collection[str] = ()


DEFAULT_OPTIONS = RecordOptions()


class Shard(NamedTuple):
    """A record file to be written.

    Attributes:
        path: of the file.
        records: its images, in order.
        made_from: a digest of all inputs that decide its bytes, images by their file stamps.
    """

    path: Path
    records: Sequence[ImageRecord]
    made_from: str


class _StampedRecord(NamedTuple):
    record: ImageRecord
    stamp: files.Stamp  # of the image; ``files.MISSING`` is reported when it is encoded


def plan(
    records: Sequence[ImageRecord],
    label_map: LabelMap,
    images: Union[str, Path],
    out: Union[str, Path],
    options: RecordOptions = DEFAULT_OPTIONS,
) -> List[Shard]:
    """Shuffles images and assigns them to shards; equal input and seed give equal shards.

    Args:
        records: in any order; at least one.
        label_map: gives the ids.
        images: the image folder.
        out: ``NAME.record``.
        options: ``jobs`` and ``verified`` make no difference.
    """
    root = os.path.abspath(str(images))
    shuffled = [
        _StampedRecord(record, files.stamp(os.path.join(root, record.path)))
        for record in sorted(records, key=lambda record: record.path)
    ]
    random.Random(options.seed).shuffle(shuffled)
    paths = shard_paths(out, options.shards or _shard_count(shuffled, options.max_side))
    common = repr((_LAYOUT, _pillow(), root, options.max_side, label_map.names)).encode()
    parts = [shuffled[number :: len(paths)] for number in range(len(paths))]
    return [
        Shard(path, [stamped.record for stamped in part], _digest(common, part))
        for path, part in zip(paths, parts)
    ]


def shards_per_machine(records: Sequence[ImageRecord], max_side: int, machines: int) -> int:
    """How many files each of several machines writes, about ``SHARD_BYTES`` large.

    All machines must compute the same number, and none has all images, so the sizes are estimated
    from the table alone.

    Args:
        records: of all machines together.
        max_side: as in ``RecordOptions``.
        machines: their number.
    """
    sizes = [size_within(record.width, record.height, max_side) for record in records]
    pixels = sum(width * height for width, height in sizes)
    return max(1, math.ceil(pixels * _BYTES_PER_PIXEL / SHARD_BYTES / machines))


def _shard_count(stamped: Sequence[_StampedRecord], max_side: int) -> int:
    total = sum(_estimated_bytes(record, stamp.size, max_side) for record, stamp in stamped)
    return max(1, min(len(stamped), math.ceil(total / SHARD_BYTES)))


def _estimated_bytes(record: ImageRecord, file_size: int, max_side: int) -> float:
    full = record.width, record.height
    kept = size_within(*full, max_side)
    return min(file_size, kept[0] * kept[1] * (1 if kept == full else _BYTES_PER_PIXEL))


def _pillow() -> str:
    import PIL

    return PIL.__version__


def _digest(common: bytes, part: Sequence[_StampedRecord]) -> str:
    digest = hashlib.sha256(common)
    for record, stamp in part:
        objects = record.objects
        flags = (tuple(objects.flags(name).tolist()) for name in RECORD_FLAGS)
        values = (record.path, record.width, record.height, tuple(stamp), objects.labels, *flags)
        digest.update(repr(values).encode())
        digest.update(objects.boxes.tobytes())
    return digest.hexdigest()[:32]
