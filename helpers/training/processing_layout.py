"""SageMaker Processing's layout, as the container that writes TFRecords sees it.

    config/resourceconfig.json    which of the hosts this is
    processing/input/tables       data_train.csv, data_eval.csv, label_map.pbtxt
    processing/input/images       the photos that S3 gave this host
    processing/output             what is uploaded at the end
    output/message                why it failed; the start of it is shown

Source: the SageMaker developer guide, "How Amazon SageMaker Processing Configures Input and Output
For Your Processing Container".
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Union

from helpers.structures.errors import BadInput
from helpers.training.job_layout import CONTAINER_BASE

PROGRAM = "make_tfrecords"  # on the PATH of the image


@dataclass(frozen=True)
class ProcessingLayout:
    """Where a processing job finds and leaves things.

    Attributes:
        base: ``/opt/ml`` in a container, another folder elsewhere.
    """

    base: Path

    @property
    def resources(self) -> Path:
        """The hosts of the job, and which of them this is."""
        return self.base / "config" / "resourceconfig.json"

    @property
    def images(self) -> Path:
        """The photos, named as in the tables."""
        return self.base / "processing" / "input" / "images"

    @property
    def tables(self) -> Path:
        """The tables of both splits, and the label map."""
        return self.base / "processing" / "input" / "tables"

    @property
    def output(self) -> Path:
        """What goes to S3."""
        return self.base / "processing" / "output"

    @property
    def message(self) -> Path:
        """Why the job failed."""
        return self.base / "output" / "message"


IN_CONTAINER = ProcessingLayout(Path(CONTAINER_BASE))


def require_enough_images(images: int, hosts: int, shards: int, where: Union[str, Path]) -> None:
    """Refuses to divide fewer images than there will be record files.

    Args:
        images: in one split.
        hosts: of the job.
        shards: record files of each host.
        where: the table, for the message.

    Raises:
        BadInput: names the table.
    """
    if images < hosts * shards:
        raise BadInput.of(
            where,
            f"{images} images",
            f"at least {hosts * shards}, one for each file of {hosts} machines",
            "Take fewer machines or files.",
        )
