"""The TFRecords of a processing job: run, fetched, checked, and put beside the tables."""

from __future__ import annotations

import functools
import os
import shutil
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping

from helpers.annotations import csv_table
from helpers.aws import s3_download, s3_layout, s3_objects, s3_upload, sagemaker_processing
from helpers.aws.account import Account
from helpers.structures.errors import BadInput
from helpers.tfrecords import framing, manifest_merge
from helpers.workspace import SPLITS, TrainingChannel


def make_records(
    job_request: Mapping[str, Any],
    tables: Path,
    account: Account,
    on_status: Callable[[str], Any] = lambda status: None,
) -> Dict[str, Any]:
    """Runs the job, fetches the records, checks them, puts them beside the tables. Costs money.

    Args:
        job_request: as from :func:`sagemaker_processing.request`.
        tables: the training channel, with ``TrainingChannel.record_inputs``.
        account: where the job runs.
        on_status: called with each new status.

    Returns:
        The manifest.

    Raises:
        BadInput: a photo is not in S3, which is said before it costs anything; or the records do
            not add up, and those that were there stay.
        JobFailed: the message starts with the cause.
    """
    images, inputs = (
        s3_layout.parse_uri(item["S3Input"]["S3Uri"]) for item in job_request["ProcessingInputs"]
    )
    (output,) = job_request["ProcessingOutputConfig"]["Outputs"]
    require_photos(tables, s3_objects.names(images, account), images.uri)
    s3_upload.send(TrainingChannel(tables).record_inputs, inputs, account)
    connect = functools.partial(account.renewed_client, "sagemaker")
    sagemaker_processing.run(job_request, connect, on_status)
    return fetch(s3_layout.parse_uri(output["S3Output"]["S3Uri"]), account, tables)


def require_photos(tables: Path, names: List[str], where: str) -> None:
    """Checks that all photos of the tables are in S3.

    Args:
        tables: the folder with them.
        names: of the photos, relative to their folder.
        where: that folder, for messages.

    Raises:
        BadInput: names those that are missing.
    """
    present = set(names)
    missing = [
        BadInput(f"{where}{record.path}: no such photo. Upload it: aws s3 sync FOLDER {where}")
        for split in SPLITS
        for record in csv_table.read(TrainingChannel(tables).table(split))
        if record.path not in present
    ]
    if missing:
        raise BadInput.several("photos missing", missing)


def fetch(place: s3_layout.Place, account: Account, tables: Path) -> Dict[str, Any]:
    """Fetches what the machines wrote, checks it and puts it beside the tables.

    Args:
        place: where they wrote to.
        account: whose bucket it is.
        tables: the training channel; records of an earlier run are removed.

    Returns:
        The manifest.

    Raises:
        BadInput: they do not add up; the records that were there stay.
    """
    beside = tables / ".records.fetched"
    shutil.rmtree(str(beside), ignore_errors=True)
    s3_download.fetch_folder(place, account, beside)
    whole = manifest_merge.merge(beside, TrainingChannel(tables))
    paths = [beside / shard["file"] for shard in whole["shards"]] + [
        beside / manifest_merge.MANIFEST
    ]
    for split in SPLITS:
        for path in framing.existing(TrainingChannel(tables).record(split)):
            path.unlink()
    for path in paths:
        os.replace(str(path), str(tables / path.name))
    shutil.rmtree(str(beside))
    return whole
