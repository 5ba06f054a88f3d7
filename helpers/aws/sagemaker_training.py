"""A training job on SageMaker: its request as plain data, checked before it costs anything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

from helpers.aws import identity, job_plan, job_status, pricing, request_checks, s3_layout
from helpers.aws.account import Account
from helpers.aws.error_messages import translated_errors
from helpers.aws.identity import Identity
from helpers.aws.job_plan import JobPlan
from helpers.aws.job_status import Job
from helpers.aws.s3_layout import Place, Transfer
from helpers.training import hyperparameters
from helpers.training.job_layout import CHANNELS, IN_CONTAINER
from helpers.workspace import Workspace

INSTANCE_TYPE = request_checks.TRAINING_INSTANCE
# Metric definitions that many notebooks have; the trainer's log lines are made to match them.
METRICS = (("loss", r"\] loss = ([0-9\.]+)"), ("step", r", step = ([0-9\.]+)"))


@dataclass(frozen=True)
class TrainingJobOptions:
    """Where and how a training job runs.

    Attributes:
        instance_type: what it runs on.
        volume_gb: its disk.
        max_run: seconds of training after which SageMaker stops it.
        spot: on spot instances; interrupted, it resumes from its last checkpoint.
        max_wait: seconds it may take with waiting for spot instances; by default twice
            ``max_run``.
        force: take an instance type that TensorFlow 1.15 hangs on all the same.
        channels: those with files, see :func:`s3_layout.channels`.
    """

    instance_type: str = INSTANCE_TYPE
    volume_gb: int = 30
    max_run: int = 6 * 3600
    spot: bool = False
    max_wait: Optional[int] = None
    force: bool = False
    channels: Tuple[str, ...] = CHANNELS

    @property
    def longest_wait(self) -> Optional[int]:
        """``max_wait`` or its default, seconds; ``None`` without spot instances."""
        if self.spot and self.max_wait is None:
            return min(2 * self.max_run, request_checks.MAX_RUN)
        return self.max_wait


@dataclass(frozen=True)
class Resources:
    """What a job takes from an AWS account; what is empty is looked up when a job is planned.

    Attributes:
        image_uri: in ECR, see :func:`ecr.uri`.
        role_arn: the role that the job acts as.
        bucket: laid out as :func:`s3_layout.layout` says.
        prefix: of the project in the bucket; ``/`` is its root.
    """

    image_uri: str = ""
    role_arn: str = ""
    bucket: str = ""
    prefix: str = ""


@dataclass(frozen=True)
class TrainingPlan(JobPlan):
    """A training job before anything is sent.

    Attributes:
        transfers: the files that go to S3.
        root: of the project in S3.
    """

    transfers: List[Transfer]
    root: Place

    @property
    def name(self) -> str:
        """The job's."""
        return str(self.request["TrainingJobName"])

    def rows(self) -> List[Dict[str, Any]]:
        """The files that go to S3, for a table."""
        return [{"to": item.place.uri, "kB": item.size // 1000} for item in self.transfers]


def plan(
    name: str,
    work: Workspace,
    me: Identity,
    values: Mapping[str, Any],
    options: TrainingJobOptions = TrainingJobOptions(),
    resources: Resources = Resources(),
) -> TrainingPlan:
    """Plans the job for the channels of a work folder; nothing is sent.

    Args:
        name: of the job; none before may have had it.
        work: the work folder; its state names the image of notebook 3.
        me: who we are on AWS.
        values: the hyperparameters.
        options: how it runs; the channels are those with files.
        resources: what is empty is the usual: that image, the role that this runs as, SageMaker's
            own bucket, a prefix of the work folder's own.

    Raises:
        BadInput: names everything that SageMaker or the trainer would refuse.
    """
    image_uri = resources.image_uri or job_plan.image_of(work, me)
    bucket = resources.bucket or s3_layout.default_bucket(me.account, me.region)
    prefix = s3_layout.project_prefix(work, resources.prefix)
    root = s3_layout.root(bucket, prefix)
    transfers = s3_layout.plan(work, root)
    request = training_request(
        name,
        Resources(image_uri, resources.role_arn or identity.execution_role(me), bucket, prefix),
        values,
        replace(options, channels=s3_layout.channels(transfers)),
    )
    price = pricing.price(options.instance_type, options.max_run, options.spot)
    return TrainingPlan(request, price, me, transfers, root)


def training_request(
    name: str,
    resources: Resources,
    values: Mapping[str, Any],
    options: TrainingJobOptions = TrainingJobOptions(),
) -> Dict[str, Any]:
    """The request for boto3's ``create_training_job``; nothing is sent.

    Args:
        name: of the job; none before may have had it.
        resources: image, role, bucket and prefix.
        values: the hyperparameters, see ``docker/README.md``; ``None`` is left out.
        options: how it runs.

    Raises:
        BadInput: names everything SageMaker would refuse, or that would not train, at once.
    """
    _check(name, resources, values, options)
    places = s3_layout.layout(s3_layout.root(resources.bucket, resources.prefix))
    stopping = {"MaxRuntimeInSeconds": options.max_run}
    if options.longest_wait is not None:
        stopping["MaxWaitTimeInSeconds"] = options.longest_wait
    given = {key: value for key, value in values.items() if value is not None}
    return {
        "TrainingJobName": name,
        "AlgorithmSpecification": {
            "TrainingImage": resources.image_uri,
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": key, "Regex": regex} for key, regex in METRICS],
        },
        "RoleArn": resources.role_arn,
        "HyperParameters": hyperparameters.as_strings(given),
        "InputDataConfig": [
            _channel(key, getattr(places, key)) for key in sorted(options.channels)
        ],
        "OutputDataConfig": {"S3OutputPath": places.output},
        "ResourceConfig": {
            "InstanceType": options.instance_type,
            "InstanceCount": 1,
            "VolumeSizeInGB": options.volume_gb,
        },
        "StoppingCondition": stopping,
        "EnableManagedSpotTraining": options.spot,
        "CheckpointConfig": {
            "S3Uri": f"{places.output}{name}/checkpoints/",
            "LocalPath": IN_CONTAINER.checkpoints.as_posix(),
        },
    }


def _check(
    name: str, resources: Resources, values: Mapping[str, Any], options: TrainingJobOptions
) -> None:
    instance = "" if options.force else request_checks.instance_problem(options.instance_type)
    request_checks.check(
        "a training job",
        {
            "job name": request_checks.name_problem(name),
            "role": request_checks.role_problem(resources.role_arn),
            "instance type": instance,
            "time": request_checks.time_problem(
                options.max_run, options.spot, options.longest_wait
            ),
            "channels": "" if "training" in options.channels else "expected training among them",
            "hyperparameters": request_checks.hyperparameter_problem(values),
        },
    )


def _channel(name: str, uri: str) -> Dict[str, Any]:
    return {
        "ChannelName": name,
        "InputMode": "File",
        "DataSource": {
            "S3DataSource": {
                "S3DataType": "S3Prefix",
                "S3Uri": uri,
                "S3DataDistributionType": "FullyReplicated",
            }
        },
    }


def start(request: Mapping[str, Any], account: Account) -> str:
    """Sends the request: from here on it costs money. Returns the job's ARN.

    Raises:
        HelpersError: AWS refused, with its own words.
    """
    with translated_errors(f"training job {request['TrainingJobName']}"):
        answer = account.client("sagemaker").create_training_job(**request)
    return str(answer["TrainingJobArn"])


def wait(
    name: str,
    account: Account,
    on_status: Callable[[str], Any] = lambda status: None,
    interval: float = job_status.POLL_SECONDS,
) -> Place:
    """Waits for a job's end; stopping to wait does not stop the job.

    Args:
        name: of the job.
        account: where it runs.
        on_status: called with each new status, as ``InProgress: Downloading``.
        interval: seconds between two questions.

    Returns:
        Where its model lies.

    Raises:
        JobFailed: it ended without a model; the message starts with the cause.
        HelpersError: AWS refused, with its own words.
    """
    client = account.client("sagemaker")
    return job_status.wait(
        Job("Training", name),
        lambda: client.describe_training_job(TrainingJobName=name),
        lambda answer: f"{answer['TrainingJobStatus']}: {answer.get('SecondaryStatus', '')}",
        job_status.training_outcome,
        on_status,
        interval,
    )
