"""Training jobs and what comes of them, from the training channel to the Pi bundle.

Each step reads what the step before it left in the work folder, so any of them can be taken again
alone. The notebooks, the command line and the demo all walk here.
"""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import Any, Mapping, Optional, Sequence, Union

from helpers.aws import s3, sagemaker_training
from helpers.aws.s3 import Transfer
from helpers.export import bundle
from helpers.structures.errors import BadInput, MissingPart
from helpers.system import files
from helpers.training import docker_job, local_job
from helpers.training.local_job import JobResult
from helpers.workspace import Workspace

log = logging.getLogger(__name__)
WHERE = ("here", "docker")


def job_name(work: Workspace, hyperparameters: Optional[Mapping[str, Any]] = None) -> str:
    """A name made from the training channel: the same inputs resume, others start afresh.

    Training with eight bits has a name of its own, as it cannot go on from checkpoints without.
    """
    digest = hashlib.sha256()
    for path in local_job.channel_files(work):
        digest.update(path.name.encode() + files.sha256(path).encode())
    wish = str((hyperparameters or {}).get("inference_type", ""))
    return f"train-{digest.hexdigest()[:8]}" + ("-uint8" if "UINT8" in wish.upper() else "")


def train(
    work: Workspace,
    hyperparameters: Mapping[str, Any],
    name: str = "",
    where: str = "here",
    image: str = "",
) -> JobResult:
    """Trains on this machine and remembers the job for the notebooks that follow.

    Args:
        work: the work folder.
        hyperparameters: for the trainer.
        name: of the job; empty makes one of the training channel.
        where: ``here``, or ``docker`` for a container.
        image: to train in with Docker; empty is that of the sources as they are.

    Raises:
        JobFailed: starts with the cause.
        MissingPart: there is no Docker, or no such image.
    """
    if where not in WHERE:
        raise BadInput.of("where to train", repr(where), " or ".join(WHERE), "Choose one.")
    name = name or job_name(work, hyperparameters)
    finished = (
        local_job.train_here(work, name, hyperparameters)
        if where == "here"
        else docker_job.train(work, name, hyperparameters, image)
    )
    work.remember(job=name, hyperparameters=dict(hyperparameters))
    return finished


def train_on_sagemaker(
    work: Workspace, request: Mapping[str, Any], transfers: Sequence[Transfer], region: str
) -> Path:
    """Uploads the channels, starts the job, waits for it and fetches its model. Costs money.

    Args:
        work: the work folder.
        request: of ``launch.training_request``.
        transfers: of ``storage.plan``.
        region: of AWS.

    Returns:
        The folder of the exported model.

    Raises:
        JobFailed: starts with the cause.
    """
    s3.upload(transfers, region)
    sagemaker_training.start(request, region)
    name = request["TrainingJobName"]
    place = sagemaker_training.wait(name, region, on_status=log.info)
    s3.fetch_model(place, region, work.job(name))
    work.remember(job=name, hyperparameters=dict(request["HyperParameters"]))
    return local_job.fetch(work, name)


def export_again(work: Workspace, name: str = "") -> Path:
    """Exports a job's newest checkpoint without training; returns the folder of the model.

    Args:
        work: the work folder.
        name: of the job; empty means the job in use.

    Raises:
        GateFailed: the exported model does not do what the trained one does.
        MissingPart: the job left no checkpoint.
    """
    name = name or work.recall("job", "notebook 04_train")
    kept = files.read_json(work.job(name) / "input" / "config" / "hyperparameters.json")
    local_job.train_here(work, name, dict(kept, mode="export"))
    work.remember(job=name, hyperparameters=dict(kept, mode="train"))
    return work.graph


def make_bundle(work: Workspace, out: Union[str, Path]) -> Path:
    """Copies the model in use into a Pi bundle, with what trained it."""
    state = work.state()
    trained = {key: state[key] for key in ("job", "hyperparameters") if key in state}
    return bundle.make(work.graph, out, trained)


def job_events(work: Workspace) -> Path:
    """The folder with the event files of the job in use.

    Raises:
        MissingPart: no job has run in this work folder.
    """
    folder = work.job(work.recall("job", "notebook 04_train")) / "checkpoints"
    if not folder.is_dir():
        raise MissingPart(f"{folder}: the job's events are gone. Run notebook 04_train again.")
    return folder
