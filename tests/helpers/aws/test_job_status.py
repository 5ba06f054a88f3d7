"""What the answers of AWS about a job mean, and waiting for its end."""

import pytest

from helpers.aws import job_status
from helpers.aws.job_status import Job
from helpers.aws.s3_layout import Place
from helpers.structures.errors import HelpersError, JobFailed

NAME = "records-1"


@pytest.mark.parametrize(
    "answer, message",
    [
        (
            {
                "ProcessingJobStatus": "Failed",
                "ExitMessage": "a.jpg: found 0 bytes",
                "FailureReason": "AlgorithmError",
            },
            "^a.jpg: .*0 bytes .processing job records-1",
        ),
        ({"ProcessingJobStatus": "Failed", "FailureReason": "AlgorithmError"}, "^AlgorithmError"),
        ({"ProcessingJobStatus": "Stopped"}, "^[a-z ]*stopped .processing job records-1"),
    ],
    ids=["exit message", "failure reason alone", "stopped"],
)
def test_a_failed_job_starts_with_the_cause(answer, message):
    with pytest.raises(JobFailed, match=message):
        job_status.is_processing_finished(dict(answer, ProcessingJobName=NAME))


@pytest.mark.parametrize(
    "status, finished", [("InProgress", False), ("Stopping", False), ("Completed", True)]
)
def test_a_job_is_finished_when_it_is_completed(status, finished):
    answer = {"ProcessingJobName": NAME, "ProcessingJobStatus": status}
    assert job_status.is_processing_finished(answer) is finished


@pytest.mark.parametrize(
    "answer, expected",
    [
        ({"TrainingJobStatus": "InProgress"}, None),
        (
            {
                "TrainingJobStatus": "Completed",
                "ModelArtifacts": {"S3ModelArtifacts": "s3://my-bucket/a/output/model.tar.gz"},
            },
            Place("my-bucket", "a/output/model.tar.gz"),
        ),
    ],
    ids=["under way", "completed"],
)
def test_a_training_job_that_is_completed_has_a_model(answer, expected):
    assert job_status.training_outcome(dict(answer, TrainingJobName="a")) == expected


@pytest.mark.parametrize(
    "answer, cause",
    [
        ({"TrainingJobStatus": "Failed", "FailureReason": "a.jpg: found 0 bytes"}, "a.jpg: "),
        (
            {"TrainingJobStatus": "Stopped", "SecondaryStatus": "MaxRuntimeExceeded"},
            "[a-z ]*stopped .*MaxRuntimeExceeded",
        ),
    ],
    ids=["failed", "stopped"],
)
def test_a_failed_training_job_starts_with_the_cause(answer, cause):
    with pytest.raises(JobFailed, match=f"^{cause}.* job a;.*/TrainingJobs"):
        job_status.training_outcome(dict(answer, TrainingJobName="a"))


def test_waiting_tells_each_status_once():
    answers = iter(["Starting", "InProgress", "InProgress", "Completed"])
    statuses = []
    outcome = job_status.wait(
        Job("Training", "a"),
        lambda: {"status": next(answers)},
        lambda answer: answer["status"],
        lambda answer: "done" if answer["status"] == "Completed" else None,
        statuses.append,
        interval=0,
    )
    assert outcome == "done" and statuses == ["Starting", "InProgress", "Completed"]


def test_a_refusal_while_waiting_names_the_job():
    from botocore.exceptions import ClientError

    def describe():
        raise ClientError({"Error": {"Code": "Throttling", "Message": "slow down"}}, "Describe")

    with pytest.raises(HelpersError, match=" job a: .*Throttling"):
        job_status.wait(Job("Processing", "a"), describe, str, str, str)
