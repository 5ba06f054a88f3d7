"""Training jobs: laid out, started on this machine, watched, and their model fetched."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, NamedTuple

from helpers.pipeline_config import pipeline
from helpers.structures import labelmap
from helpers.structures.errors import BadInput, JobFailed, MissingPart
from helpers.system import files
from helpers.tfrecords import tfrecord
from helpers.training.training_progress import COCO, ProgressBar
from helpers.workspace import ROOT, Workspace

TRAIN = ROOT / "docker" / "train"
CHANNELS = ("training", "checkpoint")
DEFAULT_STEPS = 100


class JobResult(NamedTuple):
    """What a job left.

    Attributes:
        name: of the job.
        folder: its ``/opt/ml``.
        graph: the exported model, as copied to the work folder.
        log: the whole log.
        summary: COCO's summary lines, as the evaluation printed them.
    """

    name: str
    folder: Path
    graph: Path
    log: Path
    summary: List[str]


def channel_files(work: Workspace) -> List[Path]:
    """The files that the trainer reads from the training channel, sorted.

    Raises:
        MissingPart: one of them is not there yet.
    """
    found = [work.label_map, work.config]
    for name in ("train", "eval"):
        found += tfrecord.existing(work.training / f"{name}.record") or [
            work.training / f"{name}.record"
        ]
    missing = [path for path in found if not path.is_file()]
    if missing:
        raise MissingPart(f"{missing[0]}: not there yet. Run notebook 02_tfrecords first.")
    return sorted(found)


def lay_out(work: Workspace, name: str, hyperparameters: Mapping[str, Any]) -> Path:
    """Makes the job's ``/opt/ml`` under ``jobs/NAME``; checkpoints already there stay.

    Returns:
        The base folder.

    Raises:
        BadInput: the job's checkpoints belong to another model.
        MissingPart: the training channel is not complete.
    """
    channel_files(work)
    base = work.job(name)
    _require_fingerprint(work, base)
    for channel in CHANNELS:
        source = getattr(work, channel)
        source.mkdir(parents=True, exist_ok=True)
        link = base / "input" / "data" / channel
        link.parent.mkdir(parents=True, exist_ok=True)
        if link.is_symlink():
            link.unlink()
        link.symlink_to(source, target_is_directory=True)
    config = base / "input" / "config"
    files.write_json(config / "hyperparameters.json", as_strings(hyperparameters))
    files.write_json(
        config / "resourceconfig.json", {"current_host": "algo-1", "hosts": ["algo-1"]}
    )
    return base


def as_strings(hyperparameters: Mapping[str, Any]) -> Dict[str, str]:
    """Hyperparameters as SageMaker hands them over: every value a string."""
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in sorted(hyperparameters.items())
    }


def _require_fingerprint(work: Workspace, base: Path) -> None:
    model = pipeline.read(work.config).model.SerializeToString(deterministic=True)
    classes = "\n".join(labelmap.read(work.label_map).names)
    fingerprint = hashlib.sha256(model + classes.encode()).hexdigest()
    kept = base / "fingerprint"
    trained = any(base.glob("checkpoints/*.index"))
    if trained and kept.exists() and files.read_text(kept) != fingerprint:
        raise BadInput.of(
            base,
            "checkpoints of another model or other classes",
            "those of this pipeline.config and label map",
            "Choose another job name, or delete that folder.",
        )
    files.write_text(kept, fingerprint)


def train_here(
    work: Workspace,
    name: str,
    hyperparameters: Mapping[str, Any],
    on_line: Callable[[str], None] = lambda line: None,
) -> JobResult:
    """Trains on this machine; started again under the same name it resumes.

    Args:
        work: the work folder.
        name: of the job.
        hyperparameters: for the trainer, see ``docker/README.md``.
        on_line: called with each line of the log.

    Raises:
        JobFailed: says the cause first, then where the log is.
    """
    base = lay_out(work, name, hyperparameters)
    return follow(
        work, base, hyperparameters, [sys.executable, str(TRAIN)], _environment(base), on_line
    )


def follow(
    work: Workspace,
    base: Path,
    hyperparameters: Mapping[str, Any],
    command: List[str],
    environment: Mapping[str, str],
    on_line: Callable[[str], None] = lambda line: None,
) -> JobResult:
    """Runs a trainer to its end, with a progress bar, and fetches its model.

    Args:
        work: the work folder.
        base: the job's folder, see :func:`lay_out`.
        hyperparameters: that the trainer was given.
        command: starts it.
        environment: of the command.
        on_line: called with each line of the log.

    Raises:
        JobFailed: says the cause first, then where the log is.
    """
    log = base / "train.log"
    batch_size = pipeline.read(work.config).train_config.batch_size
    with open(str(log), "a", encoding="utf-8") as kept, ProgressBar(
        _number(hyperparameters, "num_steps", DEFAULT_STEPS),
        _number(hyperparameters, "batch_size", batch_size),
    ) as bar:
        code = _run(
            command,
            environment,
            lambda line: (kept.write(line), kept.flush(), bar.feed(line), on_line(line)),
        )
    if code:
        raise JobFailed(f"{failure(base)} (job {base.name}, exit {code}; the whole log: {log})")
    return JobResult(base.name, base, fetch(work, base.name), log, summary(log))


def _number(hyperparameters: Mapping[str, Any], name: str, default: int) -> int:
    """A figure for the progress bar; an impossible one is the trainer's to refuse."""
    text = str(hyperparameters.get(name, default))
    return int(text) if text.isdigit() else default


def _run(command: List[str], environment: Mapping[str, str], on_line: Callable[[str], Any]) -> int:
    process = subprocess.Popen(
        command,
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        encoding="utf-8",
        errors="replace",
    )
    try:
        for line in process.stdout:
            on_line(line)
        return process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()


def _environment(base: Path) -> Dict[str, str]:
    """The trainer's: TensorFlow's converter looks for its program on the PATH."""

    def first(folder: Path, variable: str) -> str:
        return os.pathsep.join(filter(None, [str(folder), os.environ.get(variable)]))

    return dict(
        os.environ,
        SAGEMAKER_BASE_DIR=str(base),
        PYTHONUNBUFFERED="1",
        PYTHONPATH=first(ROOT, "PYTHONPATH"),
        PATH=first(Path(sys.executable).parent, "PATH"),
    )


def failure(base: Path) -> str:
    """The cause of a job's failure: the first line of its failure file."""
    path = base / "output" / "failure"
    if not path.exists():
        return "the trainer ended without saying why"
    return files.read_text(path).split("\n\n", 1)[0]


def summary(log: Path) -> List[str]:
    """COCO's summary lines of the last evaluation in a log."""
    lines = [line.strip() for line in files.read_text(log).splitlines()]
    return [line for line in lines if COCO.search(line)][-12:]


def fetch(work: Workspace, name: str) -> Path:
    """Copies a job's exported model to ``model/graph``; returns that folder.

    Raises:
        MissingPart: the job exported nothing.
    """
    source = work.job(name) / "model" / "graph"
    if not (source / "export.json").is_file():
        raise MissingPart(f"{source}: no exported model. Run the job {name} to its end.")
    beside = work.model / ".graph.part"
    shutil.rmtree(str(beside), ignore_errors=True)
    shutil.copytree(str(source), str(beside))
    shutil.rmtree(str(work.graph), ignore_errors=True)
    beside.rename(work.graph)
    return work.graph
