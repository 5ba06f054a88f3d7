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
from helpers.training.hyperparameters import parse
from helpers.training.job_layout import JobLayout
from helpers.training.local_job import JobResult, TrainingJob
from helpers.workspace import Workspace

log = logging.getLogger(__name__)
WHERE = ("here", "docker")


def job_name(work: Workspace, hyperparameters: Optional[Mapping[str, Any]] = None) -> str:
    """A name made from the training channel: the same inputs resume, others start afresh.

    Training with eight bits has a name of its own, as it cannot go on from checkpoints without.
    """
    digest = hashlib.sha256()
    parsed = parse(hyperparameters or {})
    for path in local_job.channel_files(work.training):
        digest.update(path.name.encode() + files.sha256(path).encode())
    quantized = parsed.inference_type == "QUANTIZED_UINT8"
    return f"train-{digest.hexdigest()[:8]}" + ("-uint8" if quantized else "")


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
        BadInput: a hyperparameter is unknown or impossible; nothing is created then.
        JobFailed: starts with the cause.
        MissingPart: there is no Docker, or no such image.
    """
    if where not in WHERE:
        raise BadInput.of("where to train", repr(where), " or ".join(WHERE), "Choose one.")
    parse(hyperparameters)
    name = name or job_name(work, hyperparameters)
    job = TrainingJob.of_workspace(work, name, hyperparameters)
    finished = local_job.train(job) if where == "here" else docker_job.train(job, image)
    graph = local_job.fetch_graph(job.folder, work.graph)
    work.remember(job=name, hyperparameters=dict(hyperparameters))
    return finished._replace(graph=graph)


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
    return local_job.fetch_graph(work.job(name), work.graph)


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
    kept = files.read_json(JobLayout(work.job(name)).hyperparameters)
    local_job.train(TrainingJob.of_workspace(work, name, dict(kept, mode="export")))
    local_job.fetch_graph(work.job(name), work.graph)
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
    folder = JobLayout(work.job(work.recall("job", "notebook 04_train"))).checkpoints
    if not folder.is_dir():
        raise MissingPart(f"{folder}: the job's events are gone. Run notebook 04_train again.")
    return folder
