"""TFRecords in the Object Detection API's layout: written side by side, and read back."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path
from typing import Collection, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Union

from helpers.annotations.image_header import opened
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.system import processes
from helpers.tfrecords import example, example_validation, shard_writer
from helpers.tfrecords import sharding as dealing
from helpers.tfrecords.framing import Frame, existing, frames
from helpers.tfrecords.image_encoding import encode
from helpers.tfrecords.staging import Staging

__all__ = ["RecordImage", "Written", "existing", "read", "write"]


class RecordImage(NamedTuple):
    """One image as it lies in a record.

    Attributes:
        filename: relative to the image folder it came from.
        encoded: the bytes of a JPEG.
        width: pixels.
        height: pixels.
        objects: ground truth in absolute pixels of this image.
    """

    filename: str
    encoded: bytes
    width: int
    height: int
    objects: LabeledBoxes


class Written(NamedTuple):
    """What :func:`write` did.

    Attributes:
        paths: the files, in order.
        kept: how many of them were finished before.
    """

    paths: List[Path]
    kept: int


def write(
    records: Sequence[ImageRecord],
    label_map: LabelMap,
    images: Union[str, Path],
    out: Union[str, Path],
    shards: Optional[int] = None,
    max_side: int = 0,
    seed: int = 0,
    jobs: int = 0,
    verified: Collection[str] = (),
) -> Written:
    """Writes records, shuffled; the same input and seed give the same bytes.

    Killed at any moment, the next call goes on with what is not finished. A file that lies in its
    place already and was made from the very same is not written again.

    Args:
        records: images and boxes; images without boxes go in too.
        label_map: gives the ids.
        images: the image folder.
        out: ``NAME.record``; with several shards ``NAME.record-00000-of-0000N`` beside it.
        shards: number of files; ``None`` makes them about 100 MB large.
        max_side: longest side in pixels to keep; 0 keeps all.
        seed: of the shuffling.
        jobs: processes, each at a shard, and threads where there are fewer shards; 0 means one a
            core.
        verified: paths of images all of whose pixels were decoded before and that have not changed
            since, see ``looks.decoded``; of any other that is copied they are decoded now.

    Raises:
        BadInput: no record, or every image and class at fault; no file changes then.
        HelpersError: a process was killed.
    """
    _refuse(records, out, shards, max_side, jobs)
    plan = dealing.plan(records, label_map, images, out, shards, max_side, seed)
    make = partial(
        _made, ids=example.ids_of(label_map), images=images, max_side=max_side, verified=verified
    )
    with Staging(out, plan) as staging:
        left = [shard for shard in plan if not staging.is_in_place(shard)]
        waiting = sum(map(staging.is_waiting, left))
        shard_writer.write(left, staging, make, jobs or processes.cores())
        staging.publish()
    return Written([shard.path for shard in plan], len(plan) - len(left) + waiting)


def _refuse(
    records: Sequence[ImageRecord],
    out: Union[str, Path],
    shards: Optional[int],
    max_side: int,
    jobs: int,
) -> None:
    if not records:
        raise BadInput.of(out, "no image", "at least one", "Annotate some images first.")
    if shards is not None and not 1 <= shards <= len(records):
        raise BadInput.of(
            out,
            f"{shards} shards for {len(records)} images",
            f"1 to {len(records)}",
            "Choose another number of shards.",
        )
    if max_side < 0 or jobs < 0:
        raise BadInput.of(
            out,
            f"a longest side of {max_side} pixels and {jobs} processes",
            "numbers of 0 or more",
            "0 keeps every pixel and uses every core.",
        )
    if Path(out).is_dir():
        raise BadInput.of(out, "a folder", "a file such as train.record", "Name one in there.")
    paths = sorted(record.path for record in records)
    twice = [one for one, another in zip(paths, paths[1:]) if one == another]
    if twice:
        raise BadInput.of(out, f"{twice[0]} twice", "each image once", "Remove one of the two.")


def _made(
    record: ImageRecord,
    ids: Mapping[str, int],
    images: Union[str, Path],
    max_side: int,
    verified: Collection[str],
) -> bytes:
    return example.serialized(
        record, ids, encode(record, images, max_side, record.path in verified)
    )


def read(paths: Sequence[Union[str, Path]], label_map: LabelMap) -> Iterator[RecordImage]:
    """Reads images and their boxes back, in the order of the files.

    Raises:
        BadInput: a file is missing or cut off, a record lacks what it should have, or holds an id
            that the map does not know.
    """
    for path in paths:
        for frame in frames(path):
            try:
                yield _stored(frame, label_map)
            except (OSError, SyntaxError, ValueError) as error:
                raise BadInput.of(
                    f"{path}, record {frame.number}",
                    str(error),
                    "a whole record made with this label map",
                    "Write the records again.",
                ) from error


def _stored(frame: Frame, label_map: LabelMap) -> RecordImage:
    if frame.problem:
        raise ValueError(frame.problem)
    features = example.parsed(frame.content)
    wrong = example_validation.problems(features, label_map.names, pixels=False)
    if wrong:
        raise ValueError(wrong[0])
    encoded, source, name = (
        example.one(features, f"image/{key}") for key in ("encoded", "source_id", "filename")
    )
    width, height = opened(io.BytesIO(encoded)).size
    corners = [features[key].values if key in features else () for key in example.CORNERS]
    relative = LabeledBoxes(
        list(zip(*corners)), example_validation.labels(features, label_map.names)
    )
    return RecordImage(
        (name or source).decode("utf-8", "replace"),
        encoded,
        width,
        height,
        relative.scaled(width, height),
    )
