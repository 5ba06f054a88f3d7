"""A training job that was started: found again whatever the line did, watched, stopped."""

import pytest
from aws_account import ACCOUNT
from aws_stand_ins.answers import Reply, hung_up, lost, passed, refusal
from training_jobs import described, request, says

from helpers.aws import running_job
from helpers.aws.running_job import RunningJob
from helpers.structures.errors import BadInput, HelpersError

NAME = "train-1"
MISSING = refusal("ValidationException", "Requested resource not found.")
IN_USE = refusal("ResourceInUse", "Training job names must be unique within an AWS account.")


def test_start_sends_the_request(aws_stub):
    job = running_job.start(request(NAME), ACCOUNT)
    assert job == RunningJob(NAME, ACCOUNT)
    assert job.describe()["HyperParameters"] == request(NAME)["HyperParameters"]
    assert aws_stub.titles("CreateTrainingJob") == ["sagemaker CreateTrainingJob"]


def test_a_job_whose_answer_was_lost_is_found(aws_stub):
    aws_stub.plan(lost, IN_USE, to="CreateTrainingJob")
    job = running_job.start(request(NAME), ACCOUNT)
    assert job.describe()["TrainingJobName"] == NAME and aws_stub.left == 0


def test_another_job_of_the_name_is_not_ours(aws_stub):
    running_job.start(request(NAME, num_steps=1), ACCOUNT)
    aws_stub.plan(IN_USE, to="CreateTrainingJob")
    with pytest.raises(BadInput, match=f"{NAME}: .*another"):
        running_job.start(request(NAME), ACCOUNT)


@pytest.mark.parametrize(
    "answers, is_refusal",
    [
        ([refusal("ResourceLimitExceeded", "The account-level limit is 0 Instances")], True),
        ([hung_up] * 20, False),
    ],
    ids=["refused", "nobody answers"],
)
def test_what_is_refused_was_not_started(aws_stub, answers, is_refusal, monkeypatch):
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", no_delay)
    aws_stub.plan(*answers, to="CreateTrainingJob")
    with pytest.raises(HelpersError, match=f"{NAME}: ") as caught:
        running_job.start(request(NAME), ACCOUNT)
    assert running_job.is_refusal(caught.value) is is_refusal


def no_delay(self, context):
    return 0


def test_a_job_that_is_not_there_is_bad_input(aws_stub):
    aws_stub.plan(MISSING, MISSING, to="DescribeTrainingJob")
    with pytest.raises(BadInput, match="eu-west-1, account 123456789012.*AWS_DEFAULT_REGION"):
        RunningJob("nobody", ACCOUNT).describe()
    with pytest.raises(BadInput):
        RunningJob("nobody", ACCOUNT).wait()


def test_waiting_passes_on_each_answer_and_each_status(aws_stub):
    aws_stub.plan(
        *[
            says(described(NAME, status, secondary))
            for status, secondary in (
                ("InProgress", "Starting"),
                ("InProgress", "Starting"),
                ("InProgress", "Training"),
                ("Stopped", "MaxRuntimeExceeded"),
            )
        ],
        to="DescribeTrainingJob",
    )
    statuses, answers = [], []
    ended = RunningJob(NAME, ACCOUNT).wait(statuses.append, answers.append, interval=0)
    assert statuses == [
        "InProgress: Starting",
        "InProgress: Training",
        "Stopped: MaxRuntimeExceeded",
    ]
    assert len(answers) == 3 and answers[-1]["TrainingJobStatus"] == "Stopped"
    assert ended.stopped == "MaxRuntimeExceeded"
    assert ended.checkpoints.uri.endswith("/train-1/checkpoints/")


def test_credentials_that_were_renewed_are_taken(aws_stub, monkeypatch):
    expired = refusal("ExpiredTokenException", "The security token included is expired", 403)
    aws_stub.plan(
        says(described(NAME)),
        expired,
        says(described(NAME, "Completed", "Completed")),
        to="DescribeTrainingJob",
    )

    def renew(status):
        if "aws sso login" in status:
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIARENEWED")

    RunningJob(NAME, ACCOUNT).wait(renew, interval=0)
    assert "AKIARENEWED" in aws_stub.asked[-1].headers["authorization"]


@pytest.mark.parametrize("status, sent", [("InProgress", 1), ("Stopping", 0), ("Completed", 0)])
def test_a_job_under_way_is_stopped_and_no_other(aws_stub, status, sent):
    aws_stub.plan(says(described(NAME, status)), says(described(NAME, status)), to="Describe")
    if sent:
        aws_stub.plan(lambda asked, forward: Reply(200, {}, b"{}"), to="StopTrainingJob")
    assert RunningJob(NAME, ACCOUNT).stop() == status
    assert len(aws_stub.titles("StopTrainingJob")) == sent and aws_stub.left == 0


@pytest.mark.parametrize(
    "status, ended", [("InProgress", False), ("Stopping", False), ("Stopped", True)]
)
def test_only_a_job_that_has_ended_is_gone_on_from(aws_stub, status, ended):
    aws_stub.plan(says(described(NAME, status)), to="DescribeTrainingJob")
    if ended:
        RunningJob(NAME, ACCOUNT).require_ended()
        return
    with pytest.raises(BadInput, match=f"{NAME}: found {status}"):
        RunningJob(NAME, ACCOUNT).require_ended()


def test_the_cost_is_of_its_machine(aws_stub):
    running_job.start(request(NAME), ACCOUNT)
    aws_stub.plan(passed)
    answer = dict(RunningJob(NAME, ACCOUNT).describe(), BillableTimeInSeconds=3600)
    cost = RunningJob(NAME, ACCOUNT).cost(answer)
    assert cost.hourly.as_of.endswith("eu-west-1") and cost.billed == 3600
    assert RunningJob(NAME, ACCOUNT).cost(answer, 2.0).hourly.per_hour == 2.0
