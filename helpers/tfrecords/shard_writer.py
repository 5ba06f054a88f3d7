"""Writes shards: one a process, or with several threads each where there are few of them."""

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

Make = Callable[[ImageRecord], bytes]

_BATCH = 16  # images that each thread turns into records before these are written


def write(shards: Sequence[Shard], staging: Staging, make: Make, jobs: int) -> None:
    """Finishes the shards, reading each one back.

    Args:
        shards: those that are not in place.
        staging: where they wait; what waits there already is only read back.
        make: a record's bytes; raises ``BadInput`` for an image that cannot become one.
        jobs: processes and threads in all.

    Raises:
        BadInput: names every image that cannot become a record. All other shards are finished.
    """
    from tqdm.auto import tqdm

    work = partial(_finish, staging=staging, make=make, threads=_threads(shards, jobs))
    total = sum(len(shard.records) for shard in shards)
    with tqdm(total=total, desc="writing records", unit="image", disable=None) as bar:
        problems = [
            problem
            for found in processes.run_tasks(work, shards, jobs, bar.update)
            for problem in found
        ]
    if problems:
        raise BadInput.several("images that cannot become records", sorted(problems, key=str))


def _threads(shards: Sequence[Shard], jobs: int) -> Dict[Path, int]:
    """The threads of each shard: the last ones, fewer than there are processes, share all jobs."""
    last = len(shards) % jobs
    return {
        shard.path: -(-jobs // last) if number >= len(shards) - last else 1
        for number, shard in enumerate(shards)
    }


def _finish(
    shard: Shard,
    advance: processes.OnProgress,
    staging: Staging,
    make: Make,
    threads: Mapping[Path, int],
) -> List[BadInput]:
    if staging.is_waiting(shard) and not _differs(staging.waiting(shard), shard):
        advance(len(shard.records))
        return []
    beside = staging.beside(shard)
    try:
        problems = _write_file(
            beside, shard.records, partial(_made, make=make), threads[shard.path], advance
        )
        if not problems:
            _read_back(beside, shard)
            staging.finish(shard, beside)
    except OSError as error:
        error.filename = str(shard.path)  # a name that the user knows
        raise files.unwritable(shard.path, error) from error
    return problems


def _made(record: ImageRecord, make: Make) -> Union[bytes, BadInput]:
    try:
        return make(record)
    except BadInput as problem:
        return problem


def _write_file(
    path: Path,
    records: Sequence[ImageRecord],
    made: Callable[[ImageRecord], Union[bytes, BadInput]],
    threads: int,
    advance: processes.OnProgress,
) -> List[BadInput]:
    problems = []
    with open(str(path), "wb") as stream, ThreadPoolExecutor(threads) as pool:
        for start in range(0, len(records), _BATCH * threads):
            batch = records[start : start + _BATCH * threads]
            results = list(map(made, batch) if threads == 1 else pool.map(made, batch))
            problems += [one for one in results if isinstance(one, BadInput)]
            framing.write_frames(stream, (one for one in results if isinstance(one, bytes)))
            advance(len(batch))
    return problems


def _read_back(path: Path, shard: Shard) -> None:
    difference = _differs(path, shard)
    if difference:
        raise HelpersError(
            f"{shard.path}: {difference} when it was read back, not the "
            f"{len(shard.records)} records just written. The disk may be failing: "
            "write to another one."
        )


def _differs(path: Path, shard: Shard) -> str:
    """How a file differs from one that holds all records of a shard; empty when it does not."""
    count = 0
    for count, frame in enumerate(framing.frames(path), start=1):
        if frame.problem:
            return f"record {count} is {frame.problem}"
    return "" if count == len(shard.records) else f"there are {count} records"
