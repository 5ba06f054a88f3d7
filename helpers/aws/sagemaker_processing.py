"""Records made on several machines at once, by SageMaker Processing: ``docker/records`` on each.

The photos lie in S3 and are shared out by key; the tables go to every machine. The request is plain
data, checked before it costs anything.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Union

from helpers.annotations import csv_table
from helpers.aws import identity, pricing, s3, sagemaker_training
from helpers.structures.errors import BadInput, JobFailed
from helpers.system import files
from helpers.tfrecords import framing, manifest
from helpers.training import docker_image
from helpers.workspace import SPLITS, TrainingChannel, Workspace

INSTANCE_TYPE = "ml.c5.2xlarge"
LOCAL = "local"  # SageMaker's local mode: containers on this machine
MOST, LONGEST = 100, 7 * 24 * 3600  # machines and seconds; SageMaker allows no more
BASE = "/opt/ml/processing"
IMAGES, TABLES, OUTPUT = "input/images", "input/tables", "output"


class Places(NamedTuple):
    """Where a job's data lies, each ``s3://`` and ending with a slash.

    Attributes:
        images: the photos, named as in the tables.
        tables: ``TrainingChannel.record_inputs``.
        output: what the machines write.
    """

    images: str
    tables: str
    output: str


def places(images: str, name: str) -> Places:
    """Where the data of a job lies: what it reads and writes besides in the bucket of the photos.

    Args:
        images: the folder of the photos, as ``s3://bucket/pictures/``.
        name: of the job.

    Raises:
        BadInput: ``images`` is no address in S3.
    """
    photos = s3.parse_uri(images)
    tables, output = (
        photos._replace(key=f"records/{name}/{folder}/").uri for folder in ("tables", "made")
    )
    return Places(photos.uri.rstrip("/") + "/", tables, output)


def job_name(tables: Union[str, Path], now: Optional[float] = None) -> str:
    """A name made from the tables and the time: no job may have the name of an earlier one.

    Raises:
        BadInput: there are no tables yet.
    """
    digest = hashlib.sha256()
    for path in TrainingChannel(Path(tables)).record_inputs:
        digest.update(files.read_text(path).encode())
    return f"records-{digest.hexdigest()[:8]}-{time.strftime('%y%m%d-%H%M%S', time.gmtime(now))}"


def require_enough(images: int, machines: int, shards: int, where: Union[str, Path]) -> None:
    """Refuses to share out fewer images than there are files to be.

    Raises:
        BadInput: names the table.
    """
    if images < machines * shards:
        raise BadInput.of(
            where,
            f"{images} images",
            f"at least {machines * shards}, one for each file of {machines} machines",
            "Take fewer machines or files.",
        )


def request(
    name: str,
    image_uri: str,
    role_arn: str,
    where: Places,
    tables: Union[str, Path],
    machines: int = 2,
    shards: int = 0,
    max_side: int = 0,
    seed: int = 0,
    instance_type: str = INSTANCE_TYPE,
    volume_gb: int = 100,
    max_run: int = 6 * 3600,
) -> Dict[str, Any]:
    """The request for boto3's ``create_processing_job``; nothing is sent.

    Args:
        name: of the job; none before may have had it.
        image_uri: in ECR, see ``image.uri``.
        role_arn: the role that the job acts as.
        where: its data, see :func:`places`; in local mode ``file://`` addresses will do.
        tables: the folder with ``TrainingChannel.record_inputs`` on this machine.
        machines: how many.
        shards: files of each side on each machine; 0 makes them about 100 MB large.
        max_side: longest side in pixels to keep; 0 keeps all.
        seed: of the shuffling.
        instance_type: what each machine is; ``local`` for SageMaker's local mode.
        volume_gb: the disk of each.
        max_run: seconds after which SageMaker stops it.

    Raises:
        BadInput: names everything that SageMaker would refuse, or that could not work, at once;
            or the tables cannot be read.
    """
    local = instance_type == LOCAL
    sagemaker_training.check(
        "a processing job",
        {
            "job name": sagemaker_training.name_problem(name),
            "role": sagemaker_training.role_problem(role_arn),
            "instance type": "" if local else sagemaker_training.instance_problem(instance_type),
            "machines": _range_problem(machines, 1, MOST),
            "time": _range_problem(max_run, 1, LONGEST),
            "disk": _range_problem(volume_gb, 1, 16384),
            "files of each machine": _range_problem(shards, 0, 99999 // max(machines, 1)),
            "longest side": _range_problem(max_side, 0, 99999),
        },
    )
    for side in SPLITS:
        path = TrainingChannel(Path(tables)).table(side)
        require_enough(len(csv_table.read(path)), machines, max(shards, 1), path)
    shared_out = "FullyReplicated" if local else "ShardedByS3Key"  # local mode refuses the second
    options = {"shards": shards, "max-side": max_side, "seed": seed}
    return {
        "ProcessingJobName": name,
        "AppSpecification": {
            "ImageUri": image_uri,
            "ContainerEntrypoint": ["records"],
            "ContainerArguments": [f"--{key}={value}" for key, value in options.items()]
            + ["--local"] * local,
        },
        "RoleArn": role_arn,
        "ProcessingInputs": [
            _input("images", where.images, IMAGES, shared_out),
            _input("tables", where.tables, TABLES, "FullyReplicated"),
        ],
        "ProcessingOutputConfig": {
            "Outputs": [
                {
                    "OutputName": "records",
                    "S3Output": {
                        "S3Uri": where.output,
                        "LocalPath": f"{BASE}/{OUTPUT}",
                        "S3UploadMode": "EndOfJob",
                    },
                }
            ]
        },
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceType": instance_type,
                "InstanceCount": machines,
                "VolumeSizeInGB": volume_gb,
            }
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": max_run},
    }


def plan(
    work: Workspace,
    me: identity.Identity,
    machines: int,
    hours: float,
    max_side: int = 0,
    images: str = "",
    role_arn: str = "",
) -> Dict[str, Any]:
    """The request for the tables of a work folder, with the image of notebook 3.

    Args:
        work: the work folder.
        me: who we are on AWS.
        machines: as for :func:`request`, like ``max_side``.
        hours: after which SageMaker stops the job.
        max_side: see there.
        images: where the photos lie; empty means ``pictures/`` in SageMaker's usual bucket.
        role_arn: empty means the role that this runs as.

    Raises:
        BadInput: as for :func:`request`.
    """
    name = job_name(work.training)
    bucket = s3.default_bucket(me.account, me.region)
    where = places(images or s3.Place(bucket, "pictures/").uri, name)
    target = work.state().get("image") or docker_image.uri(
        me.account, me.region, docker_image.REPOSITORY, "TAG"
    )
    return request(
        name,
        target,
        role_arn or identity.execution_role(me),
        where,
        work.training,
        machines,
        max_side=max_side,
        max_run=int(hours * 3600),
    )


def as_text(wanted: Mapping[str, Any], per_hour: Optional[float] = None) -> str:
    """A request and its price, as they are shown before it is sent; ``per_hour`` as there."""
    cluster = wanted["ProcessingResources"]["ClusterConfig"]
    seconds = wanted["StoppingCondition"]["MaxRuntimeInSeconds"]
    price = pricing.price(
        cluster["InstanceType"], seconds, count=cluster["InstanceCount"], per_hour=per_hour
    )
    return f"{sagemaker_training.as_text(wanted)}\n{price}"


def _input(name: str, uri: str, folder: str, distribution: str) -> Dict[str, Any]:
    return {
        "InputName": name,
        "S3Input": {
            "S3Uri": uri,
            "LocalPath": f"{BASE}/{folder}",
            "S3DataType": "S3Prefix",
            "S3InputMode": "File",
            "S3DataDistributionType": distribution,
        },
    }


def _range_problem(value: int, least: int, most: int) -> str:
    return "" if least <= value <= most else f"found {value}, expected {least} to {most}"


def run(
    wanted: Mapping[str, Any],
    client: Any,
    on_status: Callable[[str], Any] = lambda status: None,
    every: float = 15,
) -> None:
    """Sends a request and waits for its end: from here on it costs money.

    Args:
        wanted: as from :func:`request`.
        client: of SageMaker: boto3's, or the ``sagemaker_client`` of a SageMaker session, so that
            local mode serves as well.
        on_status: called with each new status.
        every: seconds between two looks.

    Raises:
        JobFailed: the message starts with the cause.
        HelpersError: AWS refused, with its own words.
    """
    name, seen = wanted["ProcessingJobName"], ""
    with identity.translated_errors(f"processing job {name}"):
        client.create_processing_job(**wanted)
    while True:
        with identity.translated_errors(f"processing job {name}"):
            answer = client.describe_processing_job(ProcessingJobName=name)
        if answer["ProcessingJobStatus"] != seen:
            seen = answer["ProcessingJobStatus"]
            on_status(seen)
        if is_finished(answer):
            return
        time.sleep(every)


def is_finished(answer: Mapping[str, Any]) -> bool:
    """What an answer of ``describe_processing_job`` means.

    Raises:
        JobFailed: it failed or was stopped; the message starts with the cause.
    """
    name, status = answer["ProcessingJobName"], answer["ProcessingJobStatus"]
    if status in ("Failed", "Stopped"):
        reason = answer.get("ExitMessage") or answer.get("FailureReason") or "it was stopped"
        raise JobFailed(
            f"{reason} (processing job {name}; its whole log is in CloudWatch under "
            "/aws/sagemaker/ProcessingJobs)"
        )
    return status == "Completed"


def make_records(
    wanted: Mapping[str, Any],
    tables: Path,
    region: str,
    on_status: Callable[[str], Any] = lambda status: None,
) -> Dict[str, Any]:
    """Has the records made, fetches them, adds them up, puts them beside the tables. Costs money.

    Args:
        wanted: as from :func:`request`.
        tables: the training channel, with ``TrainingChannel.record_inputs``.
        region: of AWS.
        on_status: called with each new status.

    Returns:
        The manifest.

    Raises:
        BadInput: a photo is not in S3, which is said before it costs anything; or the records do
            not add up, and those that were there stay.
        JobFailed: the message starts with the cause.
    """
    images, inputs = (s3.parse_uri(one["S3Input"]["S3Uri"]) for one in wanted["ProcessingInputs"])
    (output,) = wanted["ProcessingOutputConfig"]["Outputs"]
    require_photos(tables, s3.names(images, region), images.uri)
    s3.send(TrainingChannel(tables).record_inputs, inputs, region)
    run(wanted, identity.client("sagemaker", region), on_status)
    return fetch(s3.parse_uri(output["S3Output"]["S3Uri"]), region, tables)


def require_photos(tables: Path, names: List[str], where: str) -> None:
    """Holds the photos that are there against the tables.

    Args:
        tables: the folder with them.
        names: of the photos, relative to their folder.
        where: that folder, for messages.

    Raises:
        BadInput: names those that are missing.
    """
    there = set(names)
    gone = [
        BadInput(f"{where}{record.path}: no such photo. Send it there: aws s3 sync FOLDER {where}")
        for side in SPLITS
        for record in csv_table.read(TrainingChannel(Path(tables)).table(side))
        if record.path not in there
    ]
    if gone:
        raise BadInput.several("photos missing", gone)


def fetch(place: s3.Place, region: str, tables: Path) -> Dict[str, Any]:
    """Fetches what the machines made, adds it up and puts it beside the tables.

    Args:
        place: where they wrote to.
        region: of the bucket.
        tables: the training channel; records of an earlier making go.

    Returns:
        The manifest.

    Raises:
        BadInput: they do not add up; the records that were there stay.
    """
    beside = tables / ".records.fetched"
    shutil.rmtree(str(beside), ignore_errors=True)
    s3.fetch_folder(place, region, beside)
    whole = manifest.add_up(beside, tables)
    made = [beside / shard["file"] for shard in whole["shards"]] + [beside / manifest.MANIFEST]
    for side in SPLITS:
        for path in framing.existing(TrainingChannel(tables).record(side)):
            path.unlink()
    for path in made:
        os.replace(str(path), str(tables / path.name))
    shutil.rmtree(str(beside))
    return whole
