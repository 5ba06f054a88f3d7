"""SageMaker's training layout, every path under one base that can be moved.

Source: the SageMaker developer guide, "How Amazon SageMaker provides training information".
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

CONTAINER_BASE = "/opt/ml"
BASE_VARIABLE = "SAGEMAKER_BASE_DIR"


@dataclass(frozen=True)
class Layout:
    """Where a training job finds and leaves things.

    Attributes:
        base: ``/opt/ml`` in a container, a job folder elsewhere.
    """

    base: Path

    @classmethod
    def from_environment(cls) -> "Layout":
        """The layout under ``$SAGEMAKER_BASE_DIR``, ``/opt/ml`` when that is not set."""
        return cls(Path(os.environ.get(BASE_VARIABLE, CONTAINER_BASE)).resolve())

    @property
    def hyperparameters(self) -> Path:
        """A JSON object whose values are all strings."""
        return self.base / "input" / "config" / "hyperparameters.json"

    @property
    def resources(self) -> Path:
        """The hosts of the job and their kind; SageMaker's alone."""
        return self.base / "input" / "config" / "resourceconfig.json"

    @property
    def training(self) -> Path:
        """The channel with records, label map and ``pipeline.config``."""
        return self.base / "input" / "data" / "training"

    @property
    def checkpoint(self) -> Path:
        """The channel with the model to start from; may be empty."""
        return self.base / "input" / "data" / "checkpoint"

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
    def failure(self) -> Path:
        """Why the job failed; its first line is the cause."""
        return self.base / "output" / "failure"

    @property
    def effective_config(self) -> Path:
        """The ``pipeline.config`` this run really uses, paths moved to this base."""
        return self.base / "output" / "data" / "pipeline.config"

    def moved(self, text: str) -> str:
        """Replaces the container's base in the paths of a config by this one."""
        return text.replace(f'"{CONTAINER_BASE}/', f'"{self.base}/')
