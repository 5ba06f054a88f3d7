"""What a ``pipeline.config`` has to know of the records and tables that lie in its channel."""

from __future__ import annotations

from pathlib import Path
from typing import Union

from helpers.annotations import csv_table
from helpers.pipeline_config import pipeline
from helpers.tfrecords import framing, tfrecord
from helpers.workspace import SPLITS, TrainingChannel


def look(training: Union[str, Path]) -> pipeline.Data:
    """Looks at the training channel; what is not there yet is left unknown.

    Args:
        training: the folder with ``train.record*``, ``eval.record*`` and ``data_*.csv``.

    Raises:
        BadInput: a file of records is cut off, or a table cannot be read.
    """
    files = TrainingChannel(Path(training))
    found = {split: tfrecord.existing(files.record(split)) for split in SPLITS}
    tables = {path: csv_table.read(path) for path in files.tables()}
    most = max(
        (len(record.objects.labels) for records in tables.values() for record in records), default=0
    )
    images = sum(framing.first_and_last(path)[0] for path in found["eval"])
    return pipeline.Data(
        [path.name for path in found["train"]],
        [path.name for path in found["eval"]],
        images or len(tables.get(files.table("eval"), ())),
        most,
    )
