"""The training image tried out: ten steps on the built-in sample, and the export."""

from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import List

from helpers.steps.configure_pipeline import PipelineOptions, configure_pipeline
from helpers.steps.import_annotations import import_annotations
from helpers.steps.map_labels import map_labels
from helpers.steps.split_dataset import split_dataset
from helpers.steps.train import plan_training, train
from helpers.steps.validate_dataset import DatasetSource, ValidationOptions, validate_dataset
from helpers.steps.write_tfrecords import TfrecordOptions, write_splits
from helpers.synthetic import sample
from helpers.workspace import Workspace

STEPS, IMAGES = 10, 12
TEMPLATE, IMAGE_SIZE, BATCH_SIZE = "small_ssd", 96, 2


@dataclass(frozen=True)
class SmokeTest:
    """What the image did.

    Attributes:
        image: its name.
        seconds: that the container ran.
        files: of the exported model, sorted.
    """

    image: str
    seconds: float
    files: List[str]

    def as_text(self) -> str:
        """That it works, and what it made."""
        return (
            f"{self.image}: trained {STEPS} steps and exported in {self.seconds:.0f} s: "
            + ", ".join(self.files)
        )


def smoke_test(image: str) -> SmokeTest:
    """Runs ``train`` in the image as SageMaker does, on a small sample in a folder of its own.

    Args:
        image: its name on this machine.

    Raises:
        JobFailed: the image does not train or export; starts with the cause, and the log stays.
        MissingPart: there is no Docker, or no such image.
    """
    folder = Path(tempfile.mkdtemp(prefix="smoke-test-"))
    work = Workspace.at(folder / "photos-to-pi")
    _prepare(work)
    hyperparameters = {"num_steps": STEPS, "quantize": True, "image_size": IMAGE_SIZE}
    job = plan_training(work, hyperparameters, folder.name.replace("_", "-"))
    started = time.monotonic()
    train(job, work.graph, "docker", image)
    files = sorted(path.name for path in work.graph.iterdir())
    shutil.rmtree(str(folder))  # after a failure it stays: the log is in it
    return SmokeTest(image, time.monotonic() - started, files)


def _prepare(work: Workspace) -> None:
    sample.write(work.data, IMAGES)
    validation = validate_dataset(
        DatasetSource(work.annotations, work.images), ValidationOptions(IMAGE_SIZE), work.findings
    )
    import_annotations(validation, work.table)
    split_dataset(work.table, work.training)
    map_labels(work.table, work.label_map)
    write_splits(work.channel, work.images, TfrecordOptions(IMAGE_SIZE, 1))
    options = PipelineOptions(STEPS, batch_size=BATCH_SIZE, image_size=IMAGE_SIZE)
    configure_pipeline(TEMPLATE, work.label_map, work.config, options)
