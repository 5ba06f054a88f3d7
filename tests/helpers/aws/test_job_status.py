"""What the answers of AWS about a job mean, and waiting for its end."""

import pytest

from helpers.aws import job_status
from helpers.aws.job_status import Ended, Job
from helpers.aws.s3_layout import Place
from helpers.structures.errors import HelpersError, JobFailed, JobRunsOn

exceptions = pytest.importorskip("botocore.exceptions", reason="no botocore. Run: make setup")
ClientError = exceptions.ClientError
NAME = "records-1"
ARCHIVE = Place("my-bucket", "a/output/model.tar.gz")
CHECKPOINTS = Place("my-bucket", "a/checkpoints/")


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
        ({"TrainingJobStatus": "Stopping"}, None),
        (
            {"TrainingJobStatus": "Completed", "ModelArtifacts": {"S3ModelArtifacts": ARCHIVE.uri}},
            Ended(ARCHIVE, None),
        ),
        (
            {
                "TrainingJobStatus": "Stopped",
                "SecondaryStatus": "MaxRuntimeExceeded",
                "CheckpointConfig": {"S3Uri": CHECKPOINTS.uri},
            },
            Ended(None, CHECKPOINTS, "MaxRuntimeExceeded"),
        ),
        ({"TrainingJobStatus": "Stopped"}, Ended(None, None, "Stopped")),
    ],
    ids=["under way", "stopping", "completed", "out of time", "stopped"],
)
def test_a_training_job_that_has_ended_leaves_what_it_had(answer, expected):
    assert job_status.training_outcome(dict(answer, TrainingJobName="a")) == expected


@pytest.mark.parametrize(
    "reason, shown",
    [
        ("a.jpg: found 0 bytes", "a.jpg: "),
        ("a.jpg: 0 bytes.\n\nWhat was trained is kept.\n\nTraceback", "a.jpg: "),
        ("", "SageMaker "),
    ],
    ids=["with its reason", "with a traceback", "without"],
)
def test_a_failed_training_job_starts_with_the_cause(reason, shown):
    answer = {"TrainingJobName": "a", "TrainingJobStatus": "Failed", "FailureReason": reason}
    with pytest.raises(JobFailed, match=f"^{shown}.* job a;.*/TrainingJobs") as failed:
        job_status.training_outcome(answer)
    assert "Traceback" not in str(failed.value)


class Line:
    """Answers and errors of a line to AWS, in their order."""

    def __init__(self, *answers):
        self.answers, self.connected, self.statuses = list(answers), 0, []

    def connect(self):
        self.connected += 1
        return self.describe

    def describe(self):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return {"status": answer}

    def wait(self):
        return job_status.wait(
            Job("Training", "a"),
            self.connect,
            lambda answer: answer["status"],
            lambda answer: "done" if answer["status"] == "Completed" else None,
            self.statuses.append,
            interval=0,
        )


def refused(code, status=400):
    response = {
        "Error": {"Code": code, "Message": "words"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response, "DescribeTrainingJob")


def test_waiting_tells_each_status_once():
    line = Line("Starting", "InProgress", "InProgress", "Completed")
    assert line.wait() == "done" and line.statuses == ["Starting", "InProgress", "Completed"]
    assert line.connected == 1


@pytest.mark.parametrize(
    "error, told",
    [
        (refused("ThrottlingException"), "ThrottlingException"),
        (refused("InternalFailure", 500), "InternalFailure"),
        (refused("SomethingElse", 503), "SomethingElse"),
        (refused("ExpiredTokenException"), "aws sso login"),
        (exceptions.UnauthorizedSSOTokenError(), "aws sso login"),
        (exceptions.CredentialRetrievalError(provider="x", error_msg="y"), "aws sso login"),
        (exceptions.EndpointConnectionError(endpoint_url="x"), "EndpointConnectionError"),
        (exceptions.ConnectionClosedError(endpoint_url="x"), "ConnectionClosedError"),
        (exceptions.ReadTimeoutError(endpoint_url="x"), "ReadTimeoutError"),
        (exceptions.ResponseStreamingError(error="x"), "ResponseStreamingError"),
    ],
    ids=lambda value: "" if isinstance(value, str) else type(value).__name__,
)
def test_waiting_outlives_what_says_nothing_about_the_job(error, told):
    line = Line("InProgress", error, error, "Completed")
    assert line.wait() == "done"
    first, trouble, last = line.statuses
    assert (first, last) == ("InProgress", "Completed") and told in trouble
    assert line.connected == 3  # with the credentials that there are by then


def test_waiting_gives_up_after_an_hour_and_says_that_the_job_may_run_on(monkeypatch):
    monkeypatch.setattr(job_status, "PATIENCE", -1)
    with pytest.raises(JobRunsOn, match="job a: .*Throttling"):
        Line(refused("Throttling")).wait()


@pytest.mark.parametrize("code", ["AccessDeniedException", "ValidationException"])
def test_a_refusal_while_waiting_names_the_job(code):
    with pytest.raises(HelpersError, match=f" job a: .*{code}"):
        Line(refused(code)).wait()
