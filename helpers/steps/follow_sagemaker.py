"""A training job that runs on SageMaker: come back to, watched, stopped, and its model fetched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Mapping

from helpers.aws import identity, job_results, launched_jobs
from helpers.aws.account import Account
from helpers.aws.job_cost import Cost
from helpers.aws.job_status import Ended
from helpers.aws.launched_jobs import LaunchedJob
from helpers.aws.running_job import RunningJob
from helpers.aws.training_watch import TrainingWatch
from helpers.steps.train import TrainedModel, export_again, live_view
from helpers.structures.errors import BadInput, JobRunsOn
from helpers.training import local_job
from helpers.training.job_layout import JobLayout
from helpers.training.local_job import JobResult, TrainingJob
from helpers.workspace import Workspace


@dataclass(frozen=True)
class SagemakerModel(TrainedModel):
    """What a job on SageMaker left.

    Attributes:
        launched: where it ran.
        cost: what it did cost.
        stopped: why it ended before its time; empty when it came to its end.
    """

    launched: LaunchedJob
    cost: Cost
    stopped: str

    def state(self) -> Dict[str, Any]:
        """What the next notebook reads from ``state.json``."""
        return dict(super().state(), **self.launched.state())

    def as_text(self) -> str:
        """As that of a job on this machine, and its cost."""
        return "\n".join([super().as_text(), *self._paid()])

    def summary_as_text(self) -> str:
        """As that of a job on this machine, and its cost."""
        return "\n".join([super().summary_as_text(), *self._paid()])

    def _paid(self) -> List[str]:
        stopped = [f"ended before its time: {self.stopped}"] if self.stopped else []
        return [*stopped, f"cost: {self.cost.as_text()}"]


def attach(work: Workspace, name: str = "") -> LaunchedJob:
    """Comes back to a job, from any kernel and any machine with credentials for its account.

    Args:
        work: the work folder; of a job that was started from another one, its channels have to be
            those that the job was started with.
        name: of the job; empty is the last one that was started from this work folder.

    Raises:
        BadInput: there is no such job.
        MissingPart: nobody knows who we are on AWS, or no job was started here.
        HelpersError: AWS refused, with its own words.
    """
    if not name or launched_jobs.is_known(work, name):
        job = launched_jobs.recall(work, name)
        _account(job)
    else:
        account = identity.account()
        answer = RunningJob(name, account).describe()
        job = LaunchedJob.of(answer, account.number, account.region)
        if not JobLayout(work.job(name)).hyperparameters.is_file():
            local_job.lay_out(TrainingJob.of_workspace(work, name, answer["HyperParameters"]))
        launched_jobs.remember(work, job)
    return job


def _account(job: LaunchedJob) -> Account:
    """The account that a job runs in, once the credentials are known to be of it."""
    account = identity.account(identity.identity(job.region))
    if account.number != job.account:
        raise BadInput.of(
            f"credentials for the training job {job.name}",
            f"those of account {account.number}",
            f"those of {job.account}, which it runs in",
            "Choose them with AWS_PROFILE.",
        )
    return account


def stop(work: Workspace, name: str = "") -> str:
    """Asks SageMaker to stop a job; it saves, and what it had can be fetched.

    Args:
        work: the work folder.
        name: of the job; empty is the last one.

    Returns:
        A line for people.

    Raises:
        BadInput: there is no such job.
        HelpersError: AWS refused, with its own words.
    """
    job = attach(work, name)
    status = RunningJob(job.name, _account(job)).stop()
    return f"{job.name}: {status}. Fetch what it left with: {_again(job)}"


def finish(
    work: Workspace, job: LaunchedJob, on_status: Callable[[str], Any] = lambda status: None
) -> SagemakerModel:
    """Waits for a job's end and fetches its model; what was stopped is exported here.

    In a notebook the job is shown live.

    Args:
        work: the work folder.
        job: of ``train_sagemaker.launch`` or :func:`attach`.
        on_status: called with each new status, as ``InProgress: Downloading``.

    Raises:
        JobFailed: starts with the cause.
        JobRunsOn: waiting ended before the job; it says how to come back to it.
        HelpersError: AWS refused, with its own words.
    """
    account = _account(job)
    running = RunningJob(job.name, account)
    watch = TrainingWatch(account, live_view() or (lambda status: None))
    try:
        ended = running.wait(on_status, watch.update)
    except KeyboardInterrupt:
        raise JobRunsOn(f"{_runs_on(job)} {_ways(job)}") from None
    except JobRunsOn as error:
        raise JobRunsOn(f"{error} {_ways(job)}") from error
    answer = running.describe()
    result = _fetched(work, running, ended, answer)
    launched_jobs.forget(work, job.name)
    cost = running.cost(answer, job.per_hour)
    return SagemakerModel(result.job, result.hyperparameters, job, cost, ended.stopped)


def _fetched(
    work: Workspace, running: RunningJob, ended: Ended, answer: Mapping[str, Any]
) -> TrainedModel:
    """The model of a job, fetched; exported here where the job did not come to that."""
    layout = JobLayout(work.job(running.name))
    job_results.fetch(running.job, ended, running.account, layout)
    job_results.keep_log(running.job, answer, running.account, layout)
    if not (layout.graph / "export.json").is_file():
        return export_again(layout.base, work)
    graph = local_job.fetch_graph(layout.base, work.graph)
    lines = local_job.summary(layout.log)
    result = JobResult(running.name, layout.base, graph, layout.log, lines)
    return TrainedModel(result, answer["HyperParameters"])


def _runs_on(job: LaunchedJob) -> str:
    price = f"costs {job.per_hour:g} USD an hour" if job.per_hour else "costs money"
    return f"{job.name} runs on, and {price}."


def _ways(job: LaunchedJob) -> str:
    return (
        f"Come back to it: {_again(job)}, or ATTACH={job.name} in notebook 4. Stop it: "
        f"python -m helpers train --where sagemaker --stop {job.name}"
    )


def _again(job: LaunchedJob) -> str:
    return f"python -m helpers train --where sagemaker --attach {job.name}"
