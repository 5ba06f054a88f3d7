"""A training job on SageMaker that was started: found again, watched, stopped."""

from __future__ import annotations

import logging
from typing import Any, Callable, Dict, Mapping, NamedTuple, Optional

from helpers.aws import job_status, pricing
from helpers.aws.account import Account
from helpers.aws.error_messages import code_of, translated_errors
from helpers.aws.job_cost import Cost, cost_of
from helpers.aws.job_status import Describe, Ended, Job
from helpers.structures.errors import BadInput, HelpersError

log = logging.getLogger(__name__)
UNDER_WAY = ("InProgress", "Stopping")
# What tells whether a job of a name is the one that was asked for.
_OWN = ("HyperParameters", "InputDataConfig", "OutputDataConfig", "RoleArn", "CheckpointConfig")


class RunningJob(NamedTuple):
    """A training job by its name: all that a new kernel needs to come back to it.

    Attributes:
        name: of the job.
        account: where it runs.
    """

    name: str
    account: Account

    @property
    def job(self) -> Job:
        """For messages."""
        return Job("Training", self.name)

    @property
    def link(self) -> str:
        """Its page in the console of AWS."""
        region = self.account.region
        suffix = "amazonaws.cn" if region.startswith("cn-") else "aws.amazon.com"
        return f"https://{region}.console.{suffix}/sagemaker/home?region={region}#/jobs/{self.name}"

    def describe(self) -> Dict[str, Any]:
        """What SageMaker says about it.

        Raises:
            BadInput: there is no such job in this account and region.
            HelpersError: AWS refused, with its own words.
        """
        with translated_errors(self.job.title):
            answer = _described(self.account, self.name)
        if answer is None:
            raise BadInput.of(
                self.job.title,
                f"none in {self.account.region}, account {self.account.number}",
                "one that was started there",
                "Correct the name, or the region with AWS_DEFAULT_REGION.",
            )
        return answer

    def wait(
        self,
        on_status: Callable[[str], Any] = lambda status: None,
        on_answer: Callable[[Mapping[str, Any]], Any] = lambda answer: None,
        interval: float = job_status.POLL_SECONDS,
    ) -> Ended:
        """Waits for its end; stopping to wait does not stop the job.

        Args:
            on_status: called with each new status, as ``InProgress: Downloading``.
            on_answer: called with each answer of ``describe_training_job``.
            interval: seconds between two questions.

        Raises:
            JobFailed: it failed; the message starts with the cause.
            JobRunsOn: nobody answered for an hour.
            HelpersError: AWS refused for good, with its own words.
        """
        self.describe()  # that there is one

        def outcome_of(answer: Mapping[str, Any]) -> Optional[Ended]:
            on_answer(answer)
            return job_status.training_outcome(answer)

        return job_status.wait(
            self.job,
            self._connect,
            lambda answer: f"{answer['TrainingJobStatus']}: {answer.get('SecondaryStatus', '')}",
            outcome_of,
            on_status,
            interval,
        )

    def _connect(self) -> Describe:
        """Asks AWS once, with the credentials that there are now."""
        client = self.account.renewed_client("sagemaker")
        return lambda: dict(client.describe_training_job(TrainingJobName=self.name))

    def stop(self) -> str:
        """Asks SageMaker to stop it: it saves, and within two minutes it ends.

        Returns:
            Its status. A job that has ended already stays as it is.

        Raises:
            BadInput: there is no such job.
            HelpersError: AWS refused, with its own words.
        """
        if self.describe()["TrainingJobStatus"] == "InProgress":
            with translated_errors(self.job.title, "These credentials need StopTrainingJob."):
                self.account.client("sagemaker").stop_training_job(TrainingJobName=self.name)
        return str(self.describe()["TrainingJobStatus"])

    @property
    def is_under_way(self) -> bool:
        """Whether it still runs, and costs; not where there is no such job.

        Raises:
            HelpersError: AWS refused, with its own words.
        """
        with translated_errors(self.job.title):
            answer = _described(self.account, self.name)
        return answer is not None and answer["TrainingJobStatus"] in UNDER_WAY

    def require_ended(self) -> None:
        """Refuses to go on from a job that still writes its checkpoints.

        Raises:
            BadInput: it is still under way, or there is no such job.
            HelpersError: AWS refused, with its own words.
        """
        status = self.describe()["TrainingJobStatus"]
        if status in UNDER_WAY:
            raise BadInput.of(
                self.job.title, status, "a job that has ended", "Wait for its end, or stop it."
            )

    def cost(self, answer: Mapping[str, Any], per_hour: float = 0.0) -> Cost:
        """What it has cost so far.

        Args:
            answer: of :meth:`describe`.
            per_hour: of its machine, US dollars; 0 is that of the table.
        """
        resources = answer["ResourceConfig"]
        hourly = (
            pricing.given(per_hour)
            if per_hour
            else pricing.tabled(resources["InstanceType"], self.account.region)
        )
        return cost_of(answer, hourly)


def start(request: Mapping[str, Any], account: Account) -> RunningJob:
    """Sends the request of a training job: from here on it costs money.

    A line may break after SageMaker has taken the request: then the job runs, and is found.

    Args:
        request: of ``sagemaker_training.training_request``.
        account: that it runs in.

    Raises:
        BadInput: there is another job of that name.
        HelpersError: AWS refused, with its own words; nothing was started.
    """
    from botocore.exceptions import ClientError, HTTPClientError

    name = str(request["TrainingJobName"])
    with translated_errors(f"training job {name}"):
        try:
            account.client("sagemaker").create_training_job(**request)
        except (ClientError, HTTPClientError) as error:
            if isinstance(error, ClientError) and code_of(error) != "ResourceInUse":
                raise
            found = _described(account, name)
            if found is None:
                raise
            if not _is_same(request, found):
                raise BadInput(
                    f"training job {name}: there is another of that name. Plan it again."
                ) from error
            log.info("training job %s: it was started, though the answer was lost", name)
    return RunningJob(name, account)


def is_refusal(error: HelpersError) -> bool:
    """Whether AWS said no, so that nothing was started; a line that broke says nothing."""
    from botocore.exceptions import ClientError

    return isinstance(error, BadInput) or isinstance(error.__cause__, ClientError)


def _described(account: Account, name: str) -> Optional[Dict[str, Any]]:
    """What SageMaker says about a job; ``None`` where there is none."""
    from botocore.exceptions import ClientError

    try:
        return dict(account.client("sagemaker").describe_training_job(TrainingJobName=name))
    except ClientError as error:
        # SageMaker answers ValidationException "Requested resource not found."
        if code_of(error) in ("ResourceNotFound", "ValidationException"):
            return None
        raise


def _is_same(request: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    return all(found.get(key, request[key]) == request[key] for key in _OWN)
