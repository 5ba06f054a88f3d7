"""Batch jobs over photos in S3: sent, waited for, and their answers read, in a stand-in for AWS."""

import json

import pytest
from aws_account import ACCOUNT
from training_jobs import says

from helpers.aws import inventory, removal, sagemaker_transform
from helpers.aws.s3_layout import Place
from helpers.aws.sagemaker_hosting import BATCH_AT_ONCE, BATCH_MB, HostedModel

JOB, NAME = "train-1", "train-1-batch-260101-000000"
MODEL = HostedModel(
    NAME,
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com/photos-to-pi:abc",
    "arn:aws:iam::123456789012:role/Trainer",
    Place("my-bucket", f"mine/{JOB}/output/model.tar.gz"),
)
WHERE = sagemaker_transform.places(MODEL, JOB, NAME)
FOUND = {"label": "cat", "score": 0.9, "box": [1.0, 2.0, 3.0, 4.0]}


def answer(*detections):
    images = [{"width": 40, "height": 20, "detections": list(detections)}]
    return json.dumps({"images": images}).encode()


def write(bucket, key, content):
    bucket.put_object(Bucket="my-bucket", Key=f"{WHERE.out.key}{key}", Body=content)


def test_everything_lies_below_the_prefix_of_the_training_job():
    assert WHERE.photos == Place("my-bucket", f"mine/batch/{NAME}/photos/")
    assert WHERE.out == Place("my-bucket", f"mine/batch/{NAME}/out/")
    assert BATCH_MB * BATCH_AT_ONCE <= 100  # SageMaker's limit


def test_photos_are_sent_under_their_number(bucket, tmp_path):
    names = ["b/Ünal 1.JPG", "a.png"]
    paths = {name: tmp_path / f"{number}" for number, name in enumerate(names)}
    for name, path in paths.items():
        path.write_bytes(name.encode())
    sagemaker_transform.send_photos(paths, WHERE, ACCOUNT)
    for name, key in zip(names, ("000000.jpg", "000001.png")):
        stored = bucket.get_object(Bucket="my-bucket", Key=WHERE.photos.key + key)
        assert stored["Body"].read() == name.encode()


@pytest.mark.parametrize("size, refused", [(BATCH_MB * 10**6, 0), (BATCH_MB * 10**6 + 1, 1)])
def test_a_large_photo_is_left_out(tmp_path, size, refused):
    path = tmp_path / "a.jpg"
    with path.open("wb") as stream:
        stream.truncate(size)
    assert len(sagemaker_transform.too_large({"a.jpg": path})) == refused


def test_each_photo_has_a_row_whatever_became_of_it(bucket):
    photos = ["a.jpg", "b.png", "c.jpg", "d.jpg", "e.jpg"]
    write(bucket, "000000.jpg.out", answer(FOUND))
    write(bucket, f"{NAME}/000001.png.out", answer())  # as local mode lays them out
    write(bucket, "000002.jpg.out", b'{"error": "no photo"}')
    write(bucket, "000003.jpg.out", b"<html>")
    rows = sagemaker_transform.answers(photos, WHERE, ACCOUNT)
    assert [row["image"] for row in rows] == photos
    assert rows[0] == {"image": "a.jpg", "width": 40, "height": 20, "detections": [FOUND]}
    assert rows[1]["detections"] == [] and rows[2]["error"] == "no photo"
    assert "<html>" in rows[3]["error"] and rows[4]["error"] == sagemaker_transform.UNANSWERED
    assert sagemaker_transform.answered(WHERE, bucket) == 4


def test_a_job_is_started_and_its_model_found_for_removal(aws):
    client = ACCOUNT.client("sagemaker")
    request = MODEL.transform_request(*WHERE)
    sagemaker_transform.start(client, MODEL, request)
    seen = []
    assert sagemaker_transform.wait(lambda: client, NAME, seen.append, 0) == ""
    assert seen == ["Completed"]
    assert [(item.kind, item.name) for item in inventory.find(ACCOUNT)] == [("model", NAME)]


@pytest.mark.parametrize(
    "status, given, reason",
    [
        ("Failed", {"FailureReason": "ClientError: bad photo"}, "ClientError: bad photo"),
        ("Stopped", {}, "SageMaker gives no reason (Stopped)"),
    ],
    ids=["failed", "stopped"],
)
def test_why_a_job_ended_is_told(aws_stub, status, given, reason):
    running = {"TransformJobName": NAME, "TransformJobStatus": "InProgress"}
    ended = dict(running, TransformJobStatus=status, **given)
    aws_stub.plan(says(running), says(ended), to="DescribeTransformJob")
    seen = []
    client = ACCOUNT.client("sagemaker")
    assert sagemaker_transform.wait(lambda: client, NAME, seen.append, 0) == reason
    assert seen == ["InProgress", status]


def test_a_job_under_way_is_found_and_stopped(aws_stub):
    client = ACCOUNT.client("sagemaker")
    sagemaker_transform.start(client, MODEL, MODEL.transform_request(*WHERE))
    under_way = dict(
        client.describe_transform_job(TransformJobName=NAME), TransformJobStatus="InProgress"
    )
    times = ("CreationTime", "TransformStartTime", "TransformEndTime", "ResponseMetadata")
    kept = {key: value for key, value in under_way.items() if key not in times}
    aws_stub.plan(says(kept), to="DescribeTransformJob")
    (job,) = [item for item in inventory.find(ACCOUNT) if item.kind == "running batch job"]
    assert job.name == NAME and job.detail == "0.115 USD an hour"
    aws_stub.plan(says({}), to="StopTransformJob")
    assert removal.remove(ACCOUNT, [job]) == [job] and aws_stub.left == 0
