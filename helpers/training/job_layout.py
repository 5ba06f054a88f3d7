"""SageMaker's training layout, ``/opt/ml``, every path under one base that can be moved.

The launcher lays a job folder out by it, the container reads and writes by it.

    input/config/hyperparameters.json    every value a string
    input/config/resourceconfig.json     the hosts
    input/data/training                  records, label map, pipeline.config
    input/data/checkpoint                the model to start from, or nothing
    checkpoints                          checkpoints and events while training; resumed from
    model                                what is shipped: graph/, the last checkpoint, the events
    output/failure                       why it failed; the first line is the cause
    split                                the tables of the split, kept by the launcher

Source: the SageMaker developer guide, "How Amazon SageMaker provides training information".
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping, Tuple

from helpers.system import files
from helpers.training import hyperparameters
from helpers.workspace import TrainingChannel

CONTAINER_BASE = "/opt/ml"
BASE_VARIABLE = "SAGEMAKER_BASE_DIR"
STOP_VARIABLE = "TRAINER_STOP_SECONDS"  # between SIGTERM and the end of the trainer
CHANNELS = ("checkpoint", "training")
_HOST = "algo-1"  # what SageMaker calls the first host


@dataclass(frozen=True)
class JobLayout:
    """Where a training job finds and leaves things.

    Attributes:
        base: ``/opt/ml`` in a container, a job folder elsewhere.
    """

    base: Path

    @classmethod
    def from_environment(cls) -> "JobLayout":
        """The layout under ``$SAGEMAKER_BASE_DIR``, ``/opt/ml`` when that is not set."""
        return cls(Path(os.environ.get(BASE_VARIABLE, CONTAINER_BASE)).resolve())

    @property
    def config(self) -> Path:
        """The folder of the job's own settings."""
        return self.base / "input" / "config"

    @property
    def hyperparameters(self) -> Path:
        """A JSON object whose values are all strings."""
        return self.config / "hyperparameters.json"

    @property
    def resources(self) -> Path:
        """The hosts of the job and their instance type."""
        return self.config / "resourceconfig.json"

    def channel(self, name: str) -> Path:
        """The folder of one input channel."""
        return self.base / "input" / "data" / name

    @property
    def training(self) -> Path:
        """The channel with records, label map and ``pipeline.config``."""
        return self.channel("training")

    @property
    def checkpoint(self) -> Path:
        """The channel with the model to start from; may be empty."""
        return self.channel("checkpoint")

    @property
    def checkpoints(self) -> Path:
        """What SageMaker keeps across spot interruptions: checkpoints and events."""
        return self.base / "checkpoints"

    @property
    def model(self) -> Path:
        """What travels in ``model.tar.gz``."""
        return self.base / "model"

    @property
    def graph(self) -> Path:
        """The exported model."""
        return self.model / "graph"

    @property
    def output(self) -> Path:
        """The failure file, and data about the run."""
        return self.base / "output"

    @property
    def failure(self) -> Path:
        """Why the job failed; its first line is the cause."""
        return self.output / "failure"

    @property
    def effective_config(self) -> Path:
        """The ``pipeline.config`` this run really uses, paths moved to this base."""
        return self.output / "data" / TrainingChannel.CONFIG

    @property
    def timing(self) -> Path:
        """What ``mode`` ``time`` leaves: seconds of the parts, and the steps that end in time."""
        return self.output / "data" / "timing.json"

    @property
    def written(self) -> Tuple[Path, ...]:
        """The folders that the trainer writes to."""
        return (self.checkpoints, self.model, self.output)

    @property
    def log(self) -> Path:
        """The whole log of all starts, kept by the launcher."""
        return self.base / "train.log"

    @property
    def fingerprint(self) -> Path:
        """What tells the model of the checkpoints from others, kept by the launcher."""
        return self.base / "fingerprint"

    @property
    def split(self) -> Path:
        """The tables of the split that was trained on, kept by the launcher."""
        return self.base / "split"

    def moved(self, text: str) -> str:
        """Replaces the container's base in the paths of a config by this one."""
        return text.replace(f'"{CONTAINER_BASE}/', f'"{self.base}/')


IN_CONTAINER = JobLayout(Path(CONTAINER_BASE))


def lay_out(layout: JobLayout, channels: Mapping[str, Path], values: Mapping[str, Any]) -> None:
    """Makes a job folder as SageMaker does, checking nothing; checkpoints already there stay.

    Args:
        layout: of the job.
        channels: folder by channel name; each is linked, and made when it is not there yet.
        values: the hyperparameters.
    """
    for name, source in sorted(channels.items()):
        source.mkdir(parents=True, exist_ok=True)
        link = layout.channel(name)
        link.parent.mkdir(parents=True, exist_ok=True)
        if link.is_symlink():
            link.unlink()
        link.symlink_to(source, target_is_directory=True)
    files.write_json(layout.hyperparameters, hyperparameters.as_strings(values))
    files.write_json(layout.resources, {"current_host": _HOST, "hosts": [_HOST]})
