"""What a job left: its archive or its checkpoints, and its log."""

import io
import tarfile
import time

import pytest
from aws_account import ACCOUNT
from aws_stand_ins.answers import refusal

from helpers.aws import job_log, job_results
from helpers.aws.job_status import Ended, Job
from helpers.aws.s3_layout import Place
from helpers.structures.errors import HelpersError, JobFailed
from helpers.training.job_layout import JobLayout

NAME = "train-1"
JOB = Job("Training", NAME)
ARCHIVE = Place("my-bucket", f"{NAME}/output/model.tar.gz")
CHECKPOINTS = Place("my-bucket", f"{NAME}/checkpoints/")
METRICS = {
    "FinalMetricDataList": [{"MetricName": "loss", "Value": 0.5}, {"MetricName": "a", "Value": 2}]
}


@pytest.fixture()
def layout(tmp_path):
    return JobLayout(tmp_path / NAME)


def archive(*names):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name in names:
            tar.addfile(tarfile.TarInfo(name), io.BytesIO())
    return packed.getvalue()


def put_checkpoints(bucket):
    for name in ("checkpoint", "model.ckpt-5.index", "best/best.json"):
        bucket.put_object(Bucket="my-bucket", Key=CHECKPOINTS.key + name, Body=b"x")


def test_the_archive_is_unpacked(bucket, layout):
    bucket.put_object(Bucket="my-bucket", Key=ARCHIVE.key, Body=archive("model.ckpt-5.index"))
    put_checkpoints(bucket)
    job_results.fetch(JOB, Ended(ARCHIVE, CHECKPOINTS), ACCOUNT, layout)
    assert [path.name for path in layout.model.iterdir()] == ["model.ckpt-5.index"]
    assert not layout.checkpoints.exists()


@pytest.mark.parametrize("packed", [None, ()], ids=["no archive", "an empty one"])
@pytest.mark.parametrize("named", [True, False], ids=["named", "not named"])
def test_without_a_model_the_checkpoints_are_fetched(bucket, layout, packed, named):
    put_checkpoints(bucket)
    if packed is not None:
        bucket.put_object(Bucket="my-bucket", Key=ARCHIVE.key, Body=archive(*packed))
    ended = Ended(ARCHIVE if named else None, CHECKPOINTS, "Stopped")
    job_results.fetch(JOB, ended, ACCOUNT, layout)
    found = sorted(
        str(path.relative_to(layout.checkpoints)) for path in layout.checkpoints.rglob("*.*")
    )
    assert found == ["best/best.json", "model.ckpt-5.index"]


def test_a_job_that_left_nothing_says_so(bucket, layout):
    with pytest.raises(JobFailed, match="Stopped.*first checkpoint.*train-1"):
        job_results.fetch(JOB, Ended(ARCHIVE, CHECKPOINTS, "Stopped"), ACCOUNT, layout)


def test_an_archive_that_may_not_be_read_is_no_missing_one(bucket, aws_stub, layout):
    put_checkpoints(bucket)
    aws_stub.plan(refusal("403", "Forbidden", 403), to="s3 HEAD")
    with pytest.raises(HelpersError, match="model.tar.gz"):
        job_results.fetch(JOB, Ended(ARCHIVE, CHECKPOINTS), ACCOUNT, layout)
    assert not layout.checkpoints.exists()


def test_the_log_is_kept(aws, layout):
    client, stream = ACCOUNT.client("logs"), {"logStreamName": f"{NAME}/algo-1-1"}
    stream["logGroupName"] = job_log.GROUP
    client.create_log_group(logGroupName=job_log.GROUP)
    client.create_log_stream(**stream)
    now = int(1000 * time.time())
    events = [{"timestamp": now + number, "message": f"line {number}"} for number in range(3)]
    client.put_log_events(logEvents=events, **stream)
    job_results.keep_log(JOB, METRICS, ACCOUNT, layout)
    assert layout.log.read_text().splitlines() == [
        "line 0",
        "line 1",
        "line 2",
        "a = 2",
        "loss = 0.5",
    ]


def test_who_may_not_read_logs_has_the_metrics(aws_stub, layout):
    aws_stub.plan(refusal("AccessDeniedException", "not authorized"), to="logs ")
    job_results.keep_log(JOB, METRICS, ACCOUNT, layout)
    first, *others = layout.log.read_text().splitlines()
    assert "AccessDeniedException" in first and others == ["a = 2", "loss = 0.5"]


def test_another_refusal_is_an_error(aws_stub, layout):
    aws_stub.plan(refusal("InvalidParameterException", "no"), to="logs ")
    with pytest.raises(HelpersError, match="InvalidParameterException"):
        job_results.keep_log(JOB, {}, ACCOUNT, layout)
