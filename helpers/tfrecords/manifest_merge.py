"""Merges the parts of a manifest: every image must be in exactly one of all machines' files."""

from __future__ import annotations

from collections import Counter
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Sequence, Union

from helpers.annotations import csv_table
from helpers.structures.errors import BadInput
from helpers.system import files, processes
from helpers.tfrecords import framing, manifest
from helpers.tfrecords.manifest import RUN_AGAIN, Entry
from helpers.workspace import SPLITS, TrainingChannel

MANIFEST = "manifest.json"


def merge(folder: Union[str, Path], channel: TrainingChannel) -> Dict[str, Any]:
    """Merges the parts of all machines and writes ``manifest.json``.

    Args:
        folder: with the record files and the parts of all machines.
        channel: with the tables, every image of which must be in exactly one file.

    Returns:
        The manifest.

    Raises:
        BadInput: names what is missing, duplicate or different; no manifest is written.
    """
    folder = Path(folder)
    if (folder / MANIFEST).exists():
        (folder / MANIFEST).unlink()
    boxes = {
        split: {record.path: len(record.objects) for record in csv_table.read(channel.table(split))}
        for split in SPLITS
    }
    parts = manifest.read_parts(folder, channel)
    written = [entry for part in parts for entry in part.entries]
    problems = [*_file_problems(folder, written), *_image_problems(written, boxes)]
    if problems:
        raise BadInput.several("records that do not add up", problems)
    merged = {
        "machines": len(parts),
        **{split: _totals(written, split) for split in SPLITS},
        "made_from": parts[0].made_from,
        "options": parts[0].options,
        "shards": [
            {key: value for key, value in entry._asdict().items() if key != "sources"}
            for entry in sorted(written)
        ],
    }
    files.write_json(folder / MANIFEST, merged)
    return merged


def _file_problems(folder: Path, written: Sequence[Entry]) -> Iterator[BadInput]:
    """Files that are missing, written by two machines, in no part, or changed since."""
    counts = Counter(entry.file for entry in written)
    for name in sorted(name for name, count in counts.items() if count > 1):
        yield BadInput(f"{folder / name}: written by {counts[name]} machines. {RUN_AGAIN}")
    listed = [folder / name for name in sorted(counts)]
    missing = {path for path in listed if not path.exists()} | set(framing.missing_shards(listed))
    for path in sorted(missing):
        yield BadInput(f"{path}: missing. Fetch the records again, or run the job again.")
    channel = TrainingChannel(folder)
    existing = [path for split in SPLITS for path in framing.existing(channel.record(split))]
    for path in existing:
        if path.name not in counts:
            yield BadInput(f"{path}: in no part, so of another job. Remove it.")
    with ThreadPool(processes.cores()) as pool:
        sums = dict(zip(existing, pool.map(files.sha256, existing)))
    for entry in sorted(written):
        path = folder / entry.file
        if path in sums and (path.stat().st_size, sums[path]) != (entry.bytes, entry.sha256):
            yield BadInput.of(
                path,
                f"{path.stat().st_size} bytes, sha256 {sums[path][:12]}",
                f"{entry.bytes} bytes, sha256 {entry.sha256[:12]} as they were written",
                "Fetch it again, or run the job again.",
            )


def _image_problems(
    written: Sequence[Entry], boxes: Mapping[str, Mapping[str, int]]
) -> Iterator[BadInput]:
    """Images that are missing, duplicate or not in the table, and wrong numbers of boxes.

    Args:
        written: all entries.
        boxes: number of boxes of each image, by split.
    """
    for split, boxes_of in boxes.items():
        entries = [entry for entry in sorted(written) if entry.split == split]
        yield from _source_problems(split, entries, boxes_of)
        for entry in entries:
            images = len(entry.sources)
            expected = sum(boxes_of.get(source, 0) for source in entry.sources)
            if (entry.images, entry.boxes) != (images, expected):
                yield BadInput.of(
                    entry.file,
                    f"{entry.images} images and {entry.boxes} boxes",
                    f"{images} and {expected}, by its list and the table",
                    RUN_AGAIN,
                )


def _source_problems(
    split: str, entries: Sequence[Entry], boxes_of: Mapping[str, int]
) -> Iterator[BadInput]:
    table = TrainingChannel(Path()).table(split).name
    places: Dict[str, List[str]] = {}
    for entry in entries:
        for source in entry.sources:
            places.setdefault(source, []).append(entry.file)
    for source in sorted(set(boxes_of) - set(places)):
        yield BadInput(
            f"{source}: in no {split} file, since no machine had it. Add it to the other images, "
            f"under its name in {table}."
        )
    for source in sorted(source for source, names in places.items() if len(names) > 1):
        names = places[source]
        yield BadInput(f"{source}: {len(names)} times: in {', '.join(names)}. {RUN_AGAIN}")
    for source in sorted(set(places) - set(boxes_of)):
        yield BadInput(f"{source}: in {places[source][0]}, but not in {table}. {RUN_AGAIN}")


def _totals(written: Sequence[Entry], split: str) -> Dict[str, int]:
    entries_of_split = [entry for entry in written if entry.split == split]
    return {
        "files": len(entries_of_split),
        "images": sum(entry.images for entry in entries_of_split),
        "boxes": sum(entry.boxes for entry in entries_of_split),
        "bytes": sum(entry.bytes for entry in entries_of_split),
    }
