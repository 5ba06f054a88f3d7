"""Hyperparameters tuned on SageMaker: planned and shown, started, and the best job found."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Dict, List

from helpers.aws import identity, job_plan, sagemaker_tuning
from helpers.aws.sagemaker_training import TrainingPlan
from helpers.aws.sagemaker_tuning import TunedJob
from helpers.steps import train_sagemaker
from helpers.structures.errors import BadInput
from helpers.workspace import Workspace

KEY = "tuning"  # in ``state.json``


@dataclass(frozen=True)
class TuningPlan:
    """A tuning job before anything is sent.

    Attributes:
        training: that all its jobs are like.
        request: for boto3's ``create_hyper_parameter_tuning_job``.
        jobs: training jobs in all.
    """

    training: TrainingPlan
    request: Dict[str, Any]
    jobs: int

    @property
    def name(self) -> str:
        """Of the tuning job."""
        return str(self.request["HyperParameterTuningJobName"])

    def price_as_text(self) -> str:
        """What all jobs cost together."""
        estimate = self.training.estimate
        return (
            f"{self.jobs} jobs, together about {self.jobs * estimate.expected:.2f} USD, at most "
            f"{self.jobs * estimate.highest:.2f}"
        )

    def as_text(self) -> str:
        """The request and the price."""
        return f"{job_plan.as_text(self.request)}\n{self.price_as_text()}"


@dataclass(frozen=True)
class Tuned:
    """What a tuning job has found so far.

    Attributes:
        jobs: the best first.
    """

    jobs: List[TunedJob]

    def rows(self) -> List[Dict[str, Any]]:
        """For a table."""
        return [job.row() for job in self.jobs]

    def as_text(self) -> str:
        """The best job, and how to fetch it."""
        best = next((job for job in self.jobs if job.objective is not None), None)
        if best is None:
            return f"{len(self.jobs)} jobs, none of them measured yet."
        values = ", ".join(f"{key}={value}" for key, value in sorted(best.values.items()))
        return (
            f"best of {len(self.jobs)}: mAP {best.objective:.3f} with {values}. "
            f"Fetch it with ATTACH={best.name}."
        )


def plan_tuning(training: TrainingPlan, ranges: str, jobs: int = 8, at_once: int = 2) -> TuningPlan:
    """Plans a tuning job; nothing is sent.

    Args:
        training: of :func:`train_sagemaker.plan_sagemaker`.
        ranges: what is searched, see :func:`sagemaker_tuning.parse_ranges`.
        jobs: training jobs in all.
        at_once: training jobs at a time.

    Raises:
        BadInput: names everything that SageMaker or the trainer would refuse.
    """
    name = time.strftime("tune-%y%m%d-%H%M%S", time.gmtime())
    request = sagemaker_tuning.tuning_request(
        name, training.request, sagemaker_tuning.parse_ranges(ranges), jobs, at_once
    )
    return TuningPlan(training, request, jobs)


def start_tuning(work: Workspace, plan: TuningPlan, confirm: bool) -> str:
    """Checks everything, uploads the channels and starts the tuning job; returns its name.

    From here on it costs money.

    Args:
        work: the work folder; its ``state.json`` keeps the name.
        plan: of :func:`plan_tuning`.
        confirm: that its price was seen.

    Raises:
        BadInput: it was not, or something is not what it has to be; nothing was sent then.
        MissingPart: nobody knows who we are on AWS; nothing was sent.
        HelpersError: AWS refused, with its own words.
    """
    account = identity.account(plan.training.me)
    if not confirm:
        raise BadInput(f"not started: {plan.price_as_text()}. Set CONFIRM to True to start it.")
    image = train_sagemaker.send_inputs(work, plan.training, account)
    definition = dict(plan.request["TrainingJobDefinition"])
    definition["AlgorithmSpecification"] = dict(
        definition["AlgorithmSpecification"], TrainingImage=image
    )
    work.remember(**{KEY: plan.name})  # before: the answer may be lost, the job not
    sagemaker_tuning.start(account, dict(plan.request, TrainingJobDefinition=definition))
    return plan.name


def tuned(work: Workspace, name: str = "") -> Tuned:
    """What a tuning job has found so far.

    Args:
        work: the work folder that it was started from.
        name: of the tuning job; empty is the last one.

    Raises:
        MissingPart: none was started here, or nobody knows who we are on AWS.
        HelpersError: AWS refused, with its own words.
    """
    name = name or str(work.recall(KEY, "notebook 04_train with TUNE"))
    return Tuned(sagemaker_tuning.jobs(identity.account(), name))
