"""The log of a training job in CloudWatch, read on from where it was read to."""

from __future__ import annotations

from typing import Any, Dict, List

from helpers.aws import job_status
from helpers.aws.account import Account
from helpers.aws.error_messages import code_of

GROUP = "/aws/sagemaker/TrainingJobs"
_FIRST_HOST = "/algo-1"  # the chief, which alone evaluates and exports
_NOT_YET = "ResourceNotFoundException"  # the group or the stream, before the container writes


class JobLog:
    """The lines of a job, as far as they have come.

    Args:
        account: where the job runs.
        name: of the job.
    """

    def __init__(self, account: Account, name: str) -> None:
        self._account, self._prefix = account, f"{name}{_FIRST_HOST}"
        self._client = account.client("logs")
        self._tokens: Dict[str, str] = {}  # where to read on, by stream: a spot job has several

    def new_lines(self) -> List[str]:
        """The lines since the last call that returned, oldest first.

        After credentials have expired the next call takes those that there are by then.

        Returns:
            None before the container writes any.

        Raises:
            ClientError: AWS refused.
            BotoCoreError: AWS was not reached.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        before = dict(self._tokens)
        try:
            return [line for stream in self._streams() for line in self._read(stream)]
        except (BotoCoreError, ClientError) as error:
            self._tokens = before  # what was read of a part is read again
            if code_of(error) == _NOT_YET:
                return []
            if job_status.is_expired(error):
                self._client = self._account.renewed_client("logs")
            raise

    def _streams(self) -> List[str]:
        pages = self._client.get_paginator("describe_log_streams").paginate(
            logGroupName=GROUP, logStreamNamePrefix=self._prefix
        )
        streams = [stream for page in pages for stream in page["logStreams"]]
        ordered = sorted(streams, key=lambda stream: stream.get("creationTime", 0))
        return [stream["logStreamName"] for stream in ordered]

    def _read(self, stream: str) -> List[str]:
        """Reads on until the token stays the same, which is CloudWatch's end of a stream."""
        lines: List[str] = []
        while True:
            request: Dict[str, Any] = {
                "logGroupName": GROUP,
                "logStreamName": stream,
                "startFromHead": True,
            }
            if stream in self._tokens:
                request["nextToken"] = self._tokens[stream]
            answer = self._client.get_log_events(**request)
            lines += [event["message"] for event in answer["events"]]
            token = answer["nextForwardToken"]
            if token == self._tokens.get(stream):
                return lines
            self._tokens[stream] = token
