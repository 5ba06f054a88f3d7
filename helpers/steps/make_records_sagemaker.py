"""TFRecords made on several machines by SageMaker Processing: planned, shown, then made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict

from helpers.aws import identity, remote_records, sagemaker_processing
from helpers.aws.job_plan import JobPlan
from helpers.aws.sagemaker_processing import ProcessingOptions
from helpers.workspace import Workspace


@dataclass(frozen=True)
class RecordsOptions:
    """How the records are made.

    Attributes:
        machines: how many; 0 only shows what one would get.
        hours: after which SageMaker stops the job.
        longest_edge: larger images are shrunk to it, pixels; 0 keeps every pixel.
        images: ``s3://`` folder of the photos; empty is ``pictures/`` under the prefix in
            SageMaker's usual bucket.
        prefix: of the project in the bucket; empty is one of the work folder's own, ``/`` is the
            bucket's root.
        role: ARN of the role that the job acts as; empty is the one that this runs as.
    """

    machines: int = 0
    hours: float = 1.0
    longest_edge: int = 0
    images: str = ""
    prefix: str = ""
    role: str = ""


@dataclass(frozen=True)
class RecordsPlan:
    """A job before anything is sent.

    Attributes:
        job: its request, its price and who sends it.
        identity_text: who we are on AWS, or why nothing is sent.
        can_be_sent: machines are asked for, and AWS knows us.
    """

    job: JobPlan
    identity_text: str
    can_be_sent: bool

    def as_text(self) -> str:
        """The request, its price, and who sends it."""
        return f"{self.job.as_text()}\n{self.identity_text}"


@dataclass(frozen=True)
class MadeRecords:
    """The records that the machines made.

    Attributes:
        manifest: of all of them.
    """

    manifest: Dict[str, Any]

    def as_text(self) -> str:
        """The counts of both splits."""
        return f"{self.manifest['train']} {self.manifest['eval']}"


def plan_records(work: Workspace, options: RecordsOptions) -> RecordsPlan:
    """The request for the tables of a work folder; nothing is sent.

    Args:
        work: the work folder.
        options: how the records are made.

    Raises:
        BadInput: names everything that SageMaker would refuse.
    """
    me = identity.identity() if options.machines else identity.example("MACHINES is 0: not sent")
    job_options = ProcessingOptions(
        machines=max(1, options.machines),
        max_run=int(options.hours * 3600),
        max_side=options.longest_edge,
        role_arn=options.role,
    )
    job = sagemaker_processing.plan(work, me, job_options, options.images, options.prefix)
    return RecordsPlan(job, me.unavailable_reason or me.arn, not me.unavailable_reason)


def make_records(training: Path, plan: RecordsPlan) -> MadeRecords:
    """Sends the request, waits, and puts the records into the training channel. Costs money.

    Args:
        training: the folder of the training channel.
        plan: of :func:`plan_records`.

    Raises:
        BadInput: a photo is not in S3, or the records do not add up.
        JobFailed: the message starts with the cause.
        MissingPart: nobody knows who we are on AWS; nothing was sent.
    """
    account = identity.account(plan.job.me)
    return MadeRecords(remote_records.make_records(plan.job.request, training, account, print))
