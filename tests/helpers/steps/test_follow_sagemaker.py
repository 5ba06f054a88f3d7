"""A job that runs on SageMaker: come back to, stopped, fetched whatever its end."""

import io
import json
import shutil
import tarfile

import pytest
import training_channel
from aws_account import ACCOUNT
from aws_stand_ins.answers import Reply, hung_up, refusal
from training_jobs import IMAGE, described, request, says

from helpers.aws import job_status, launched_jobs
from helpers.aws.launched_jobs import LaunchedJob
from helpers.steps import follow_sagemaker
from helpers.structures.errors import BadInput, JobFailed, JobRunsOn, MissingPart
from helpers.training.job_layout import JobLayout
from helpers.workspace import Workspace

NAME = "train-261127-063415-1a2b3c4d"
JOB = LaunchedJob(NAME, ACCOUNT.number, ACCOUNT.region, "my-bucket", "mine", IMAGE, 2.0)
PAID = {"TrainingTimeInSeconds": 3600, "BillableTimeInSeconds": 1800}
ENDED = described(NAME, "Completed", "Completed", **PAID)
STOPPED = dict(
    described(NAME, "Stopped", "MaxRuntimeExceeded", **PAID),
    ModelArtifacts={"S3ModelArtifacts": f"s3://my-bucket/mine/{NAME}/output/model.tar.gz"},
)


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Nobody waits between two questions."""
    monkeypatch.setattr(job_status.time, "sleep", lambda seconds: None)


@pytest.fixture()
def work(tmp_path):
    """A work folder from which the job was started."""
    work = Workspace.at(tmp_path / "work")
    work.training.mkdir(parents=True)
    training_channel.write(work.training)
    launched_jobs.remember(work, JOB)
    return work


def leave(bucket, *folders, **texts):
    """Puts the archive of the job into S3: folders of this machine, and files with their text."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for folder in folders:
            tar.add(str(folder), ".")
        for name, text in texts.items():
            member = tarfile.TarInfo(name.replace("__", "/"))
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    key = f"mine/{NAME}/output/model.tar.gz"
    bucket.put_object(Bucket="my-bucket", Key=key, Body=packed.getvalue())


def answered(stub, *answers):
    """SageMaker's answers about the job, the last one for ever."""
    stub.plan(*(says(answer) for answer in (*answers, *[answers[-1]] * 3)), to="DescribeTraining")


def test_a_model_is_fetched_with_its_cost(aws_stub, bucket, work):
    leave(bucket, **{"graph__export.json": '{"tflite": null}'})
    answered(aws_stub, described(NAME), described(NAME), ENDED)
    statuses = []
    model = follow_sagemaker.finish(work, JOB, statuses.append)
    assert statuses == ["InProgress: Training", "Completed: Completed"]
    assert (work.graph / "export.json").is_file()
    assert model.cost.dollars == pytest.approx(1.0, abs=0.01)
    assert "0:30:00" not in model.as_text() and "30:00 billed of 1:00:00" in model.as_text()
    assert model.state() == {
        "job": NAME,
        "hyperparameters": {"num_steps": "5"},
        "region": "eu-west-1",
        "bucket": "my-bucket",
        "prefix": "mine",
        "account": ACCOUNT.number,
        "where": "sagemaker",
    }
    assert not launched_jobs.is_known(work, NAME)


@pytest.mark.parametrize("where", ["same folder", "another machine"])
def test_a_job_is_come_back_to(aws_stub, work, tmp_path, where):
    if where == "same folder":
        assert follow_sagemaker.attach(work) == JOB
        assert follow_sagemaker.attach(work, NAME) == JOB
        return
    other = Workspace.at(tmp_path / "other")
    shutil.copytree(str(work.training), str(other.training))
    answered(aws_stub, described(NAME))
    job = follow_sagemaker.attach(other, NAME)
    assert job == JOB._replace(per_hour=0.0)
    layout = JobLayout(other.job(NAME))
    assert json.loads(layout.hyperparameters.read_text()) == {"num_steps": "5"}
    assert launched_jobs.is_known(other, NAME)


def test_what_was_never_started_is_said(aws_stub, work, tmp_path):
    aws_stub.plan(refusal("ValidationException", "Requested resource not found."), to="Describe")
    with pytest.raises(BadInput, match="nobody"):
        follow_sagemaker.attach(work, "nobody")
    with pytest.raises(MissingPart, match="state.json"):
        follow_sagemaker.attach(Workspace.at(tmp_path / "empty"))


def test_credentials_of_another_account_do_not_follow(aws, work):
    job = JOB._replace(account="999999999999")
    with pytest.raises(BadInput, match="123456789012.*999999999999.*AWS_PROFILE"):
        follow_sagemaker.finish(work, job)


def test_ctrl_c_ends_the_waiting_and_says_that_the_job_runs_on(aws_stub, work):
    answered(aws_stub, described(NAME))

    def interrupted(status):
        raise KeyboardInterrupt

    with pytest.raises(JobRunsOn, match=f"{NAME} .*2 USD.*--attach {NAME}.*--stop {NAME}"):
        follow_sagemaker.finish(work, JOB, interrupted)
    assert launched_jobs.is_known(work, NAME)


def test_an_hour_without_an_answer_says_how_to_come_back(aws_stub, work, monkeypatch):
    monkeypatch.setattr(job_status, "PATIENCE", -1)
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", _no_delay)
    aws_stub.plan(says(described(NAME)), *[hung_up] * 20, to="Describe")
    with pytest.raises(JobRunsOn, match=f"--attach {NAME}"):
        follow_sagemaker.finish(work, JOB)
    assert launched_jobs.is_known(work, NAME)


def _no_delay(self, context):
    return 0


def test_a_failed_job_says_why_first(aws_stub, work):
    failed = described(NAME, "Failed", "Failed", FailureReason="AlgorithmError: a.jpg: 0 bytes")
    answered(aws_stub, failed)
    with pytest.raises(JobFailed, match="^AlgorithmError: a.jpg: 0 bytes"):
        follow_sagemaker.finish(work, JOB)


def test_stopping_is_one_call(aws_stub, work):
    aws_stub.plan(says(described(NAME)), says(described(NAME, "Stopping")), to="Describe")
    aws_stub.plan(lambda asked, forward: Reply(200, {}, b"{}"), to="StopTrainingJob")
    assert "Stopping" in follow_sagemaker.stop(work)
    assert len(aws_stub.titles("StopTrainingJob")) == 1


@pytest.mark.parametrize("left", ["archive", "checkpoints"])
def test_what_was_stopped_is_exported_here(aws_stub, bucket, trained, tmp_path, left):
    work = Workspace.at(tmp_path / "work")
    for name in ("training", "checkpoint"):
        (work.root / name).parent.mkdir(exist_ok=True)
        (work.root / name).symlink_to(trained.root / name, target_is_directory=True)
    hyperparameters = {"num_steps": "400", "quantize": "true"}
    stopped = dict(STOPPED, HyperParameters=hyperparameters)
    answered(aws_stub, stopped)
    job = follow_sagemaker.attach(work, NAME)
    model = JobLayout(trained.job_in_use()).model
    if left == "archive":
        partial = tmp_path / "partial"
        shutil.copytree(str(model), str(partial), ignore=shutil.ignore_patterns("graph"))
        leave(bucket, partial)
    else:
        for path in model.glob("*ckpt*"):
            key = f"mine/{NAME}/checkpoints/{path.name}"
            bucket.put_object(Bucket="my-bucket", Key=key, Body=path.read_bytes())
    found = follow_sagemaker.finish(work, job)
    assert found.stopped == "MaxRuntimeExceeded"
    assert json.loads((work.graph / "export.json").read_text())["passed"]
    assert "MaxRuntimeExceeded" in found.summary_as_text()


def test_the_request_is_of_the_same_job():
    assert request(NAME)["HyperParameters"] == described(NAME)["HyperParameters"]
