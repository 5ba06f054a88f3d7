"""TFRecords made on several machines by SageMaker Processing: ``docker/make_tfrecords`` on each.

The photos lie in S3 and are divided by key; the tables go to every machine. The request is plain
data, checked before it costs anything.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Union

from helpers.annotations import csv_table
from helpers.aws import identity, job_plan, job_status, pricing, request_checks, s3_layout
from helpers.aws.error_messages import translated_errors
from helpers.aws.identity import Identity
from helpers.aws.job_plan import JobPlan
from helpers.aws.job_status import Job
from helpers.system import files
from helpers.training.processing_layout import IN_CONTAINER, PROGRAM, require_enough_images
from helpers.workspace import SPLITS, TrainingChannel, Workspace

INSTANCE_TYPE = "ml.c5.2xlarge"
LOCAL = "local"  # SageMaker's local mode: containers on this machine
MAX_MACHINES, MAX_RUN = 100, 7 * 24 * 3600  # seconds; SageMaker allows no more
MAX_VOLUME_GB, MAX_NUMBER = 16384, 99999  # MAX_NUMBER: five digits, as in the names of shards


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


def places(images: str, name: str, prefix: str) -> Places:
    """Where the data of a job lies: what it reads and writes besides in the bucket of the photos.

    Args:
        images: the folder of the photos, as ``s3://bucket/pictures/``.
        name: of the job.
        prefix: of the project, see :func:`s3_layout.root`.

    Raises:
        BadInput: ``images`` is no address in S3, or a folder cannot have that prefix.
    """
    photos = s3_layout.parse_uri(images)
    root = s3_layout.root(photos.bucket, prefix)
    tables, output = (
        s3_layout.below(root, f"records/{name}/{folder}/").uri for folder in ("tables", "made")
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


@dataclass(frozen=True)
class ProcessingOptions:
    """Where and how the records are made.

    Attributes:
        machines: how many.
        shards: record files of each split on each machine; 0 makes them about 100 MB large.
        max_side: longest edge of the stored images, pixels; 0 keeps all.
        seed: of the shuffling.
        instance_type: what each machine is; ``local`` for SageMaker's local mode.
        volume_gb: the disk of each.
        max_run: seconds after which SageMaker stops the job.
        role_arn: the role that the job acts as; empty, when planned, is the one this runs as.
    """

    machines: int = 2
    shards: int = 0
    max_side: int = 0
    seed: int = 0
    instance_type: str = INSTANCE_TYPE
    volume_gb: int = 100
    max_run: int = 6 * 3600
    role_arn: str = ""

    @property
    def is_local(self) -> bool:
        """Whether this is SageMaker's local mode."""
        return self.instance_type == LOCAL

    def arguments(self) -> List[str]:
        """Of :data:`PROGRAM`."""
        numbers = {"shards": self.shards, "max-side": self.max_side, "seed": self.seed}
        local = ["--local"] if self.is_local else []
        return [f"--{key}={value}" for key, value in numbers.items()] + local


def plan(
    work: Workspace,
    me: Identity,
    options: ProcessingOptions = ProcessingOptions(),
    images: str = "",
    prefix: str = "",
    per_hour: Optional[float] = None,
) -> JobPlan:
    """The job for the tables of a work folder, with the image of notebook 3; nothing is sent.

    Args:
        work: the work folder.
        me: who we are on AWS.
        options: where and how.
        images: where the photos lie; empty means ``pictures/`` under the prefix in SageMaker's
            usual bucket.
        prefix: of the project; empty is one of the work folder's own.
        per_hour: today's price of an instance, US dollars; by default the one of ``pricing``.

    Raises:
        BadInput: as for :func:`request`.
    """
    name = job_name(work.training)
    bucket = s3_layout.default_bucket(me.account, me.region)
    prefix = s3_layout.project_prefix(work, prefix)
    usual = s3_layout.below(s3_layout.root(bucket, prefix), "pictures/")
    where = places(images or usual.uri, name, prefix)
    options = replace(options, role_arn=options.role_arn or identity.execution_role(me))
    image_uri = job_plan.image_of(work, me)
    seconds, count = options.max_run, options.machines
    return JobPlan(
        request(name, image_uri, where, work.training, options),
        pricing.price(options.instance_type, seconds, count=count, per_hour=per_hour),
        me,
    )


def request(
    name: str, image_uri: str, where: Places, tables: Union[str, Path], options: ProcessingOptions
) -> Dict[str, Any]:
    """The request for boto3's ``create_processing_job``; nothing is sent.

    Args:
        name: of the job; none before may have had it.
        image_uri: in ECR, see :func:`ecr.uri`.
        where: its data, see :func:`places`; in local mode ``file://`` addresses will do.
        tables: the folder with ``TrainingChannel.record_inputs`` on this machine.
        options: where and how; planned, they name the role.

    Raises:
        BadInput: names everything that SageMaker would refuse, or that could not work, at once;
            or the tables cannot be read.
    """
    _check(name, options)
    for split in SPLITS:
        path = TrainingChannel(Path(tables)).table(split)
        require_enough_images(
            len(csv_table.read(path)), options.machines, max(options.shards, 1), path
        )
    # Local mode refuses to divide by key.
    distribution = "FullyReplicated" if options.is_local else "ShardedByS3Key"
    return {
        "ProcessingJobName": name,
        "AppSpecification": {
            "ImageUri": image_uri,
            "ContainerEntrypoint": [PROGRAM],
            "ContainerArguments": options.arguments(),
        },
        "RoleArn": options.role_arn,
        "ProcessingInputs": [
            _input("images", where.images, IN_CONTAINER.images, distribution),
            _input("tables", where.tables, IN_CONTAINER.tables, "FullyReplicated"),
        ],
        "ProcessingOutputConfig": {"Outputs": [_output(where.output)]},
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceType": options.instance_type,
                "InstanceCount": options.machines,
                "VolumeSizeInGB": options.volume_gb,
            }
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": options.max_run},
    }


def _check(name: str, options: ProcessingOptions) -> None:
    in_range = request_checks.range_problem
    most_shards = MAX_NUMBER // max(options.machines, 1)
    instance = "" if options.is_local else request_checks.instance_problem(options.instance_type)
    request_checks.check(
        "a processing job",
        {
            "job name": request_checks.name_problem(name),
            "role": request_checks.role_problem(options.role_arn),
            "instance type": instance,
            "machines": in_range(options.machines, 1, MAX_MACHINES),
            "time": in_range(options.max_run, 1, MAX_RUN),
            "disk": in_range(options.volume_gb, 1, MAX_VOLUME_GB),
            "files of each machine": in_range(options.shards, 0, most_shards),
            "longest edge": in_range(options.max_side, 0, MAX_NUMBER),
        },
    )


def _input(name: str, uri: str, folder: Path, distribution: str) -> Dict[str, Any]:
    return {
        "InputName": name,
        "S3Input": {
            "S3Uri": uri,
            "LocalPath": folder.as_posix(),
            "S3DataType": "S3Prefix",
            "S3InputMode": "File",
            "S3DataDistributionType": distribution,
        },
    }


def _output(uri: str) -> Dict[str, Any]:
    return {
        "OutputName": "records",
        "S3Output": {
            "S3Uri": uri,
            "LocalPath": IN_CONTAINER.output.as_posix(),
            "S3UploadMode": "EndOfJob",
        },
    }


def run(
    job_request: Mapping[str, Any],
    connect: Callable[[], Any],
    on_status: Callable[[str], Any] = lambda status: None,
    interval: float = job_status.POLL_SECONDS,
) -> None:
    """Sends a request and waits for its end: from here on it costs money.

    Args:
        job_request: as from :func:`request`.
        connect: gives a client of SageMaker: boto3's, or the ``sagemaker_client`` of a SageMaker
            session, so that local mode serves as well; called again when credentials have expired.
        on_status: called with each new status.
        interval: seconds between two questions.

    Raises:
        JobFailed: the message starts with the cause.
        HelpersError: AWS refused, with its own words.
    """
    job = Job("Processing", job_request["ProcessingJobName"])
    with translated_errors(job.title):
        connect().create_processing_job(**job_request)

    def connected() -> job_status.Describe:
        client = connect()
        return lambda: client.describe_processing_job(ProcessingJobName=job.name)

    job_status.wait(
        job,
        connected,
        lambda answer: str(answer["ProcessingJobStatus"]),
        lambda answer: job_status.is_processing_finished(answer) or None,
        on_status,
        interval,
    )
