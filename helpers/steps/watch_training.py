"""The runs to watch: jobs, folders, archives and ``s3://`` addresses, and TensorBoard on them.

===========================  ============================================================
``RUNS``, commas between     what is read
===========================  ============================================================
empty                        the job in use
``all``                      every job of the work folder that has event files
a job's name                 ``work/jobs/NAME``
a path                       a folder with event files, or a job's ``model.tar.gz``
``s3://BUCKET/…``            a job's ``model_dir``, mirrored to ``work/tensorboard/mirror``
===========================  ============================================================
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List, Mapping

from helpers.aws import bucket, event_mirror, identity, renewed_keys, s3_layout, s3_logdir
from helpers.aws.event_mirror import Mirrored
from helpers.structures.errors import BadInput, MissingPart
from helpers.system import notebook_server
from helpers.system.notebook_server import NotebookServer
from helpers.training import event_sources
from helpers.training.event_sources import EventRun
from helpers.training.tensorboard import TensorBoard, TensorBoardOptions
from helpers.ui import tensorboard_view
from helpers.workspace import Workspace

if TYPE_CHECKING:
    from IPython.display import HTML
    from ipywidgets import Button

ALL = "all"
_S3 = "s3://"
# What runs, by the folder of its links: a cell that is run again must not leave another behind.
_started: weakref.WeakValueDictionary[Path, TensorBoard] = weakref.WeakValueDictionary()


@dataclass(frozen=True)
class WatchedRuns:
    """Runs whose event files are on this machine.

    Attributes:
        runs: in the order in which they were named.
        folder: with a link for each run in ``logdir/``.
        mirrored: what the mirror did, by the names of the runs that are in S3.
    """

    runs: List[EventRun]
    folder: Path
    mirrored: Mapping[str, Mirrored] = field(default_factory=dict)

    @property
    def logdir(self) -> Path:
        """The folder with a link for each run, by its name."""
        return self.folder / "logdir"

    def rows(self) -> List[Dict[str, Any]]:
        """Each run with its event files, and what they cost to fetch where they are in S3."""
        return [self._row(run) for run in self.runs]

    def as_text(self) -> str:
        """The runs, a line each; another for what the mirror did."""
        lines = []
        for run, row in zip(self.runs, self.rows()):
            lines.append(f"{run.name}: {row['event files']} event files, {row['MB']} MB")
            if run.name in self.mirrored:
                lines.append(f"  {run.source}: {self.mirrored[run.name].as_text()}")
        return "\n".join(lines)

    def _row(self, run: EventRun) -> Dict[str, Any]:
        paths = event_sources.event_files(run.folder)
        size = sum(path.stat().st_size for path in paths)
        row = {
            "run": run.name,
            "source": run.source,
            "event files": len(paths),
            "MB": round(size / 1e6, 2),
        }
        mirrored = self.mirrored.get(run.name)
        if mirrored:
            row["requests"] = mirrored.requests
            row["fetched MB"] = round(mirrored.received / 1e6, 3)
            row["seconds"] = round(mirrored.seconds, 1)
            row["gone from S3"] = len(mirrored.vanished)
        return row


@dataclass(frozen=True)
class Board:
    """TensorBoard that runs in the background.

    Attributes:
        process: its process.
        server: the notebook server through which a browser comes to it.
    """

    process: TensorBoard
    server: NotebookServer

    @property
    def address(self) -> str:
        """For the browser: on this machine, or the proxy's path; ends with a slash."""
        return self.server.address(self.process.port)

    def show(self, height: int = 800) -> HTML:
        """TensorBoard in the notebook where the browser can be on this machine, and its link.

        Args:
            height: of the frame, pixels.

        Raises:
            MissingPart: it does not run any more; the message says why.
        """
        self.process.require_healthy()
        return tensorboard_view.view(self.address, not self.server.is_remote, height)

    def stop_button(self) -> Button:
        """A button that ends it."""
        return tensorboard_view.stop_button(self.stop)

    def stop(self) -> None:
        """Ends it; a second call does nothing."""
        self.process.stop()


def watch(work: Workspace, runs: str = "", region: str = "") -> WatchedRuns:
    """Finds the event files of runs, and brings the mirror of those in S3 up to date.

    Args:
        work: the work folder.
        runs: as in the table above.
        region: of the buckets; empty for the one that is set up.

    Raises:
        BadInput: a run cannot be what it is named.
        HelpersError: AWS refused, with its own words.
        MissingPart: a run has no event files yet; the message names it. Or nobody knows who we
            are on AWS, and a run is there.
    """
    mirrored: Dict[str, Mirrored] = {}
    found: List[EventRun] = []
    for source in _sources(work, runs):
        if not source.startswith(_S3):
            found.append(_local(work, source))
            continue
        done = _mirror(source, region, work.tensorboard)
        mirrored[source] = done
        found.append(EventRun(event_sources.run_name(source), done.folder, source))
    named = event_sources.with_unique_names(found)
    by_name = {run.name: mirrored[run.source] for run in named if run.source in mirrored}
    watched = WatchedRuns(named, work.tensorboard, by_name)
    _link(watched)
    return watched


def start_tensorboard(
    watched: WatchedRuns, port: int = 0, direct: bool = False, region: str = ""
) -> Board:
    """TensorBoard on the runs, in the background; one that this process started before ends.

    Args:
        watched: of :func:`watch`.
        port: 0 takes any free one.
        direct: runs in S3 are read there by TensorBoard itself, not from the mirror.
        region: of the buckets; empty for the one that is set up.

    Raises:
        BadInput: an address in S3 cannot be read directly.
        MissingPart: TensorBoard did not start; the message has the cause.
    """
    log = watched.folder / "tensorboard.log"
    if direct and watched.mirrored:
        logdir, options = _direct(watched, port, region)
    else:
        logdir, options = ".", TensorBoardOptions(port)
    earlier = _started.get(watched.folder)
    if earlier is not None:
        earlier.stop()  # it may hold the port
    process = _started[watched.folder] = TensorBoard(logdir, watched.logdir, log, options)
    return Board(process, notebook_server.find())


def _sources(work: Workspace, runs: str) -> List[str]:
    names = [name.strip() for name in runs.split(",") if name.strip()]
    if names == [ALL]:
        names = [
            path.name
            for path in sorted(work.jobs.glob("*"))
            if event_sources.event_files(path / "checkpoints")
            or event_sources.event_files(path / "model")
        ]
        if not names:
            raise MissingPart(f"{work.jobs}: no job with event files. Train first (04_train).")
    return names or [str(work.job_in_use())]


def _local(work: Workspace, source: str) -> EventRun:
    path = Path(source).expanduser()
    if event_sources.is_archive(source):
        return event_sources.of_archive(path, _mirror_folder(str(path.resolve()), work.tensorboard))
    job = work.job(source)
    if job.is_dir():
        return event_sources.of_folder(job)
    if not path.is_dir():
        jobs = ", ".join(sorted(path.name for path in work.jobs.glob("*")))
        raise BadInput.of(
            f"RUNS: {source}",
            f"no job of {work.jobs} and no folder",
            "names of jobs, folders, archives model.tar.gz or s3:// addresses",
            f"The jobs are: {jobs}." if jobs else "Train first (notebook 04_train).",
        )
    return event_sources.of_folder(path.resolve())


def _mirror(source: str, region: str, folder: Path) -> Mirrored:
    place = s3_layout.parse_uri(source)
    if event_sources.is_archive(source):
        raise BadInput.of(
            source,
            "an archive in S3",
            "the folder that model_dir names, or an archive on this machine",
            f"Fetch it first: aws s3 cp {source} .",
        )
    account = identity.account(identity.identity(region))
    return event_mirror.mirror(place, account, _mirror_folder(place.uri.rstrip("/"), folder))


def _mirror_folder(source: str, folder: Path) -> Path:
    """A folder for each source: two of the same name must not be mixed."""
    digest = hashlib.sha256(source.encode("utf-8")).hexdigest()[:8]
    return folder / "mirror" / f"{event_sources.run_name(source)}-{digest}"


def _link(watched: WatchedRuns) -> None:
    """One link for each run, and none for others, while TensorBoard may be reading them."""
    watched.logdir.mkdir(parents=True, exist_ok=True)
    wanted = {run.name: str(run.folder.resolve()) for run in watched.runs}
    for link in sorted(watched.logdir.iterdir()):
        if link.is_symlink() and os.readlink(str(link)) != wanted.get(link.name):
            link.unlink()
    for name, target in wanted.items():
        link = watched.logdir / name
        if not link.is_symlink():
            link.symlink_to(target, target_is_directory=True)


def _direct(watched: WatchedRuns, port: int, region: str) -> Any:
    in_s3 = [run for run in watched.runs if run.name in watched.mirrored]
    places = [(run.name, s3_layout.parse_uri(run.source)) for run in in_s3]
    local = [f"{run.name}:{run.name}" for run in watched.runs if run not in in_s3]
    logdir = ",".join([s3_logdir.logdir(places), *local])
    account = identity.account(identity.identity(region))
    there = account._replace(region=bucket.region_of(places[0][1].bucket, account))
    stack = contextlib.ExitStack()
    variables = stack.enter_context(renewed_keys.renewed(s3_logdir.environment(there)))
    return logdir, TensorBoardOptions(port, 30.0, variables, stack.close)
