"""Training jobs: laid out, started on this machine, watched, and their model fetched."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional

from helpers.annotations import label_map_file
from helpers.pipeline_config import pipeline
from helpers.structures.errors import BadInput, JobFailed, MissingPart
from helpers.system import files, shell
from helpers.tfrecords import tfrecord
from helpers.training import hyperparameters, job_layout, job_watch
from helpers.training.job_layout import JobLayout
from helpers.training.job_watch import JobStatus, JobWatch, Show
from helpers.training.training_progress import COCO
from helpers.workspace import ROOT, SPLITS, TrainingChannel, Workspace

TRAIN = ROOT / "docker" / "train"
SUMMARY_LINES = 12  # of COCO's evaluation
SAVING_SECONDS = 120.0  # that a trainer which is stopped has to save, as SageMaker gives it


class TrainingJob(NamedTuple):
    """A job to run on this machine.

    Attributes:
        folder: its ``/opt/ml``; the folder's name is the job's.
        training: the folder of the training channel.
        checkpoint: the folder of the checkpoint channel; may be empty or missing.
        hyperparameters: for the trainer, see ``docker/README.md``.
    """

    folder: Path
    training: Path
    checkpoint: Path
    hyperparameters: Mapping[str, Any]

    @classmethod
    def of_workspace(cls, work: Workspace, name: str, values: Mapping[str, Any]) -> "TrainingJob":
        """The job of that name on the channels of a work folder."""
        return cls(work.job(name), work.training, work.checkpoint, values)

    @property
    def name(self) -> str:
        """The same name resumes."""
        return self.folder.name

    @property
    def layout(self) -> JobLayout:
        """Where it finds and leaves things."""
        return JobLayout(self.folder)


class JobResult(NamedTuple):
    """What a job left.

    Attributes:
        name: of the job.
        folder: its ``/opt/ml``.
        graph: the exported model.
        log: the whole log.
        summary: COCO's summary lines, as the evaluation printed them.
    """

    name: str
    folder: Path
    graph: Path
    log: Path
    summary: List[str]


def channel_files(training: Path) -> List[Path]:
    """The files that the trainer reads from the training channel, sorted.

    Raises:
        MissingPart: one of them is not there yet.
    """
    channel = TrainingChannel(training)
    paths = [channel.label_map, channel.config]
    for split in SPLITS:
        record = channel.record(split)
        paths += tfrecord.existing(record) or [record]
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise MissingPart(f"{missing[0]}: not there yet. Run notebook 02_tfrecords first.")
    return sorted(paths)


def lay_out(job: TrainingJob) -> None:
    """Makes the job's ``/opt/ml``; checkpoints already there stay.

    Raises:
        BadInput: a hyperparameter is unknown or impossible, or the job's checkpoints belong to
            another model.
        MissingPart: the training channel is not complete.
    """
    hyperparameters.parse(job.hyperparameters)
    channel_files(job.training)
    _require_same_model(job)
    channels = {"training": job.training, "checkpoint": job.checkpoint}
    job_layout.lay_out(job.layout, channels, job.hyperparameters)
    keep_split(job.layout, job.training)


def keep_split(layout: JobLayout, training: Path) -> None:
    """Keeps the tables of the split in the job's folder: the channel's change with the data."""
    for table in TrainingChannel(training).tables():
        files.copy(table, layout.split / table.name)


def _require_same_model(job: TrainingJob) -> None:
    config = pipeline.read(TrainingChannel(job.training).config)
    model = config.model.SerializeToString(deterministic=True)
    classes = "\n".join(label_map_file.read(TrainingChannel(job.training).label_map).names)
    fingerprint = hashlib.sha256(model + classes.encode()).hexdigest()
    kept = job.layout.fingerprint
    trained = any(job.layout.checkpoints.glob("*.index"))
    if trained and kept.exists() and files.read_text(kept) != fingerprint:
        raise BadInput.of(
            job.folder,
            "checkpoints of another model or other classes",
            "those of this pipeline.config and label map",
            "Choose another job name, or delete that folder.",
        )
    files.write_text(kept, fingerprint)


def train(
    job: TrainingJob, show: Optional[Show] = None, environment: Optional[Mapping[str, str]] = None
) -> JobResult:
    """Trains on this machine; started again under the same name it resumes.

    Args:
        job: what to train.
        show: is given the job after each change; by default a progress bar.
        environment: more variables for the trainer.

    Raises:
        BadInput: a hyperparameter is unknown or impossible; nothing is created then.
        JobFailed: says the cause first, then where the log is.
    """
    lay_out(job)
    own = dict(_environment(job.folder), **(environment or {}))
    return run_trainer(job, [sys.executable, str(TRAIN)], own, "here", show)


def time_steps(job: TrainingJob) -> Dict[str, Any]:
    """Times a few steps of a job on this machine; nothing is trained.

    Args:
        job: its hyperparameters with ``mode`` ``time``.

    Returns:
        The content of ``JobLayout.timing``.

    Raises:
        BadInput: a hyperparameter is unknown or impossible.
        JobFailed: says the cause first, then where the log is.
    """
    lay_out(job)
    with open(str(job.layout.log), "w", encoding="utf-8") as log:
        code = _run([sys.executable, str(TRAIN)], _environment(job.folder), log.write)
    if code:
        raise JobFailed(f"{failure(job.layout)} (exit {code}; the whole log: {job.layout.log})")
    return files.read_json(job.layout.timing)


def run_trainer(
    job: TrainingJob,
    command: List[str],
    environment: Mapping[str, str],
    where: str,
    show: Optional[Show] = None,
) -> JobResult:
    """Runs a trainer to its end.

    Args:
        job: laid out, see :func:`lay_out`.
        command: starts the trainer.
        environment: of the command.
        where: the trainer runs, for ``show``.
        show: is given the job after each change; by default a progress bar.

    Raises:
        JobFailed: says the cause first, then where the log is.
    """
    layout, steps = job.layout, hyperparameters.parse(job.hyperparameters).num_steps
    links = {"log": str(layout.log)}
    with contextlib.ExitStack() as stack:
        kept = stack.enter_context(open(str(layout.log), "a", encoding="utf-8"))
        show = show or stack.enter_context(job_watch.progress_bar(steps))
        watch = JobWatch(JobStatus(job.name, where, steps, links=links), show)

        def on_line(line: str) -> None:
            kept.write(line)
            kept.flush()
            watch.feed(line)

        try:
            code = _run(command, environment, on_line)
        except BaseException:
            watch.end(job_watch.STOPPED)
            raise
        cause = failure(layout) if code else ""
        watch.end(job_watch.FAILED if code else job_watch.COMPLETED, cause)
    if code:
        raise JobFailed(f"{cause} (job {job.name}, exit {code}; the whole log: {layout.log})")
    _require_export(layout)
    return JobResult(job.name, job.folder, layout.graph, layout.log, summary(layout.log))


def _run(command: List[str], environment: Mapping[str, str], on_line: Callable[[str], Any]) -> int:
    process = shell.start(command, env=dict(environment), **shell.LINES)
    try:
        assert process.stdout
        for line in process.stdout:
            on_line(line)
        return process.wait()
    finally:
        shell.end(process, SAVING_SECONDS)


def _environment(base: Path) -> Dict[str, str]:
    """The trainer's: TensorFlow's converter looks for its program on the PATH.

    Whoever stops a job here waits for its end, and can export again later.
    """

    def first(folder: Path, variable: str) -> str:
        return os.pathsep.join(filter(None, [str(folder), os.environ.get(variable)]))

    return dict(
        os.environ,
        PYTHONUNBUFFERED="1",
        PYTHONPATH=first(ROOT, "PYTHONPATH"),
        PATH=first(Path(sys.executable).parent, "PATH"),
        **{job_layout.BASE_VARIABLE: str(base), job_layout.STOP_VARIABLE: "0"},
    )


def failure(layout: JobLayout) -> str:
    """The cause of a job's failure: the first paragraph of its failure file."""
    if not layout.failure.exists():
        return "the trainer ended without saying why"
    return files.read_text(layout.failure).split("\n\n", 1)[0]


def summary(log: Path) -> List[str]:
    """COCO's summary lines of the last evaluation in a log."""
    lines = [line.strip() for line in files.read_text(log).splitlines()]
    return [line for line in lines if COCO.search(line)][-SUMMARY_LINES:]


def _require_export(layout: JobLayout) -> None:
    if not (layout.graph / "export.json").is_file():
        raise MissingPart(
            f"{layout.graph}: no exported model. Run the job {layout.base.name} to its end."
        )


def fetch_graph(folder: Path, out: Path) -> Path:
    """Copies a job's exported model, in one go; returns ``out``.

    Args:
        folder: the job's.
        out: the folder that the model takes the place of.

    Raises:
        MissingPart: the job exported nothing.
    """
    layout = JobLayout(folder)
    _require_export(layout)
    beside = out.parent / f".{out.name}.part"
    shutil.rmtree(str(beside), ignore_errors=True)
    shutil.copytree(str(layout.graph), str(beside))
    shutil.rmtree(str(out), ignore_errors=True)
    beside.rename(out)
    return out
