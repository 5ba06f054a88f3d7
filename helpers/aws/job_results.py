"""What a training job on SageMaker left: its model or its checkpoints, and its log."""

from __future__ import annotations

import logging
from typing import Any, Dict, Mapping

from helpers.aws import s3_download
from helpers.aws.account import Account
from helpers.aws.error_messages import code_of, is_denied, quoted, translated_errors
from helpers.aws.job_log import JobLog
from helpers.aws.job_status import Ended, Job
from helpers.aws.s3_layout import Place, below
from helpers.structures.errors import HelpersError
from helpers.system import files
from helpers.training.finished_jobs import BEST
from helpers.training.job_layout import JobLayout

log = logging.getLogger(__name__)
_ABSENT = ("404", "NoSuchKey")


def fetch(job: Job, ended: Ended, account: Account, layout: JobLayout) -> None:
    """Fetches a job's archive, or, where it left none, the checkpoints that SageMaker copied.

    Args:
        job: that has ended.
        ended: what it left.
        account: whose bucket it is.
        layout: of the folder to fetch to.

    Raises:
        JobFailed: it left neither.
        HelpersError: AWS refused, with its own words.
    """
    if ended.archive and _fetched_archive(ended.archive, account, layout):
        return
    if ended.checkpoints and _fetched_checkpoints(ended.checkpoints, account, layout):
        log.info("%s left no archive; its checkpoints were fetched", job.title)
        return
    raise job.failed(f"it ended ({ended.stopped or 'Completed'}) before its first checkpoint")


def _fetched_archive(place: Place, account: Account, layout: JobLayout) -> bool:
    try:
        s3_download.fetch_model(place, account, layout.base)
    except HelpersError as error:
        cause = error.__cause__
        if not isinstance(cause, Exception) or code_of(cause) not in _ABSENT:
            raise
        return False
    return any(layout.model.glob("*.index")) or (layout.graph / "export.json").is_file()


def _fetched_checkpoints(folder: Place, account: Account, layout: JobLayout) -> bool:
    s3_download.fetch_folder(folder, account, layout.checkpoints)
    s3_download.fetch_folder(below(folder, f"{BEST}/"), account, layout.checkpoints / BEST)
    return any(layout.checkpoints.glob("*.index"))


def keep_log(job: Job, answer: Mapping[str, Any], account: Account, layout: JobLayout) -> None:
    """Writes a job's log to its folder; for those who may not read logs, its last metrics.

    Args:
        job: that has ended.
        answer: of ``describe_training_job``.
        account: whose log it is.
        layout: of the job's folder.

    Raises:
        HelpersError: AWS refused for another reason, with its own words.
    """
    from botocore.exceptions import ClientError

    with translated_errors(job.title):
        try:
            text = "".join(f"{line}\n" for line in JobLog(account, job.name).new_lines())
        except ClientError as error:
            if not is_denied(error):
                raise
            text = f"the log in CloudWatch cannot be read ({quoted(error)})\n"
    metrics = [f"{name} = {value:g}\n" for name, value in last_metrics(answer).items()]
    files.write_text(layout.log, text + "".join(metrics))


def last_metrics(answer: Mapping[str, Any]) -> Dict[str, float]:
    """The last value of each metric, by name, in the order of their names."""
    found = answer.get("FinalMetricDataList") or []
    return {item["MetricName"]: float(item["Value"]) for item in sorted(found, key=_metric_name)}


def _metric_name(item: Mapping[str, Any]) -> str:
    return str(item["MetricName"])
