"""What several machines wrote, added up: every image in exactly one file, or what is amiss.

Each machine writes record files of its own and, when they all are in place, its part of the
manifest: which images lie in which file. Whoever started them adds the parts up.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import partial
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Sequence, Union

from helpers.annotations import csv_table
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.system import files, processes
from helpers.tfrecords import framing, inspection
from helpers.workspace import SPLITS, TrainingChannel

PathLike = Union[str, Path]

MANIFEST = "manifest.json"
_PART = re.compile(r"part-(\d{5})-of-(\d{5})\.json")
_AGAIN = "Run the job again."


class Entry(NamedTuple):
    """One record file.

    Attributes:
        file: its name.
        images: number of its records.
        boxes: number of boxes in them.
        bytes: its size.
        sha256: of its bytes.
        sources: the images' names, relative to the image folder, in the order of the records.
    """

    file: str
    images: int
    boxes: int
    bytes: int
    sha256: str
    sources: Sequence[str]


def entries(paths: Sequence[Path], label_map: LabelMap) -> List[Entry]:
    """Reads record files back.

    Raises:
        BadInput: a record is not what training can read.
    """
    look = partial(inspection.contents, names=label_map.names, pixels=False)
    seen = sorted(
        processes.run_tasks(look, paths, processes.cores(), lambda done: None),
        key=lambda one: one.path,
    )
    problems = [
        BadInput(f"{problem.file}, record {problem.record}: {problem.what}")
        for one in seen
        for problem in one.problems
    ]
    if problems:
        raise BadInput.several("records that cannot be read back", problems)
    return [
        Entry(
            one.path.name,
            one.images,
            sum(one.classes.values()),
            one.size,
            files.sha256(one.path),
            [source.decode() for source, _ in one.sources],
        )
        for one in seen
    ]


def part_path(folder: PathLike, number: int, machines: int) -> Path:
    """Where the part of a machine lies; ``number`` counts from 0."""
    return Path(folder) / f"part-{number:05d}-of-{machines:05d}.json"


def write_part(
    folder: PathLike,
    number: int,
    machines: int,
    written: Sequence[Entry],
    tables: PathLike,
    options: Mapping[str, Any],
) -> Path:
    """Writes what one machine made, as the last thing it does.

    Args:
        folder: with its record files.
        number: of the machine, from 0.
        machines: how many there are.
        written: its files.
        tables: the folder with ``TrainingChannel.record_inputs``.
        options: how the records were made, which must be the same on all machines.
    """
    return files.write_json(
        part_path(folder, number, machines),
        {
            "made_from": _fingerprints(tables),
            "options": dict(options),
            "shards": [dict(one._asdict()) for one in written],
        },
    )


def _fingerprints(tables: PathLike) -> Dict[str, str]:
    return {path.name: files.sha256(path) for path in TrainingChannel(Path(tables)).record_inputs}


def add_up(folder: PathLike, tables: PathLike) -> Dict[str, Any]:
    """Adds the parts of all machines up and writes ``manifest.json``.

    Args:
        folder: with the record files and the parts of all machines.
        tables: the folder with ``TrainingChannel.record_inputs``; every image of its tables must
            be in exactly one file.

    Returns:
        The manifest.

    Raises:
        BadInput: names what is missing, doubled or different. There is no manifest then.
    """
    folder = Path(folder)
    if (folder / MANIFEST).exists():
        (folder / MANIFEST).unlink()
    wanted = {
        side: {
            record.path: len(record.objects)
            for record in csv_table.read(TrainingChannel(Path(tables)).table(side))
        }
        for side in SPLITS
    }
    parts = _parts(folder, _fingerprints(tables))
    found = [one for part in parts.values() for one in _entries_of(part)]
    problems = [*_of_files(folder, found), *_of_images(found, wanted)]
    if problems:
        raise BadInput.several("records that do not add up", problems)
    first = next(iter(parts.values()))
    whole = {
        "machines": len(parts),
        **{side: _sums(found, side) for side in SPLITS},
        "made_from": first["made_from"],
        "options": first["options"],
        "shards": [
            {key: value for key, value in one._asdict().items() if key != "sources"}
            for one in sorted(found)
        ],
    }
    files.write_json(folder / MANIFEST, whole)
    return whole


def _parts(folder: Path, made_from: Mapping[str, str]) -> Dict[Path, Dict[str, Any]]:
    """The parts by their files, when they all are there and of the same making."""
    found = {
        path: match
        for path, match in (
            (path, _PART.fullmatch(path.name)) for path in sorted(folder.glob("part-*"))
        )
        if match
    }
    totals = sorted({int(match.group(2)) for match in found.values()})
    if len(totals) != 1:
        raise BadInput.of(
            folder,
            f"parts of {totals or 'no'} machines",
            "those of one job",
            _AGAIN if not totals else "Remove those of the other job.",
        )
    gone = [
        path
        for path in (part_path(folder, number, totals[0]) for number in range(totals[0]))
        if path not in found
    ]
    if gone:
        raise BadInput.several(
            "parts missing",
            [
                BadInput(
                    f"{path}: the machine that writes it did not finish. See its log. {_AGAIN}"
                )
                for path in gone
            ],
        )
    parts = {path: files.read_json(path) for path in found}
    problems = [
        problem for path, part in parts.items() for problem in _of_part(path, part, made_from)
    ]
    problems = problems or _of_options(parts)
    if problems:
        raise BadInput.several("parts that do not fit", problems)
    return parts


def _of_part(path: Path, part: Any, made_from: Mapping[str, str]) -> Iterator[BadInput]:
    """What is wrong with the form of a part, or with the tables it was made from."""
    try:
        _entries_of(part)
        theirs, _ = part["made_from"], part["options"]
    except (TypeError, KeyError):
        yield BadInput(f"{path}: no part of a manifest. {_AGAIN}")
        return
    for name in made_from:
        if theirs.get(name) != made_from[name]:
            yield BadInput.of(
                path,
                f"records made from another {name}",
                "this one",
                "Run the job again, or give the folder that it was started with.",
            )


def _of_options(parts: Mapping[Path, Mapping[str, Any]]) -> List[BadInput]:
    first = next(iter(parts.values()))["options"]
    return [
        BadInput.of(
            path, f"records made with {part['options']}", f"{first} as in the first part", _AGAIN
        )
        for path, part in parts.items()
        if part["options"] != first
    ]


def _entries_of(part: Mapping[str, Any]) -> List[Entry]:
    return [Entry(**one) for one in part["shards"]]


def _of_files(folder: Path, found: Sequence[Entry]) -> Iterator[BadInput]:
    """Files that are missing, that two machines wrote, that nobody wrote, that have changed."""
    counts = Counter(one.file for one in found)
    for name in sorted(name for name, count in counts.items() if count > 1):
        yield BadInput(f"{folder / name}: written by {counts[name]} machines. {_AGAIN}")
    named = [folder / name for name in sorted(counts)]
    for path in sorted(
        {path for path in named if not path.exists()} | set(framing.missing_shards(named))
    ):
        yield BadInput(f"{path}: missing. Fetch the records again, or run the job again.")
    channel = TrainingChannel(folder)
    there = [path for side in SPLITS for path in framing.existing(channel.record(side))]
    for path in there:
        if path.name not in counts:
            yield BadInput(f"{path}: of another writing: it is in no part. Remove it.")
    with ThreadPool(processes.cores()) as pool:
        sums = dict(zip(there, pool.map(files.sha256, there)))
    for one in sorted(found):
        path = folder / one.file
        if path in sums and (path.stat().st_size, sums[path]) != (one.bytes, one.sha256):
            yield BadInput.of(
                path,
                f"{path.stat().st_size} bytes, sha256 {sums[path][:12]}",
                f"{one.bytes} bytes, sha256 {one.sha256[:12]} as they were written",
                "Fetch it again, or run the job again.",
            )


def _of_images(
    found: Sequence[Entry], wanted: Mapping[str, Mapping[str, int]]
) -> Iterator[BadInput]:
    """Images that are missing, doubled or of another table, and counts that are not theirs."""
    for side, boxes in wanted.items():
        table = TrainingChannel(Path()).table(side).name
        ours = [one for one in sorted(found) if _side_of(one.file) == side]
        places: Dict[str, List[str]] = {}
        for one in ours:
            for source in one.sources:
                places.setdefault(source, []).append(one.file)
        for source in sorted(set(boxes) - set(places)):
            yield BadInput(
                f"{source}: in no {side} file, since no machine found it. Bring it to "
                f"the other images, under the name that {table} has for it."
            )
        for source in sorted(source for source, where in places.items() if len(where) > 1):
            yield BadInput(
                f"{source}: {len(places[source])} times: in {', '.join(places[source])}. {_AGAIN}"
            )
        for source in sorted(set(places) - set(boxes)):
            yield BadInput(f"{source}: in {places[source][0]}, but not in {table}. {_AGAIN}")
        for one in ours:
            counted = len(one.sources), sum(boxes.get(source, 0) for source in one.sources)
            if (one.images, one.boxes) != counted:
                yield BadInput.of(
                    one.file,
                    f"{one.images} images and {one.boxes} boxes",
                    f"{counted[0]} and {counted[1]}, by its list and the table",
                    _AGAIN,
                )


def _side_of(file: str) -> str:
    return file.partition(".record")[0]


def _sums(found: Sequence[Entry], side: str) -> Dict[str, int]:
    ours = [one for one in found if _side_of(one.file) == side]
    return {
        "files": len(ours),
        "images": sum(one.images for one in ours),
        "boxes": sum(one.boxes for one in ours),
        "bytes": sum(one.bytes for one in ours),
    }
