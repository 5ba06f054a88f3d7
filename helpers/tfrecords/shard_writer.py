"""Writes shards in parallel: a process for each, and several threads each when they are few."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Callable, Dict, List, Mapping, Sequence, Union

from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput, HelpersError
from helpers.system import files, processes
from helpers.tfrecords import framing
from helpers.tfrecords.sharding import Shard
from helpers.tfrecords.staging import Staging

Serialize = Callable[[ImageRecord], bytes]

_BATCH = 16  # images that each thread serializes before they are written


def write(shards: Sequence[Shard], staging: Staging, serialize: Serialize, jobs: int) -> None:
    """Writes the shards to the staging folder and reads each back.

    Args:
        shards: those that are not at their final paths.
        staging: for them; shards that are staged already are only read back.
        serialize: gives a record's bytes; raises ``BadInput`` for an image without a record.
        jobs: processes and threads in all.

    Raises:
        BadInput: names every image that cannot become a record. All other shards are finished.
    """
    from tqdm.auto import tqdm

    finish = partial(_finish, staging=staging, serialize=serialize, threads=_threads(shards, jobs))
    total = sum(len(shard.records) for shard in shards)
    with tqdm(total=total, desc="writing records", unit="image", disable=None) as bar:
        results = list(processes.run_tasks(finish, shards, jobs, bar.update))
    problems = [problem for result in results for problem in result]
    if problems:
        raise BadInput.several("images that cannot become records", sorted(problems, key=str))


def _threads(shards: Sequence[Shard], jobs: int) -> Dict[Path, int]:
    """The threads of each shard: the last shards, fewer than processes, share all jobs."""
    last = len(shards) % jobs
    return {
        shard.path: -(-jobs // last) if number >= len(shards) - last else 1
        for number, shard in enumerate(shards)
    }


def _finish(
    shard: Shard,
    on_progress: processes.OnProgress,
    staging: Staging,
    serialize: Serialize,
    threads: Mapping[Path, int],
) -> List[BadInput]:
    """Writes one shard to the staging folder; returns the problems of its images."""
    if staging.is_staged(shard) and not _difference(staging.staged(shard), shard):
        on_progress(len(shard.records))
        return []
    path = staging.unfinished(shard)
    try:
        problems = _write_file(path, shard.records, serialize, threads[shard.path], on_progress)
        if not problems:
            _read_back(path, shard)
            staging.finish(shard)
    except OSError as error:
        error.filename = str(shard.path)  # the name that the user knows
        raise files.unwritable(shard.path, error) from error
    return problems


def _write_file(
    path: Path,
    records: Sequence[ImageRecord],
    serialize: Serialize,
    threads: int,
    on_progress: processes.OnProgress,
) -> List[BadInput]:
    problems: List[BadInput] = []

    def try_serialize(record: ImageRecord) -> Union[bytes, BadInput]:
        try:
            return serialize(record)
        except BadInput as problem:
            return problem

    with open(str(path), "wb") as stream, ThreadPoolExecutor(threads) as pool:
        for start in range(0, len(records), _BATCH * threads):
            batch = records[start : start + _BATCH * threads]
            results = list(
                map(try_serialize, batch) if threads == 1 else pool.map(try_serialize, batch)
            )
            problems += [result for result in results if isinstance(result, BadInput)]
            framing.write_frames(
                stream, (result for result in results if isinstance(result, bytes))
            )
            on_progress(len(batch))
    return problems


def _read_back(path: Path, shard: Shard) -> None:
    difference = _difference(path, shard)
    if difference:
        raise HelpersError(
            f"{shard.path}: {difference} when it was read back, not the "
            f"{len(shard.records)} records just written. The disk may be failing: "
            "write to another one."
        )


def _difference(path: Path, shard: Shard) -> str:
    """How a file differs from one with all records of a shard; empty when it does not."""
    count = 0
    for count, frame in enumerate(framing.frames(path), start=1):
        if frame.problem:
            return f"record {count} is {frame.problem}"
    return "" if count == len(shard.records) else f"there are {count} records"
