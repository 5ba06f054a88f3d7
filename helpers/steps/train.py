"""A training job on this machine or in Docker, and exporting its checkpoint again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional

from helpers.aws import renewed_keys, tensorflow_s3
from helpers.export import quantization
from helpers.inference.model_folder import ModelFolder
from helpers.pipeline_config import export_options, freezing, pipeline, two_stage, warm_start
from helpers.steps.make_bundle import file_rows
from helpers.structures.errors import BadInput, MissingPart
from helpers.system import files
from helpers.training import docker_job, local_job
from helpers.training.hyperparameters import parse
from helpers.training.job_layout import JobLayout
from helpers.training.job_watch import Show
from helpers.training.local_job import JobResult, TrainingJob
from helpers.workspace import Workspace

WHERE = ("here", "docker")
FLOAT, UINT8 = INFERENCE_TYPES = export_options.INFERENCE_TYPES
POST_TRAINING = export_options.POST_TRAINING
LEARNED = ("batch_size", "learning_rate", "seed", "precision")  # they change what is learned


@dataclass(frozen=True)
class TrainedModel:
    """What a training job left.

    Attributes:
        job: name, folder, exported model and log.
        hyperparameters: that it was given.
    """

    job: JobResult
    hyperparameters: Mapping[str, Any]

    def state(self) -> Dict[str, Any]:
        """What the next notebook reads from ``state.json``."""
        return {"job": self.job.name, "hyperparameters": dict(self.hyperparameters)}

    def rows(self) -> List[Dict[str, Any]]:
        """The files of the exported model, for a table."""
        return file_rows(self.job.graph)

    def as_text(self) -> str:
        """COCO's summary lines of the last evaluation, the cost of 8 bits, and where the log is."""
        return "\n".join([*self.job.summary, *self._cost(), f"log: {self.job.log}"])

    def summary_as_text(self) -> str:
        """As :meth:`as_text`, with the job's name and its model."""
        job = self.job
        where = f"job {job.name}: model in {job.graph}, log in {job.log}"
        return "\n".join([*job.summary, *self._cost(), where])

    def _cost(self) -> List[str]:
        """What quantization costs; nothing where there is no quantized model."""
        tflite = files.read_json(ModelFolder(self.job.graph).report)["tflite"]
        text = quantization.cost_as_text(tflite or {})
        return [text] if text else []


def job_name(work: Workspace, hyperparameters: Mapping[str, Any]) -> str:
    """A name made from what is learned: the same inputs resume, others start from scratch.

    These are the training channel, the checkpoint that training starts from, and hyperparameters
    in ``LEARNED`` that are not the default; more steps go on with the same training.
    Quantization-aware training has a name of its own, as it cannot resume from checkpoints
    without. Where layers are frozen, the training is the same for every kind of model.

    Args:
        work: whose channels they are.
        hyperparameters: of the job.

    Raises:
        BadInput: a hyperparameter is unknown or impossible, or ``pipeline.config`` cannot be read.
        MissingPart: the training channel is not complete.
    """
    parsed, usual, digest = parse(hyperparameters), parse({}), hashlib.sha256()
    inputs = local_job.channel_files(work.training)
    config = pipeline.read(work.config)
    start = warm_start.started_from(config)
    for path in inputs + (warm_start.files_of(work.checkpoint / start) if start else []):
        digest.update(path.name.encode() + files.sha256(path).encode())
    for name in LEARNED:
        if getattr(parsed, name) != getattr(usual, name):
            digest.update(f"{name}={getattr(parsed, name)}".encode())
    qat = parsed.inference_type == UINT8 and not freezing.has_frozen_layers(config)
    return f"train-{digest.hexdigest()[:8]}" + ("-uint8" if qat else "")


def planned_hyperparameters(
    work: Workspace, steps: int = 0, inference_type: str = FLOAT, model_dir: str = ""
) -> Dict[str, Any]:
    """The hyperparameters that notebooks and demo train with.

    A TensorFlow Lite model is made too, but for a two-stage detector, of which there is none.

    Args:
        work: whose ``pipeline.config`` says how many steps were planned.
        steps: other ones; 0 is those.
        inference_type: of the TensorFlow Lite model, ``FLOAT`` or ``QUANTIZED_UINT8``.
        model_dir: where checkpoints and events are copied while training; empty is nowhere.

    Raises:
        MissingPart: there is no ``pipeline.config`` yet.
    """
    if not work.config.is_file():
        raise MissingPart(f"{work.config}: not there yet. Run notebook 02_tfrecords first.")
    config = pipeline.read(work.config)
    return {
        "num_steps": steps or config.train_config.num_steps,
        "quantize": not two_stage.is_two_stage(config),
        "inference_type": inference_type,
        **({"model_dir": model_dir} if model_dir else {}),
    }


def plan_training(
    work: Workspace, hyperparameters: Mapping[str, Any], name: str = "", where: str = "here"
) -> TrainingJob:
    """The job for the training channel of a work folder; nothing is created.

    Args:
        work: says where the channels, the jobs and the model lie.
        hyperparameters: for the trainer.
        name: of the job; empty makes one, see :func:`job_name`.
        where: it is to run; jobs of different places have folders of their own.

    Raises:
        BadInput: a hyperparameter is unknown or impossible.
        MissingPart: the training channel is not complete.
    """
    place = "" if where == WHERE[0] else f"-{where}"
    name = name or job_name(work, hyperparameters) + place
    return TrainingJob.of_workspace(work, name, hyperparameters)


def live_view() -> Optional[Show]:
    """Shows a job in the notebook cell that is running; ``None`` where this is no notebook."""
    from helpers.ui import job_view

    return job_view.for_notebook()


def train(job: TrainingJob, graph: Path, where: str = "here", image: str = "") -> TrainedModel:
    """Trains on this machine; started again under the same name it resumes.

    In a notebook the job is shown live, elsewhere as a progress bar.

    Args:
        job: of :func:`plan_training`.
        graph: the folder that the exported model is copied to.
        where: ``here``, or ``docker`` for a container.
        image: to train in with Docker; empty is that of the sources as they are.

    Raises:
        BadInput: a hyperparameter is unknown or impossible; nothing is created then.
        JobFailed: starts with the cause.
        MissingPart: there is no Docker, or no such image.
    """
    if where not in WHERE:
        raise BadInput.of("where to train", repr(where), " or ".join(WHERE), "Choose one.")
    model_dir, show = parse(job.hyperparameters).model_dir or "", live_view()
    environment = tensorflow_s3.for_model_dir(model_dir, in_container=where == "docker")
    with renewed_keys.renewed(environment) as variables:
        if where == "here":
            result = local_job.train(job, show, variables)
        else:
            result = docker_job.train(job, image, show, variables)
    exported = local_job.fetch_graph(job.folder, graph)
    return TrainedModel(result._replace(graph=exported), job.hyperparameters)


def export_again(job_folder: Path, work: Workspace, post_training: str = "") -> TrainedModel:
    """Exports a job's newest checkpoint without training.

    Args:
        job_folder: of the job, as ``work/jobs/NAME``.
        work: says where the channels and the model lie.
        post_training: quantization of the float model, one of ``export_options.POST_TRAINING``;
            empty exports what the job did.

    Raises:
        BadInput: there is no such quantization.
        ParityFailed: the exported model does not do what the trained one does.
        MissingPart: the job left no checkpoint.
    """
    kept = files.read_json(JobLayout(job_folder).hyperparameters)
    if post_training:
        kept.update(quantize="True", inference_type=FLOAT, post_training=post_training)
    job = TrainingJob.of_workspace(work, job_folder.name, dict(kept, mode="export"))
    result = local_job.train(job, live_view())
    exported = local_job.fetch_graph(job.folder, work.graph)
    return TrainedModel(result._replace(graph=exported), dict(kept, mode="train"))
