"""The parts of a manifest: which images are in which record file of one of several machines.

Each machine writes record files of its own and, as the last thing, its part of the manifest.
Whoever started the machines merges the parts, see `manifest_merge`.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Any, Dict, List, Mapping, NamedTuple, Sequence, Union

from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.system import files, processes
from helpers.tfrecords import inspection
from helpers.workspace import TrainingChannel

PathLike = Union[str, Path]

RUN_AGAIN = "Run the job again."
_PART = re.compile(r"part-(\d{5})-of-(\d{5})\.json")


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

    @property
    def split(self) -> str:
        """The split that the file belongs to by its name."""
        return self.file.partition(".record")[0]


class Part(NamedTuple):
    """What one machine wrote.

    Attributes:
        made_from: sha256 by file name, of the tables and the label map.
        options: how the records were made.
        entries: the machine's record files.
    """

    made_from: Mapping[str, str]
    options: Mapping[str, Any]
    entries: Sequence[Entry]


def entries(paths: Sequence[Path], label_map: LabelMap) -> List[Entry]:
    """Reads record files back and describes them, sorted by path.

    Raises:
        BadInput: a record is not what training can read.
    """
    read = partial(inspection.contents, names=label_map.names, pixels=False)
    results = list(processes.run_tasks(read, paths, processes.cores(), lambda done: None))
    contents = sorted(results, key=lambda content: content.path)
    problems = [
        BadInput(f"{problem.file}, record {problem.record}: {problem.what}")
        for content in contents
        for problem in content.problems
    ]
    if problems:
        raise BadInput.several("records that cannot be read back", problems)
    return [
        Entry(
            content.path.name,
            content.images,
            sum(content.classes.values()),
            content.size,
            files.sha256(content.path),
            [source.decode() for source, _ in content.sources],
        )
        for content in contents
    ]


def part_path(folder: PathLike, number: int, machines: int) -> Path:
    """The path of a machine's part; ``number`` counts from 0."""
    return Path(folder) / f"part-{number:05d}-of-{machines:05d}.json"


def write_part(
    path: PathLike, written: Sequence[Entry], channel: TrainingChannel, options: Mapping[str, Any]
) -> Path:
    """Writes the part of one machine, as the last thing that it does.

    Args:
        path: as from :func:`part_path`, in the folder of its record files.
        written: its files.
        channel: with the tables and the label map that they were made from.
        options: how the records were made, which must be equal on all machines.
    """
    return files.write_json(
        path,
        {
            "made_from": _fingerprints(channel),
            "options": dict(options),
            "shards": [dict(entry._asdict()) for entry in written],
        },
    )


def _fingerprints(channel: TrainingChannel) -> Dict[str, str]:
    return {path.name: files.sha256(path) for path in channel.record_inputs}


def read_parts(folder: Path, channel: TrainingChannel) -> List[Part]:
    """Reads the parts of all machines, sorted by their paths.

    Args:
        folder: with the parts.
        channel: with the tables and the label map that they must be made from.

    Raises:
        BadInput: a part is missing, broken, or made from another input than the others.
    """
    paths = [path for path in sorted(folder.glob("part-*")) if _PART.fullmatch(path.name)]
    totals = sorted({int(path.stem.rpartition("-")[2]) for path in paths})
    if len(totals) != 1:
        raise BadInput.of(
            folder,
            f"parts of {totals or 'no'} machines",
            "those of one job",
            RUN_AGAIN if not totals else "Remove those of the other job.",
        )
    expected = [part_path(folder, number, totals[0]) for number in range(totals[0])]
    missing = [
        BadInput(f"{path}: the machine that writes it did not finish. See its log. {RUN_AGAIN}")
        for path in expected
        if path not in paths
    ]
    if missing:
        raise BadInput.several("parts missing", missing)
    contents = {path: files.read_json(path) for path in paths}
    made_from = _fingerprints(channel)
    problems = [
        problem
        for path, content in contents.items()
        for problem in _part_problems(path, content, made_from)
    ]
    problems = problems or _option_problems(contents)
    if problems:
        raise BadInput.several("parts that do not fit", problems)
    return [
        Part(content["made_from"], content["options"], _entries_of(content))
        for content in contents.values()
    ]


def _part_problems(path: Path, content: Any, made_from: Mapping[str, str]) -> List[BadInput]:
    """Problems with the form of a part, and with the files that it was made from."""
    try:
        _entries_of(content)
        part_made_from, _ = content["made_from"], content["options"]
    except (TypeError, KeyError):
        return [BadInput(f"{path}: no part of a manifest. {RUN_AGAIN}")]
    return [
        BadInput.of(
            path,
            f"records made from another {name}",
            "the one in the training channel",
            "Run the job again, or give the folder that it was started with.",
        )
        for name, sha256 in made_from.items()
        if part_made_from.get(name) != sha256
    ]


def _option_problems(contents: Mapping[Path, Mapping[str, Any]]) -> List[BadInput]:
    first = next(iter(contents.values()))["options"]
    return [
        BadInput.of(
            path,
            f"records made with {content['options']}",
            f"{first} as in the first part",
            RUN_AGAIN,
        )
        for path, content in contents.items()
        if content["options"] != first
    ]


def _entries_of(content: Mapping[str, Any]) -> List[Entry]:
    return [Entry(**entry) for entry in content["shards"]]
