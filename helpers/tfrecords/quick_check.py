"""Validates record files by the first and the last record of each, in seconds for any size."""

from __future__ import annotations

from pathlib import Path
from typing import List, Optional, Sequence, Tuple

from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.tfrecords import example, example_validation, framing
from helpers.tfrecords.features import first_value
from helpers.tfrecords.framing import WRITE_AGAIN

_SHOWN = 3  # problems of a record


def count(
    out: Path, paths: Sequence[Path], label_map: Optional[LabelMap]
) -> Tuple[int, List[BadInput]]:
    """How many images the record files of a split have, and their problems.

    Args:
        out: the name the files were written under, as in ``train.record``.
        paths: the files, sorted.
        label_map: of the training; ``None`` when it is not known.

    Returns:
        The number of images, and at most one problem of each file.
    """
    if not paths:
        return 0, [BadInput(f"{out}: no such records. {WRITE_AGAIN}")]
    total, problems = 0, _mixed_sets(out, paths)
    for path in paths:
        try:
            total += _count(path, label_map)
        except BadInput as problem:
            problems.append(problem)
    if not total and not problems:
        problems.append(BadInput.of(paths[0], "no image", "at least one", WRITE_AGAIN))
    return total, problems


def _count(path: Path, label_map: Optional[LabelMap]) -> int:
    number, contents = framing.first_and_last(path)
    for content in contents:
        _check_record(path, content, label_map)
    return number


def _mixed_sets(out: Path, paths: Sequence[Path]) -> List[BadInput]:
    counts = set(map(framing.shard_count, paths))
    if len(counts) == 1 and len(paths) == max(counts):
        return []
    return [
        BadInput.of(
            out,
            f"the files {', '.join(path.name for path in paths[:4])}"
            f"{' and more' if paths[4:] else ''}",
            "all files of one set of shards, and none of another",
            f"Delete them. {WRITE_AGAIN}",
        )
    ]


def _check_record(path: Path, content: bytes, label_map: Optional[LabelMap]) -> None:
    """Validates one record against the Object Detection API's decoder and the label map.

    Raises:
        BadInput: training cannot read it, or it was written with another label map.
    """
    try:
        features = example.parsed(content)
    except ValueError as error:
        raise BadInput.of(
            path, "bytes that are no tf.train.Example", "records of images", WRITE_AGAIN
        ) from error
    problems = example_validation.problems(features, label_map.names if label_map else None)
    if problems:
        name = first_value(features, "image/filename") or b"a record without a name"
        shown = "; ".join(problems[:_SHOWN]) + (" and more" if problems[_SHOWN:] else "")
        raise BadInput.of(
            f"{path}, {name.decode('utf-8', 'replace')}",
            shown,
            "a record that the trainer reads with this label map",
            WRITE_AGAIN,
        )
