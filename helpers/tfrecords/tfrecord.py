"""TFRecords in the Object Detection API's layout: written in parallel, and read back."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path
from typing import Collection, Iterator, List, Mapping, NamedTuple, Sequence, Union

import numpy as np

from helpers.annotations.image_header import opened
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.system import processes
from helpers.tfrecords import example, example_validation, shard_writer, sharding
from helpers.tfrecords.features import first_value, values_of
from helpers.tfrecords.framing import Frame, existing, first_and_last, frames
from helpers.tfrecords.image_encoding import encode
from helpers.tfrecords.sharding import DEFAULT_OPTIONS, RecordOptions
from helpers.tfrecords.staging import Staging

__all__ = ["RecordImage", "RecordOptions", "Written", "existing", "read", "read_sample", "write"]


class RecordImage(NamedTuple):
    """One image of a record.

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
    """The result of :func:`write`.

    Attributes:
        paths: the files, in order.
        kept: how many of them were finished by an earlier call.
    """

    paths: List[Path]
    kept: int


def write(
    records: Sequence[ImageRecord],
    label_map: LabelMap,
    images: Union[str, Path],
    out: Union[str, Path],
    options: RecordOptions = DEFAULT_OPTIONS,
) -> Written:
    """Writes records, shuffled; the same input and seed give the same bytes.

    When it is killed, the next call continues with the files that are not finished. A file that is
    at its final path and was made from the same input is not written again.

    Args:
        records: images and boxes; images without boxes are written too.
        label_map: gives the ids.
        images: the image folder.
        out: ``NAME.record``; with several shards ``NAME.record-00000-of-0000N`` beside it.
        options: number of files, longest edge, seed, processes.

    Raises:
        BadInput: no record, or names every image and class at fault; no file changes then.
        HelpersError: a process was killed.
    """
    _require_valid(records, out, options)
    shards = sharding.plan(records, label_map, images, out, options)
    serialize = partial(
        _serialize,
        ids=example.ids_of(label_map),
        images=images,
        max_side=options.max_side,
        verified=options.verified,
    )
    with Staging(out, shards) as staging:
        unfinished = [shard for shard in shards if not staging.is_in_place(shard)]
        staged = sum(map(staging.is_staged, unfinished))
        shard_writer.write(unfinished, staging, serialize, options.jobs or processes.cores())
        staging.publish()
    kept = len(shards) - len(unfinished) + staged
    return Written([shard.path for shard in shards], kept)


def _require_valid(
    records: Sequence[ImageRecord], out: Union[str, Path], options: RecordOptions
) -> None:
    if not records:
        raise BadInput.of(out, "no image", "at least one", "Annotate some images first.")
    if options.shards is not None and not 1 <= options.shards <= len(records):
        raise BadInput.of(
            out,
            f"{options.shards} shards for {len(records)} images",
            f"1 to {len(records)}",
            "Choose another number of shards.",
        )
    if options.max_side < 0 or options.jobs < 0:
        raise BadInput.of(
            out,
            f"a longest edge of {options.max_side} pixels and {options.jobs} processes",
            "numbers of 0 or more",
            "0 keeps every pixel and uses every core.",
        )
    if Path(out).is_dir():
        raise BadInput.of(out, "a folder", "a file such as train.record", "Name one in there.")
    paths = sorted(record.path for record in records)
    twice = [path for path, following in zip(paths, paths[1:]) if path == following]
    if twice:
        raise BadInput.of(out, f"{twice[0]} twice", "each image once", "Remove one of the two.")


def _serialize(
    record: ImageRecord,
    ids: Mapping[str, int],
    images: Union[str, Path],
    max_side: int,
    verified: Collection[str],
) -> bytes:
    encoded = encode(record, images, max_side, record.path in verified)
    return example.serialized(record, ids, encoded)


def read(paths: Sequence[Union[str, Path]], label_map: LabelMap) -> Iterator[RecordImage]:
    """Reads images and their boxes, in the order of the files.

    Raises:
        BadInput: a file is missing or cut off, a record lacks a required feature, or has an id
            that is not in the label map.
    """
    for path in paths:
        for frame in frames(path):
            yield _checked(path, frame, label_map)


def read_sample(
    paths: Sequence[Union[str, Path]], label_map: LabelMap, count: int, seed: int = 0
) -> Iterator[RecordImage]:
    """Reads some of the images, chosen at random, in the order of the files.

    Args:
        paths: of the files.
        label_map: names of the ids.
        count: number of images; all of them where there are no more.
        seed: the same seed and files, the same images.

    Raises:
        BadInput: as for :func:`read`.
    """
    total = sum(first_and_last(Path(path))[0] for path in paths)
    chosen = set(np.random.RandomState(seed).permutation(total)[:count].tolist())
    every = ((path, frame) for path in paths for frame in frames(path))
    for number, (path, frame) in enumerate(every):
        if number in chosen:
            yield _checked(path, frame, label_map)


def _checked(path: Union[str, Path], frame: Frame, label_map: LabelMap) -> RecordImage:
    try:
        return _record_image(frame, label_map)
    except (OSError, SyntaxError, ValueError) as error:
        raise BadInput.of(
            f"{path}, record {frame.number}",
            str(error),
            "a whole record made with this label map",
            "Write the records again.",
        ) from error


def _record_image(frame: Frame, label_map: LabelMap) -> RecordImage:
    if frame.problem:
        raise ValueError(frame.problem)
    features = example.parsed(frame.content)
    problems = example_validation.problems(features, label_map.names, pixels=False)
    if problems:
        raise ValueError(problems[0])
    encoded = first_value(features, "image/encoded")
    name = first_value(features, "image/filename") or first_value(features, "image/source_id")
    width, height = opened(io.BytesIO(encoded)).size
    labels = tuple(example_validation.labels(features, label_map.names))
    # COCO's evaluation in the Object Detection API goes by is_crowd alone, not by group_of.
    crowds = values_of(features, "image/object/is_crowd")
    objects = LabeledBoxes(
        example.boxes_of(features, width, height), labels, group_of=crowds if any(crowds) else None
    )
    return RecordImage(name.decode("utf-8", "replace"), encoded, width, height, objects)
