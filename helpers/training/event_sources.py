"""Where the event files of a run lie on this machine: a job's folder, any folder, an archive.

TensorFlow writes event files next to checkpoints, which are a hundred times as large. Nothing here
reads or copies anything but event files.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from pathlib import Path, PurePosixPath
from typing import Iterator, List, NamedTuple, Sequence

from helpers.structures.errors import BadInput, MissingPart
from helpers.system import archives, files
from helpers.training.job_layout import JobLayout

EVENTS = "events.out.tfevents."
ARCHIVE_SUFFIXES = (".tar.gz", ".tgz", ".tar")
_NAMELESS = ("checkpoints", "model", "output", "result", "train", "")  # name no run
_UNUSABLE = re.compile(r"[^\w.-]+")


class EventRun(NamedTuple):
    """The event files of one run.

    Attributes:
        name: of the run, unique among those that are watched together.
        folder: of the event files; those of the evaluation lie in folders below it.
        source: what the user named: a folder, an archive or an ``s3://`` address.
    """

    name: str
    folder: Path
    source: str


def is_event_file(name: str) -> bool:
    """Whether a path or key is that of a whole event file, by its last part."""
    return PurePosixPath(name).name.startswith(EVENTS)


def event_files(folder: Path) -> List[Path]:
    """The event files in a folder and below it, sorted: those of a folder from old to new."""
    paths = (path for path in folder.glob(f"**/{EVENTS}*") if path.is_file())
    return sorted(paths, key=lambda path: (path.parent, path.name))


def is_archive(source: str) -> bool:
    """Whether this is a job's archive, by its name."""
    return source.endswith(ARCHIVE_SUFFIXES)


def of_folder(folder: Path) -> EventRun:
    """The run of a job's folder, or of any folder with event files in it.

    Args:
        folder: a job's, where training writes to ``checkpoints/`` and a fetched archive has
            ``model/``; or any other.

    Raises:
        MissingPart: there is no event file yet.
    """
    layout = JobLayout(folder)
    for place in (layout.checkpoints, layout.model, folder):
        if event_files(place):
            return EventRun(run_name(str(folder)), place, str(folder))
    if not folder.is_dir():
        raise MissingPart(f"{folder}: no such folder. Train first (notebook 04_train).")
    raise MissingPart(
        f"{folder}: no event files yet; the trainer writes the first with its first step. Train "
        "first (notebook 04_train), or wait a minute and run this cell again."
    )


def of_archive(archive: Path, mirror: Path) -> EventRun:
    """The run of a job's ``model.tar.gz``, of which only the event files are unpacked.

    Args:
        archive: the file.
        mirror: the folder to unpack into; files that are there already as large are left alone.

    Raises:
        BadInput: the archive is broken, or a member would lie outside of the folder.
        MissingPart: there is no such archive, or no event file in it.
    """
    if not archive.is_file():
        raise MissingPart(f"{archive}: no such archive. Check the path.")
    found = False
    with archives.opened(archive) as tar:
        members = archives.checked_members(archive, tar, archives.UNLIMITED, "Do not use it.")
        for member in members:
            if not (member.isfile() and is_event_file(member.name)):
                continue
            found = True
            path = mirror / member.name
            if files.stamp(path).size != member.size:
                with replacing(path, mirror) as part, open(str(part), "wb") as stream:
                    shutil.copyfileobj(tar.extractfile(member), stream)  # type: ignore[arg-type]
    if not found:
        raise MissingPart(f"{archive}: no event files in it. Give the archive of a trained job.")
    return EventRun(run_name(str(archive)), mirror, str(archive))


@contextlib.contextmanager
def replacing(path: Path, folder: Path) -> Iterator[Path]:
    """As ``files.replacing``, with a temporary file that TensorBoard takes for no event file.

    Args:
        path: of the event file.
        folder: in which, or below which, ``path`` lies.
    """
    complete = folder / f".incoming-{os.getpid()}"
    with files.replacing(complete) as part:
        yield part
    path.parent.mkdir(parents=True, exist_ok=True)
    os.replace(str(complete), str(path))


def run_name(source: str) -> str:
    """What a run is called: the job, as its folder, archive or address names it.

    Args:
        source: a path or an ``s3://`` address, as ``jobs/NAME``, ``NAME/output/model.tar.gz``,
            ``s3://bucket/NAME/result``.
    """
    parts = [part for part in source.replace("\\", "/").split("/") if part]
    if is_archive(source):
        stem = parts.pop()
        for suffix in ARCHIVE_SUFFIXES:
            stem = stem[: -len(suffix)] if stem.endswith(suffix) else stem
        parts.append(stem)
    named = [part for part in parts if part not in _NAMELESS] or parts
    return _UNUSABLE.sub("_", named[-1]).strip(".") or "run"


def with_unique_names(runs: Sequence[EventRun]) -> List[EventRun]:
    """The runs, those of an equal name told apart by a number.

    Raises:
        BadInput: the same source is named twice.
    """
    sources = [run.source for run in runs]
    twice = sorted({source for source in sources if sources.count(source) > 1})
    if twice:
        raise BadInput.of("RUNS", f"{twice[0]} twice", "each run once", "Name it once.")
    named: List[EventRun] = []
    for run in runs:
        names = {other.name for other in named}
        number, name = 2, run.name
        while name in names:
            number, name = number + 1, f"{run.name}-{number}"
        named.append(run._replace(name=name))
    return named
