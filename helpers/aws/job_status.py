"""Jobs of SageMaker while they run: watched to their end, and why one failed."""

from __future__ import annotations

import time
from typing import Any, Callable, Mapping, NamedTuple, Optional, TypeVar

from helpers.aws.error_messages import translated_errors
from helpers.aws.s3_layout import Place, parse_uri
from helpers.structures.errors import JobFailed

POLL_SECONDS = 15.0
Answer = Mapping[str, Any]
Outcome = TypeVar("Outcome")
FAILED = ("Failed", "Stopped")


class Job(NamedTuple):
    """A job of SageMaker.

    Attributes:
        kind: ``Training`` or ``Processing``.
        name: of the job.
    """

    kind: str
    name: str

    @property
    def title(self) -> str:
        """As in messages."""
        return f"{self.kind.lower()} job {self.name}"

    def failed(self, reason: str) -> JobFailed:
        """The error of a job that failed or was stopped; it starts with the reason."""
        return JobFailed(
            f"{reason} ({self.title}; its whole log is in CloudWatch under "
            f"/aws/sagemaker/{self.kind}Jobs)"
        )


def wait(
    job: Job,
    describe: Callable[[], Answer],
    status_of: Callable[[Answer], str],
    outcome_of: Callable[[Answer], Optional[Outcome]],
    on_status: Callable[[str], Any],
    interval: float = POLL_SECONDS,
) -> Outcome:
    """Waits for a job's end; stopping to wait does not stop the job.

    Args:
        job: for messages.
        describe: asks AWS once.
        status_of: the status in an answer.
        outcome_of: what an answer means; ``None`` while the job is under way. Raises when it
            failed.
        on_status: called with each new status.
        interval: seconds between two questions.

    Raises:
        HelpersError: AWS refused, with its own words.
    """
    last = ""
    while True:
        with translated_errors(job.title):
            answer = describe()
        status = status_of(answer)
        if status != last:
            last = status
            on_status(status)
        outcome = outcome_of(answer)
        if outcome is not None:
            return outcome
        time.sleep(interval)


def training_outcome(answer: Answer) -> Optional[Place]:
    """What an answer of ``describe_training_job`` means.

    Returns:
        Where the model lies; ``None`` while the job is under way.

    Raises:
        JobFailed: it failed or was stopped; the message starts with the cause.
    """
    name, status = answer["TrainingJobName"], answer["TrainingJobStatus"]
    if status == "Completed":
        return parse_uri(answer["ModelArtifacts"]["S3ModelArtifacts"])
    if status in FAILED:
        reason = answer.get("FailureReason") or f"it was stopped ({answer.get('SecondaryStatus')})"
        raise Job("Training", name).failed(reason)
    return None


def is_processing_finished(answer: Answer) -> bool:
    """What an answer of ``describe_processing_job`` means.

    Raises:
        JobFailed: it failed or was stopped; the message starts with the cause.
    """
    name, status = answer["ProcessingJobName"], answer["ProcessingJobStatus"]
    if status in FAILED:
        reason = answer.get("ExitMessage") or answer.get("FailureReason") or "it was stopped"
        raise Job("Processing", name).failed(reason)
    return bool(status == "Completed")
