"""A training job on SageMaker: its request as plain data, checked before it costs anything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Dict, List, Mapping, Optional

from helpers.aws import (
    job_cost,
    job_options,
    job_plan,
    policies,
    pricing,
    request_checks,
    s3_layout,
    tags,
)
from helpers.aws.identity import Identity
from helpers.aws.job_cost import Estimate, Machine, Work
from helpers.aws.job_options import TrainingJobOptions
from helpers.aws.job_plan import JobPlan
from helpers.aws.policies import Scope
from helpers.aws.quotas import Quota
from helpers.aws.s3_layout import Place, Transfer
from helpers.pipeline_config import pipeline
from helpers.training import hyperparameters
from helpers.training.job_layout import CHANNELS, IN_CONTAINER
from helpers.workspace import Workspace

# Metric definitions that many notebooks have, and COCO's; the trainer's log lines match them.
_COCO = r"Average Precision +\(AP\) @\[ IoU=%s *\| area= +all \| maxDets=100 \] = ([0-9\.]+)"
METRICS = (
    ("loss", r"\] loss = ([0-9\.]+)"),
    ("step", r", step = ([0-9\.]+)"),
    ("mAP", _COCO % r"0\.50:0\.95"),
    ("mAP50", _COCO % r"0\.50"),
    ("images/s", r"\] ([0-9\.]+) images/s"),
)
_ISOLATED = (
    "network isolation: the container reaches nobody. SageMaker brings the channels, copies the "
    "checkpoints and takes the model; curves come with the model, not while it trains."
)
_MADE = (
    "s3://{}: made where it is not there; closed to the public, encrypted, for requests with TLS "
    "only, and the parts of cut uploads are removed."
)


@dataclass(frozen=True)
class Resources:
    """What a job takes from an AWS account; what is empty is the usual.

    Attributes:
        image_uri: in ECR, see :func:`ecr.uri`.
        role_arn: the role that the job acts as.
        bucket: laid out as :func:`s3_layout.layout` says.
        prefix: of the project in the bucket; ``/`` is its root.
        create_bucket: make the bucket where it is not there.
    """

    image_uri: str = ""
    role_arn: str = ""
    bucket: str = ""
    prefix: str = ""
    create_bucket: bool = False


@dataclass(frozen=True)
class TrainingPlan(JobPlan):
    """A training job before anything is sent.

    Attributes:
        transfers: the files that go to S3.
        root: of the project in S3.
        estimate: its time and its cost.
        create_bucket: the bucket is made where it is not there.
        quota: of the account for such machines; ``None`` where it was not asked for.
    """

    transfers: List[Transfer]
    root: Place
    estimate: Estimate
    create_bucket: bool = False
    quota: Optional[Quota] = None

    @property
    def name(self) -> str:
        """The job's."""
        return str(self.request["TrainingJobName"])

    @property
    def image_uri(self) -> str:
        """The image that it trains in."""
        return str(self.request["AlgorithmSpecification"]["TrainingImage"])

    @property
    def scope(self) -> Scope:
        """What the rights of the job's role are confined to."""
        repository = self.image_uri.partition("/")[2].partition("@")[0].partition(":")[0]
        role = self.request["RoleArn"].rpartition("/")[2]
        where = self.root
        return Scope(self.me.account, self.me.region, where.bucket, where.key, repository, role)

    def rows(self) -> List[Dict[str, Any]]:
        """The files that go to S3, for a table."""
        return [{"to": item.place.uri, "kB": item.size // 1000} for item in self.transfers]

    def as_text(self) -> str:
        """The request, what its network means, whether a bucket is made, the quota, the cost."""
        notes = [_ISOLATED] if self.request["EnableNetworkIsolation"] else []
        if self.create_bucket:
            notes.append(_MADE.format(self.root.bucket))
        if self.quota:
            notes.append(self.quota.as_text())
        return "\n".join([job_plan.as_text(self.request), *notes, self.estimate.as_text()])


def plan(
    name: str,
    work: Workspace,
    me: Identity,
    values: Mapping[str, Any],
    options: TrainingJobOptions = job_options.DEFAULT,
    resources: Resources = Resources(),
) -> TrainingPlan:
    """Plans the job for the channels of a work folder; nothing is sent.

    Args:
        name: of the job; none before may have had it.
        work: the work folder; its state names the image of notebook 3.
        me: who we are on AWS.
        values: the hyperparameters.
        options: how it runs; the channels are those with files, the disk has room for them.
        resources: what is empty is the usual: that image, the role ``photos-to-pi``, SageMaker's
            own bucket, a prefix of the work folder's own.

    Raises:
        BadInput: names everything that SageMaker or the trainer would refuse.
    """
    bucket = resources.bucket or s3_layout.default_bucket(me.account, me.region)
    prefix = s3_layout.project_prefix(work, resources.prefix)
    root = s3_layout.root(bucket, prefix)
    transfers = s3_layout.plan(work, root)
    own_role = Scope(me.account, me.region, bucket, role=policies.ROLE_NAME).role_arn
    image_uri = resources.image_uri or job_plan.image_of(work, me)
    resources = replace(
        resources,
        image_uri=image_uri,
        role_arn=resources.role_arn or own_role,
        bucket=bucket,
        prefix=prefix,
    )
    check(name, me, resources, values, options)
    options = _fitted(options, transfers, values)
    request = training_request(name, resources, values, options)
    hourly = _hourly(me, options)
    price = pricing.of_hours(options.instance_type, options.max_run / 3600, hourly, options.spot)
    machine = Machine(
        options.instance_type, hourly, options.spot, options.volume_gb, options.max_run
    )
    stored = 2 * sum(item.size for item in transfers)  # the channels, and about as much that comes
    estimate = job_cost.estimate(_work(work, values, options), machine, stored)
    return TrainingPlan(request, price, me, transfers, root, estimate, resources.create_bucket)


def _fitted(
    options: TrainingJobOptions, transfers: List[Transfer], values: Mapping[str, Any]
) -> TrainingJobOptions:
    """The options with the channels that have files, and a disk with room for them."""
    sizes = {
        channel: sum(item.size for item in transfers if item.path.parent.name == channel)
        for channel in CHANNELS
    }
    volume = options.volume_gb or job_options.volume_for(
        sizes["training"], sizes["checkpoint"], hyperparameters.parse(values), options.instance_type
    )
    return replace(options, channels=s3_layout.channels(transfers), volume_gb=volume)


def _hourly(me: Identity, options: TrainingJobOptions) -> pricing.HourlyPrice:
    speed = options.speed
    if speed.per_hour:
        return pricing.given(speed.per_hour, speed.as_of)
    return pricing.tabled(options.instance_type, me.region)


def _work(work: Workspace, values: Mapping[str, Any], options: TrainingJobOptions) -> Work:
    parsed = hyperparameters.parse(values)
    batch_size = parsed.batch_size or pipeline.read(work.config).train_config.batch_size
    return Work(parsed.num_steps, batch_size, options.speed.images_per_second)


def training_request(
    name: str, resources: Resources, values: Mapping[str, Any], options: TrainingJobOptions
) -> Dict[str, Any]:
    """The request for boto3's ``create_training_job``; nothing is sent, nothing checked.

    Args:
        name: of the job; none before may have had it.
        resources: image, role, bucket and prefix.
        values: the hyperparameters, see ``docker/README.md``; ``None`` is left out.
        options: how it runs, with the size of its disk.
    """
    places = s3_layout.layout(s3_layout.root(resources.bucket, resources.prefix))
    given = {key: value for key, value in values.items() if value is not None}
    request = {
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
        "StoppingCondition": options.stopping_condition(),
        "EnableManagedSpotTraining": options.spot,
        "CheckpointConfig": {
            "S3Uri": f"{places.output}{options.resume or name}/checkpoints/",
            "LocalPath": IN_CONTAINER.checkpoints.as_posix(),
        },
        "Tags": tags.as_list(options.tags),
        **options.network.request(),
    }
    if options.retries:
        request["RetryStrategy"] = {"MaximumRetryAttempts": options.retries}
    return request


def check(
    name: str,
    me: Identity,
    resources: Resources,
    values: Mapping[str, Any],
    options: TrainingJobOptions,
) -> None:
    """Refuses what SageMaker would refuse, or what would not train.

    Args:
        name: of the job.
        me: whose account and region image and role have to be of, where that is somebody.
        resources: image, role, bucket and prefix.
        values: the hyperparameters.
        options: how it runs.

    Raises:
        BadInput: names everything at once.
    """
    checks, network = request_checks, options.network
    account, region = ("", "") if me.unavailable_reason else (me.account, me.region)
    instance = "" if options.force else checks.instance_problem(options.instance_type)
    volume = options.volume_gb or job_options.LEAST_GB
    resumed = options.resume and checks.name_problem(options.resume)
    checks.check(
        "a training job",
        {
            "job name": checks.name_problem(name),
            "role": checks.role_problem(resources.role_arn, account),
            "image": checks.image_problem(resources.image_uri, region, account),
            "instance type": instance,
            "disk": checks.volume_problem(volume, options.instance_type),
            "time": checks.time_problem(options.max_run, options.spot, options.longest_wait),
            "channels": "" if "training" in options.channels else "expected training among them",
            "hyperparameters": checks.hyperparameter_problem(values),
            "network": checks.network_problem(network.subnets, network.security_groups),
            "isolation": checks.isolation_problem(network.isolated, values),
            "retries": checks.range_problem(options.retries, 0, checks.MAX_RETRIES),
            "tags": checks.tag_problem(options.tags),
            "job to go on from": resumed,
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
