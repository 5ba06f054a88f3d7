"""A training job on SageMaker: planned by one call, shown, then started."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping

from helpers.aws import identity, pricing, s3, sagemaker_training
from helpers.aws.s3 import Transfer
from helpers.steps.train import TrainedModel, job_name
from helpers.training import docker_image, local_job
from helpers.training.local_job import JobResult
from helpers.workspace import Workspace

INSTANCE_TYPE = sagemaker_training.INSTANCE_TYPE
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SagemakerOptions:
    """Where and how the job runs.

    Attributes:
        bucket: for the data; empty is SageMaker's usual bucket.
        role: ARN of the role that the job acts as; empty is the one that this runs as.
        instance_type: of the machine.
        hours: after which SageMaker stops the job.
    """

    bucket: str = ""
    role: str = ""
    instance_type: str = INSTANCE_TYPE
    hours: float = 2.0


@dataclass(frozen=True)
class SagemakerPlan:
    """A job before anything is sent.

    Attributes:
        request: for ``create_training_job``.
        transfers: the files that go to S3.
        price: at most, in words.
        region: of AWS.
    """

    request: Dict[str, Any]
    transfers: List[Transfer]
    price: str
    region: str

    def rows(self) -> List[Dict[str, Any]]:
        """The files that go to S3, for a table."""
        return [{"to": one.place.uri, "kB": one.size // 1000} for one in self.transfers]

    def as_text(self) -> str:
        """The request and its price."""
        return f"{sagemaker_training.as_text(self.request)}\n{self.price}"


def plan_sagemaker(
    work: Workspace, hyperparameters: Mapping[str, Any], options: SagemakerOptions
) -> SagemakerPlan:
    """Plans the job for the training channel of a work folder; nothing is sent.

    Args:
        work: the work folder.
        hyperparameters: for the trainer.
        options: where and how it runs.

    Raises:
        BadInput: names everything that SageMaker or the trainer would refuse.
    """
    me = identity.identity()
    bucket = options.bucket or s3.default_bucket(me.account, me.region)
    transfers = s3.plan(work, bucket)
    target = work.state().get("image") or docker_image.uri(
        me.account, me.region, docker_image.REPOSITORY, "TAG"
    )
    request = sagemaker_training.training_request(
        job_name(work.training, hyperparameters),
        target,
        options.role or identity.execution_role(me),
        bucket,
        hyperparameters,
        options.instance_type,
        max_run=int(options.hours * 3600),
        channels=s3.channels(transfers),
    )
    price = pricing.price(options.instance_type, options.hours * 3600)
    return SagemakerPlan(request, list(transfers), str(price), me.region)


def train_on_sagemaker(work: Workspace, plan: SagemakerPlan) -> TrainedModel:
    """Uploads the channels, starts the job, waits for it and fetches its model. Costs money.

    Args:
        work: the work folder.
        plan: of :func:`plan_sagemaker`.

    Raises:
        JobFailed: starts with the cause.
    """
    s3.upload(plan.transfers, plan.region)
    sagemaker_training.start(plan.request, plan.region)
    name = plan.request["TrainingJobName"]
    place = sagemaker_training.wait(name, plan.region, on_status=log.info)
    base = work.job(name)
    s3.fetch_model(place, plan.region, base)
    graph = local_job.fetch_graph(base, work.graph)
    result = JobResult(name, base, graph, base / "train.log", [])
    return TrainedModel(result, plan.request["HyperParameters"])
