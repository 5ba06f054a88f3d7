"""What a ``pipeline.config`` has to know of the records and tables in its training channel."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Sequence, Union

from helpers.annotations import csv_table
from helpers.tfrecords import framing, tfrecord
from helpers.workspace import SPLITS, TrainingChannel


class ChannelFacts(NamedTuple):
    """Facts about the data of a training channel.

    Attributes:
        train: names of the record files to train on; without any yet, either kind may come.
        eval: names of the record files to evaluate on.
        eval_images: number of images in these; 0 when that is not known.
        most_boxes: in one image; the API leaves out those it has no room for.
    """

    train: Sequence[str] = ()
    eval: Sequence[str] = ()
    eval_images: int = 0
    most_boxes: int = 0


UNKNOWN = ChannelFacts()


def read(training: Union[str, Path]) -> ChannelFacts:
    """Reads the facts from a training channel; what does not exist yet is left unknown.

    Args:
        training: the folder with ``train.record*``, ``eval.record*`` and ``data_*.csv``.

    Raises:
        BadInput: a file of records is cut off, or a table cannot be read.
    """
    channel = TrainingChannel(Path(training))
    records = {split: tfrecord.existing(channel.record(split)) for split in SPLITS}
    tables = {path: csv_table.read(path) for path in channel.tables()}
    box_counts = (len(image.objects.labels) for images in tables.values() for image in images)
    eval_images = sum(framing.first_and_last(path)[0] for path in records["eval"])
    return ChannelFacts(
        [path.name for path in records["train"]],
        [path.name for path in records["eval"]],
        eval_images or len(tables.get(channel.table("eval"), ())),
        max(box_counts, default=0),
    )
