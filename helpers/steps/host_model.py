"""The model of a SageMaker job behind an endpoint: planned and shown, then made, then asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Tuple

from helpers.aws import identity, job_plan, pricing, s3_layout, sagemaker_hosting
from helpers.aws.identity import Identity
from helpers.aws.pricing import HourlyPrice
from helpers.aws.running_job import RunningJob
from helpers.aws.s3_layout import Place
from helpers.aws.sagemaker_hosting import INSTANCE_TYPE, HostedModel
from helpers.structures.errors import BadInput
from helpers.workspace import Workspace

_EXAMPLE = "train-example"  # the job of a request that is only shown


@dataclass(frozen=True)
class HostingPlan:
    """An endpoint before anything is sent.

    Attributes:
        me: who sends it; an example cannot.
        model: with the name of its job.
        instance_type: of the machine.
        price: of an hour, for as long as the endpoint is there.
    """

    me: Identity
    model: HostedModel
    instance_type: str
    price: HourlyPrice

    def requests(self) -> List[Dict[str, Any]]:
        """The requests, in their order."""
        endpoint = self.model.endpoint_requests(self.instance_type)
        return [self.model.model_request(), *endpoint]

    def as_text(self) -> str:
        """What it costs, and who sends it."""
        month = self.price.per_hour * 730
        return (
            f"endpoint {self.model.name} on {self.instance_type}: {self.price.per_hour:g} USD an "
            f"hour ({self.price.as_of}), {month:.0f} USD a month, until it is removed.\n"
            f"{self.me.unavailable_reason or self.me.arn}"
        )


def plan_hosting(work: Workspace, instance_type: str = INSTANCE_TYPE) -> HostingPlan:
    """Plans an endpoint for the job in use; nothing is sent.

    Image, role and ``model.tar.gz`` are those of the job. Where AWS does not know us, or the job
    did not run on SageMaker, the requests are an example.

    Args:
        work: the work folder; its state names the job.
        instance_type: of the machine.

    Raises:
        BadInput: the price of the instance type is not known, or there is no such job in SageMaker.
        HelpersError: AWS refused, with its own words.
    """
    me, model = model_in_use(work)
    return HostingPlan(me, model, instance_type, pricing.tabled(instance_type, me.region))


def model_in_use(work: Workspace) -> Tuple[Identity, HostedModel]:
    """Who we are on AWS, and the model of the job in use; an example where that is nobody.

    Args:
        work: the work folder; its state names the job.

    Raises:
        BadInput: there is no such job in SageMaker, or it left no model.
        HelpersError: AWS refused, with its own words.
    """
    state = work.state()
    if state.get("where") != "sagemaker":
        me = identity.example("the job in use did not run on SageMaker: nothing is sent")
    else:
        me = identity.identity(state["region"])
    return me, _example(work, me) if me.unavailable_reason else _of_job(me, str(state["job"]))


def _example(work: Workspace, me: Identity) -> HostedModel:
    bucket = s3_layout.default_bucket(me.account, me.region)
    key = f"{s3_layout.PREFIX}/example/{_EXAMPLE}/output/model.tar.gz"
    image, role = job_plan.image_of(work, me), identity.execution_role(me)
    return HostedModel(_EXAMPLE, image, role, Place(bucket, key))


def _of_job(me: Identity, name: str) -> HostedModel:
    answer = RunningJob(name, identity.account(me)).describe()
    artefact = answer.get("ModelArtifacts", {}).get("S3ModelArtifacts", "")
    if not artefact:
        raise BadInput.of(
            f"training job {name}",
            f"{answer['TrainingJobStatus']} without a model",
            "one that has ended and left model.tar.gz",
            "Wait for its end, or train again.",
        )
    image = answer["AlgorithmSpecification"]["TrainingImage"]
    return HostedModel(name, image, answer["RoleArn"], s3_layout.parse_uri(artefact))


def host(plan: HostingPlan, confirm: bool) -> str:
    """Makes the endpoint and waits until it answers; returns its name. From here on it costs money.

    Args:
        plan: of :func:`plan_hosting`.
        confirm: that its price was seen.

    Raises:
        BadInput: it was not; nothing was sent then.
        HelpersError: AWS refused, with its own words.
        JobFailed: it did not come up; the message starts with the cause.
        MissingPart: nobody knows who we are on AWS; nothing was sent.
    """
    account = identity.account(plan.me)
    if not confirm:
        raise BadInput(
            f"not made: the endpoint costs {plan.price.per_hour:g} USD an hour until it is "
            "removed. Set HOST to True to make it."
        )
    sagemaker_hosting.make_model(account, plan.model)
    sagemaker_hosting.make_endpoint(account, plan.model, plan.instance_type)
    return plan.model.name


def ask(plan: HostingPlan, photo: Path) -> List[Dict[str, Any]]:
    """What the endpoint finds on a photo, a row for each object.

    Args:
        plan: of the endpoint.
        photo: JPEG or PNG.

    Raises:
        BadInput: the photo is of another kind, or too large for an endpoint.
        HelpersError: AWS or the server refused, with its own words.
        MissingPart: nobody knows who we are on AWS; nothing was sent.
    """
    found = sagemaker_hosting.ask(identity.account(plan.me), plan.model.name, photo)
    return list(found["detections"])
