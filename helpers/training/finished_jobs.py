"""The jobs of a work folder that were trained, exported and found to be right.

A job that SageMaker ran lies there as one of this machine does, once its archive was fetched.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, NamedTuple, Optional, Union

from helpers.inference.model_folder import ModelFolder
from helpers.pipeline_config import pipeline, warm_start
from helpers.structures.errors import MissingPart
from helpers.system import files
from helpers.training.job_layout import JobLayout

BEST = "best"  # beside the last checkpoint, where the trainer keeps the one of the best mAP


class FinishedJob(NamedTuple):
    """A job with a model.

    Attributes:
        folder: its ``/opt/ml``.
        checkpoint: prefix of the checkpoint that was exported.
        step: of that checkpoint.
    """

    folder: Path
    checkpoint: Path
    step: int

    @property
    def name(self) -> str:
        """Of the job."""
        return self.folder.name

    @property
    def model(self) -> ModelFolder:
        """Its export: label map and ``pipeline.config`` are those that it was trained with."""
        return ModelFolder(JobLayout(self.folder).graph)

    @property
    def started_from(self) -> str:
        """The name of the checkpoint that it started from itself; empty from scratch."""
        return warm_start.started_from(pipeline.read(self.model.config))


def at(folder: Union[str, Path]) -> FinishedJob:
    """The finished job in a folder.

    Raises:
        MissingPart: there is none, or it did not come to its end.
    """
    job = find(Path(folder))
    if job is None:
        raise MissingPart(
            f"{folder}: no finished job: an export that passed the parity check, and the "
            "checkpoint it was made of. Give the folder of one, or run that job to its end."
        )
    return job


def newest(jobs: Union[str, Path]) -> FinishedJob:
    """The job that was exported last.

    Args:
        jobs: the folder with a folder for each job.

    Raises:
        MissingPart: none was finished there.
    """
    found = [job for job in map(find, sorted(Path(jobs).glob("*"))) if job]
    if not found:
        raise MissingPart(
            f"{jobs}: no finished job to start from. Train one first, with START empty."
        )
    return max(found, key=lambda job: (job.model.report.stat().st_mtime_ns, job.name))


def find(folder: Path) -> Optional[FinishedJob]:
    """The finished job in a folder; ``None`` when there is none."""
    layout = JobLayout(folder)
    model = ModelFolder(layout.graph)
    if not all(path.is_file() for path in (model.report, model.config, model.label_map)):
        return None
    report: Dict[str, Any] = files.read_json(model.report)
    checkpoint = report.get("checkpoint") or {}
    if not report.get("passed") or checkpoint.get("step") is None:
        return None
    for place in (layout.model / BEST, layout.model):
        prefix = place / checkpoint["name"]
        if Path(f"{prefix}.index").is_file():
            return FinishedJob(folder, prefix, checkpoint["step"])
    return None
