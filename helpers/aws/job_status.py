"""Jobs of SageMaker while they run: watched to their end, whatever the line does meanwhile."""

from __future__ import annotations

import time
from typing import Any, Callable, Mapping, NamedTuple, Optional, TypeVar

from helpers.aws.error_messages import code_of, failure_remedy, quoted, translated_errors
from helpers.aws.s3_layout import Place, parse_uri
from helpers.structures.errors import JobFailed, JobRunsOn

POLL_SECONDS = 15.0
PATIENCE = 3600.0  # seconds that nobody answers, or that credentials are expired
Answer = Mapping[str, Any]
Describe = Callable[[], Answer]
Outcome = TypeVar("Outcome")
FAILED = ("Failed", "Stopped")
EXPIRED = (
    "ExpiredToken",
    "ExpiredTokenException",
    "RequestExpired",
    "UnrecognizedClientException",
    "CredentialRetrievalError",
    "SSOTokenLoadError",
    "UnauthorizedSSOTokenError",
    "TokenRetrievalError",
)
_BUSY = ("InternalFailure", "InternalServerError", "RequestTimeout", "ServiceUnavailable")
_RENEW = "the credentials have expired: renew them (aws sso login, or new keys); waiting goes on"


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
        """The error of a job that failed or was stopped; it starts with the reason.

        Args:
            reason: of SageMaker, which begins with the job's failure file: the cause, an empty
                line, and a traceback that stays in the log.
        """
        cause = reason.split("\n\n", 1)[0]
        return JobFailed(
            f"{cause} ({self.title}; its whole log is in CloudWatch under "
            f"/aws/sagemaker/{self.kind}Jobs). {failure_remedy(reason)}".rstrip()
        )


class Ended(NamedTuple):
    """A training job that has come to an end with something to fetch, or may have.

    Attributes:
        archive: where its model lies, or would; ``None`` where SageMaker names none.
        checkpoints: the folder that SageMaker copied its checkpoints to; ``None`` without one.
        stopped: empty when it was completed, else why it ended before.
    """

    archive: Optional[Place]
    checkpoints: Optional[Place]
    stopped: str = ""


def wait(
    job: Job,
    connect: Callable[[], Describe],
    status_of: Callable[[Answer], str],
    outcome_of: Callable[[Answer], Optional[Outcome]],
    on_status: Callable[[str], Any],
    interval: float = POLL_SECONDS,
) -> Outcome:
    """Waits for a job's end; stopping to wait does not stop the job.

    A line that breaks, throttling and expired credentials are told and waited out, since they
    change nothing about a job that runs and is paid for.

    Args:
        job: for messages.
        connect: gives what asks AWS once; called again when credentials have expired.
        status_of: the status in an answer.
        outcome_of: what an answer means; ``None`` while the job is under way. Raises when it
            failed.
        on_status: called with each new status.
        interval: seconds between two questions.

    Raises:
        JobRunsOn: nobody answered for an hour.
        HelpersError: AWS refused for good, with its own words.
    """
    last, since, describe = "", time.monotonic(), connect()
    while True:
        answer, trouble = _ask(job, describe)
        if answer is not None:
            since = time.monotonic()
        elif time.monotonic() - since > PATIENCE:
            raise JobRunsOn(f"{job.title}: {trouble}. It may run on, and cost; nobody has said so.")
        status = trouble if answer is None else status_of(answer)
        if status != last:
            last = status
            on_status(status)
        outcome = None if answer is None else outcome_of(answer)
        if outcome is not None:
            return outcome
        time.sleep(interval)
        if trouble:
            describe = connect()


def _ask(job: Job, describe: Describe) -> Any:
    """An answer and no trouble, or no answer and the trouble that will pass."""
    from botocore.exceptions import BotoCoreError, ClientError

    with translated_errors(job.title):
        try:
            return describe(), ""
        except (BotoCoreError, ClientError) as error:
            trouble = passing_trouble(error)
            if not trouble:
                raise
            return None, trouble


def is_expired(error: Exception) -> bool:
    """Whether an error says that the credentials have expired; new ones may be there by now."""
    return (code_of(error) or type(error).__name__) in EXPIRED


def passing_trouble(error: Exception) -> str:
    """What is the matter where an error says nothing about the job; empty for any other."""
    from botocore.exceptions import ConnectionError as BrokenLine
    from botocore.exceptions import HTTPClientError

    name = code_of(error) or type(error).__name__
    if is_expired(error):
        return _RENEW
    if "Throttl" in name or name in _BUSY or name in ("TooManyRequests", "RequestLimitExceeded"):
        return f"AWS is busy ({name}); waiting goes on"
    response = getattr(error, "response", None) or {}  # an error of a broken line has None
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status >= 500 or isinstance(error, (BrokenLine, HTTPClientError)):
        return f"AWS did not answer ({quoted(error)[:120]}); waiting goes on"
    return ""


def training_outcome(answer: Answer) -> Optional[Ended]:
    """What an answer of ``describe_training_job`` means.

    Returns:
        What the job left; ``None`` while it is under way. A job that was stopped, or ran into its
        time limit, leaves what it had.

    Raises:
        JobFailed: it failed; the message starts with the cause.
    """
    name, status = answer["TrainingJobName"], answer["TrainingJobStatus"]
    if status == "Failed":
        reason = str(answer.get("FailureReason") or "SageMaker gives no reason")
        raise Job("Training", name).failed(reason)
    if status not in ("Completed", "Stopped"):
        return None
    stopped = str(answer.get("SecondaryStatus") or "Stopped") if status == "Stopped" else ""
    archive = answer.get("ModelArtifacts", {}).get("S3ModelArtifacts")
    folder = answer.get("CheckpointConfig", {}).get("S3Uri")
    return Ended(
        parse_uri(archive) if archive else None, parse_uri(folder) if folder else None, stopped
    )


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
