"""A training job on SageMaker: planned and shown, checked, started."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any, Dict, List, Mapping

from helpers.aws import (
    identity,
    launched_jobs,
    pricing,
    quotas,
    role,
    s3_upload,
    sagemaker_training,
    training_image,
)
from helpers.aws.account import Account
from helpers.aws.job_cost import Speed
from helpers.aws.job_options import INSTANCE_TYPE, Network, TrainingJobOptions
from helpers.aws.launched_jobs import LaunchedJob
from helpers.aws.running_job import RunningJob, is_refusal, start
from helpers.aws.s3_layout import parse_uri
from helpers.aws.sagemaker_training import Resources, TrainingPlan
from helpers.pipeline_config import preflight
from helpers.pipeline_config.export_options import ExportOptions
from helpers.pipeline_config.preflight import RunSettings
from helpers.steps.train import job_name
from helpers.structures.errors import BadInput, HelpersError
from helpers.training import hyperparameters as parsing
from helpers.training import local_job
from helpers.training.local_job import TrainingJob
from helpers.workspace import Workspace

SAGEMAKER = "sagemaker"
RIGHTS = "aws"  # the folder of the policies in the work folder
__all__ = ["INSTANCE_TYPE", "Network", "Speed"]


@dataclass(frozen=True)
class Machine:
    """What the job runs on, and for how long.

    Attributes:
        instance_type: of the machine.
        hours: after which SageMaker stops the job.
        spot: on spot instances: cheaper, interrupted at times, and resumed.
        volume_gb: of its disk; 0 is what data and checkpoints need.
        retries: after faults of SageMaker's own.
    """

    instance_type: str = INSTANCE_TYPE
    hours: float = 2.0
    spot: bool = False
    volume_gb: int = 0
    retries: int = 0


@dataclass(frozen=True)
class AccountOptions:
    """What of the account the job uses.

    Attributes:
        bucket: for the data; empty is SageMaker's usual bucket.
        prefix: of the project in the bucket; empty is one of the work folder's own, ``/`` is the
            bucket's root.
        role: ARN of the role that the job acts as; empty is the one of :func:`role.find`.
        tags: as ``NAME=VALUE,NAME=VALUE``, besides our own.
        create_bucket: make that bucket where it is not there, closed to others; SageMaker's usual
            one always is.
    """

    bucket: str = ""
    prefix: str = ""
    role: str = ""
    tags: str = ""
    create_bucket: bool = False


@dataclass(frozen=True)
class SagemakerOptions:
    """Where and how the job runs.

    Attributes:
        machine: what it runs on.
        account: what of the account it uses.
        network: that its machine is in.
        speed: what the price rests on, where it is known better than in the tables.
        resume: name of an earlier job whose checkpoints it goes on from.
    """

    machine: Machine = Machine()
    account: AccountOptions = AccountOptions()
    network: Network = Network()
    speed: Speed = Speed()
    resume: str = ""


@dataclass(frozen=True)
class Rights:
    """The policies that the job's role and the user need.

    Attributes:
        commands: that make the role and attach them, with the AWS command line.
    """

    commands: List[str]

    def as_text(self) -> str:
        """The commands, a line each."""
        return "\n".join(self.commands)


def plan_sagemaker(
    work: Workspace,
    hyperparameters: Mapping[str, Any],
    options: SagemakerOptions = SagemakerOptions(),
    where: str = SAGEMAKER,
) -> TrainingPlan:
    """Plans the job for the training channel of a work folder; nothing is sent.

    Args:
        work: the work folder.
        hyperparameters: for the trainer.
        options: where and how it runs.
        where: it is to run; elsewhere than on SageMaker AWS is asked nothing, and the request is
            an example.

    Raises:
        BadInput: names everything that SageMaker or the trainer would refuse.
    """
    not_sent = identity.example(f"WHERE is {where}: nothing is sent")
    me = identity.identity() if where == SAGEMAKER else not_sent
    machine, wanted, speed = options.machine, options.account, options.speed
    role_arn, quota = "", None
    if not me.unavailable_reason:
        account = identity.account(me)
        role_arn = wanted.role or role.find(account)
        quota = quotas.ask(account, machine.instance_type, machine.spot)
        if not speed.per_hour:
            hourly = pricing.listed(account, machine.instance_type)
            speed = Speed(hourly.per_hour, speed.images_per_second, hourly.as_of)
    moment = time.strftime("%y%m%d-%H%M%S", time.gmtime())
    kind, _, rest = job_name(work, hyperparameters).partition("-")
    plan = sagemaker_training.plan(
        f"{kind}-{moment}-{rest}",
        work,
        me,
        hyperparameters,
        TrainingJobOptions(
            machine.instance_type,
            machine.volume_gb,
            int(machine.hours * 3600),
            machine.spot,
            retries=machine.retries,
            network=options.network,
            tags=_tags(wanted.tags),
            resume=options.resume,
            speed=speed,
        ),
        Resources("", role_arn or wanted.role, wanted.bucket, wanted.prefix, wanted.create_bucket),
    )
    return replace(plan, quota=quota)


def _tags(text: str) -> Dict[str, str]:
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    return {key.strip(): value.strip() for key, _, value in pairs}


def write_rights(work: Workspace, plan: TrainingPlan) -> Rights:
    """Writes the policies that the job's role and the user need into the work folder.

    Args:
        work: the work folder.
        plan: of :func:`plan_sagemaker`; the rights are confined to what it uses.
    """
    folder = work.root / RIGHTS
    role.write_policies(plan.scope, folder, "VpcConfig" in plan.request)
    return Rights(role.commands(plan.scope, folder, plan.me.arn))


def launch(work: Workspace, plan: TrainingPlan, confirm: bool) -> LaunchedJob:
    """Checks everything, uploads the channels and starts the job. From here on it costs money.

    Args:
        work: the work folder; its ``state.json`` keeps the job.
        plan: of :func:`plan_sagemaker`.
        confirm: that its price was seen.

    Raises:
        BadInput: it was not, or the inputs do not fit together, or image, role or bucket are not
            what they have to be; nothing was sent then.
        MissingPart: nobody knows who we are on AWS; nothing was sent.
        HelpersError: AWS refused, with its own words.
    """
    account = identity.account(plan.me)
    if not confirm:
        raise BadInput(
            f"not started: the job costs about {plan.estimate.expected:.2f} USD, at most "
            f"{plan.estimate.highest:.2f}. Set CONFIRM to True to start it."
        )
    _require_no_other(work, plan.name, account)
    image = send_inputs(work, plan, account)
    request = dict(plan.request)
    request["AlgorithmSpecification"] = dict(request["AlgorithmSpecification"], TrainingImage=image)
    local_job.lay_out(TrainingJob.of_workspace(work, plan.name, request["HyperParameters"]))
    job = LaunchedJob(
        plan.name,
        account.number,
        account.region,
        plan.root.bucket,
        plan.root.key.rstrip("/"),
        image,
        plan.price.per_hour,
    )
    launched_jobs.remember(work, job)  # before: the answer may be lost, the job not
    try:
        start(request, account)
    except HelpersError as error:
        if is_refusal(error):
            launched_jobs.forget(work, job.name)
        raise
    return job


def send_inputs(work: Workspace, plan: TrainingPlan, account: Account) -> str:
    """Checks everything and uploads the channels; returns the image with its digest.

    Args:
        work: the work folder.
        plan: of :func:`plan_sagemaker`.
        account: that it is for.

    Raises:
        BadInput: the inputs do not fit together, or image, role or bucket are not what they have
            to be; nothing was sent then.
        HelpersError: AWS refused, with its own words.
    """
    image = _require_ready(work, plan, account)
    s3_upload.upload(plan.transfers, plan.root, account, plan.create_bucket)
    return image


def _require_no_other(work: Workspace, name: str, account: Account) -> None:
    """Nobody means to pay for two jobs of the same inputs."""
    for job in launched_jobs.repeated(work, name):
        other = RunningJob(job.name, account._replace(region=job.region))
        if job.account == account.number and other.is_under_way:
            raise BadInput(
                f"{job.name}: the same job runs already, and is paid for. Come back to it with "
                f"ATTACH={job.name}, or change something about this one."
            )


def _require_ready(work: Workspace, plan: TrainingPlan, account: Account) -> str:
    """The image with its digest, once all that a paid machine would stumble over was looked at."""
    values = parsing.parse(plan.request["HyperParameters"])
    export = ExportOptions(
        values.quantize, values.inference_type, values.image_size, values.post_training
    )
    settings = RunSettings(
        values.num_steps, values.batch_size or 0, values.learning_rate or 0.0, export
    )
    preflight.check(work.training, work.checkpoint, settings)
    if plan.quota:
        quotas.require(plan.quota, account)
    role.check(account, plan.request["RoleArn"])
    image = training_image.find(account, plan.image_uri)
    training_image.require_fit(image, plan.request["ResourceConfig"]["InstanceType"])
    resumed = parse_uri(plan.request["CheckpointConfig"]["S3Uri"]).key.split("/")[-3]
    if resumed != plan.name:
        RunningJob(resumed, account).require_ended()
    return image.uri
