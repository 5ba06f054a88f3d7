"""A training job on SageMaker as :class:`JobWatch` shows one: description, log and metrics.

Whoever waits for the job asks SageMaker and passes each answer on::

    watch = TrainingWatch(account, show)
    ...
    watch.update(client.describe_training_job(TrainingJobName=name))

Watching never ends a wait: a log that cannot be read is a note, and what the metrics of the
description say is shown instead.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional

from helpers.aws import job_log
from helpers.aws.account import Account
from helpers.aws.error_messages import code_of
from helpers.aws.job_log import JobLog
from helpers.training.job_watch import ENDED, JobStatus, JobWatch, Show, first_line
from helpers.training.training_progress import Progress

# The names that our metric definitions give, see ``sagemaker_training.METRICS``.
STEP, LOSS, MAP, IMAGES = "step", "loss", "mAP", "images/s"
_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
_CONSOLES = {"aws-cn": "console.amazonaws.cn", "aws-us-gov": "console.amazonaws-us-gov.com"}


class TrainingWatch:
    """Shows one job, answer by answer.

    Args:
        account: where it runs.
        show: is given the job after each change.
        where: as the user named the place.
    """

    def __init__(self, account: Account, show: Show, where: str = "sagemaker") -> None:
        self._account, self._show, self._where = account, show, where
        self._watch: Optional[JobWatch] = None
        self._log: Optional[JobLog] = None

    def update(self, answer: Mapping[str, Any]) -> None:
        """Shows what is known by now.

        Args:
            answer: of ``describe_training_job``.
        """
        name = answer["TrainingJobName"]
        if self._watch is None:
            status = JobStatus(
                name, self._where, num_steps(answer), links=links(self._account, name)
            )
            self._watch = JobWatch(status, lambda _: None)
            self._log = JobLog(self._account, name)
        note = self._read_log(self._watch)
        progress = self._watch.status.progress
        state = str(answer["TrainingJobStatus"])
        reason = answer.get("FailureReason", "") if state in ENDED else ""
        self._watch.update(
            status=state,
            secondary=secondary(answer),
            progress=with_metrics(progress, answer),
            failure=first_line(reason) or self._watch.status.failure,
            notes=(note,) if note else (),
        )
        self._show(self._watch.status)

    def _read_log(self, watch: JobWatch) -> str:
        """Feeds what is new; returns why it could not be read."""
        from botocore.exceptions import BotoCoreError, ClientError

        if self._log is None:
            return "; ".join(watch.status.notes)
        try:
            watch.feed(*self._log.new_lines())
        except (BotoCoreError, ClientError) as error:
            code = code_of(error) or type(error).__name__
            if code not in _DENIED:
                return f"The log could not be read just now ({code}); it is tried again."
            self._log = None
            return (
                f"The log may not be read ({code}): allow logs:DescribeLogStreams and "
                f"logs:GetLogEvents on {job_log.GROUP}. Until then the job's metrics are shown."
            )
        return ""


def num_steps(answer: Mapping[str, Any]) -> int:
    """The steps that a job trains, by its hyperparameters; 0 where they do not say.

    Args:
        answer: of ``describe_training_job``.
    """
    text = str(answer.get("HyperParameters", {}).get("num_steps", "")).strip("\"' ")
    return int(text) if text.isdigit() else 0


def secondary(answer: Mapping[str, Any]) -> str:
    """What a job is doing, with the message of SageMaker where there is one.

    Args:
        answer: of ``describe_training_job``.
    """
    status = str(answer.get("SecondaryStatus", ""))
    transitions: List[Mapping[str, Any]] = answer.get("SecondaryStatusTransitions") or []
    last = transitions[-1] if transitions else {}
    message = last.get("StatusMessage", "") if last.get("Status") == status else ""
    return f"{status}: {message}" if message else status


def with_metrics(progress: Progress, answer: Mapping[str, Any]) -> Progress:
    """The progress by the log, and by the metrics where those are further on.

    Args:
        progress: by the log; unchanged where that says more.
        answer: of ``describe_training_job``.
    """
    given = answer.get("FinalMetricDataList") or []
    metrics: Dict[str, float] = {item["MetricName"]: float(item["Value"]) for item in given}
    step = int(metrics.get(STEP, 0))
    by_log = step <= progress.step and progress.loss is not None
    return progress._replace(
        step=max(progress.step, step),
        loss=progress.loss if by_log else metrics.get(LOSS, progress.loss),
        mAP=metrics.get(MAP) if progress.mAP is None else progress.mAP,
        images_per_second=progress.images_per_second or metrics.get(IMAGES),
    )


def links(account: Account, name: str) -> Dict[str, str]:
    """The console's pages of a job and of its log.

    Args:
        account: where the job runs.
        name: of the job.
    """
    partition = account.arn.split(":")[1] if account.arn.startswith("arn:") else "aws"
    region = account.region
    console = f"https://{region}.{_CONSOLES.get(partition, 'console.aws.amazon.com')}"
    group = job_log.GROUP.replace("/", "$252F")
    return {
        "job": f"{console}/sagemaker/home?region={region}#/jobs/{name}",
        "log": f"{console}/cloudwatch/home?region={region}#logsV2:log-groups/log-group/{group}"
        f"$3FlogStreamNameFilter$3D{name}$252F",
    }
