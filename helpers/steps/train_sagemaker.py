"""A training job on SageMaker: planned by one call, shown, then started."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Mapping

from helpers.aws import identity, s3_download, s3_upload, sagemaker_training
from helpers.aws.sagemaker_training import Resources, TrainingJobOptions, TrainingPlan
from helpers.steps.train import TrainedModel, job_name
from helpers.training import local_job
from helpers.training.job_layout import JobLayout
from helpers.training.local_job import JobResult
from helpers.workspace import Workspace

INSTANCE_TYPE = sagemaker_training.INSTANCE_TYPE
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SagemakerOptions:
    """Where and how the job runs.

    Attributes:
        bucket: for the data; empty is SageMaker's usual bucket.
        prefix: of the project in the bucket; empty is one of the work folder's own, ``/`` is the
            bucket's root.
        role: ARN of the role that the job acts as; empty is the one that this runs as.
        instance_type: of the machine.
        hours: after which SageMaker stops the job.
    """

    bucket: str = ""
    prefix: str = ""
    role: str = ""
    instance_type: str = INSTANCE_TYPE
    hours: float = 2.0


def plan_sagemaker(
    work: Workspace, hyperparameters: Mapping[str, Any], options: SagemakerOptions
) -> TrainingPlan:
    """Plans the job for the training channel of a work folder; nothing is sent.

    Args:
        work: the work folder.
        hyperparameters: for the trainer.
        options: where and how it runs.

    Raises:
        BadInput: names everything that SageMaker or the trainer would refuse.
    """
    return sagemaker_training.plan(
        job_name(work.training, hyperparameters),
        work,
        identity.identity(),
        hyperparameters,
        TrainingJobOptions(options.instance_type, max_run=int(options.hours * 3600)),
        Resources(role_arn=options.role, bucket=options.bucket, prefix=options.prefix),
    )


def train_on_sagemaker(work: Workspace, plan: TrainingPlan) -> TrainedModel:
    """Uploads the channels, starts the job, waits for it and fetches its model. Costs money.

    Args:
        work: the work folder.
        plan: of :func:`plan_sagemaker`.

    Raises:
        JobFailed: starts with the cause.
        MissingPart: nobody knows who we are on AWS; nothing was sent.
    """
    account = identity.account(plan.me)
    s3_upload.upload(plan.transfers, plan.root, account)
    sagemaker_training.start(plan.request, account)
    place = sagemaker_training.wait(plan.name, account, on_status=log.info)
    base = work.job(plan.name)
    s3_download.fetch_model(place, account, base)
    local_job.keep_split(JobLayout(base), work.training)
    graph = local_job.fetch_graph(base, work.graph)
    result = JobResult(plan.name, base, graph, JobLayout(base).log, [])
    return TrainedModel(result, plan.request["HyperParameters"])
