"""What AWS refuses, in words of one line: what counts where several things could be said."""

import boto3
import pytest
from aws_account import ACCOUNT
from aws_stand_ins.answers import cut, refusal

from helpers.aws import account
from helpers.aws.error_messages import code_of, failure_remedy, quoted, translated_errors
from helpers.structures.errors import HelpersError

MINE = "Make it first."


def said(call, *args, **parameters):
    """The message for the user."""
    with pytest.raises(HelpersError) as caught:
        with translated_errors("s3://my-bucket", MINE):
            call(*args, **parameters)
    return str(caught.value)


@pytest.fixture
def client(aws_stub, monkeypatch):
    """A client of S3 that asks once."""
    monkeypatch.setattr(account, "ATTEMPTS", 0)
    return ACCOUNT.client("s3")


@pytest.mark.parametrize(
    "code, is_mine",
    [("NoSuchBucket", True), ("NeverHeardOf", True), ("ExpiredToken", False), ("SlowDown", False)],
    ids=str,
)
def test_the_callers_remedy_is_for_the_thing_not_for_the_way_there(aws_stub, client, code, is_mine):
    aws_stub.plan(refusal(code))
    text = said(client.list_objects_v2, Bucket="my-bucket")
    assert text.startswith("s3://my-bucket: ") and f"[{code}]" in text
    assert text.endswith(MINE) == is_mine


def test_what_a_transfer_wraps_is_what_is_said(aws_stub, client, tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    aws_stub.plan(refusal("ExpiredToken"))
    text = said(client.upload_file, str(tmp_path / "a"), "my-bucket", "a")
    assert "[ExpiredToken]" in text and "S3UploadFailedError" not in text


def test_a_line_that_breaks_again_and_again(aws_stub, bucket, tmp_path, monkeypatch):
    monkeypatch.setattr(account, "ATTEMPTS", 0)
    bucket.put_object(Bucket="my-bucket", Key="a", Body=b"x" * 5000)
    aws_stub.plan(*[cut(100)] * 9, to="GET /my-bucket/a")
    text = said(ACCOUNT.client("s3").download_file, "my-bucket", "a", str(tmp_path / "a"))
    assert "[ResponseStreamingError]" in text or "[IncompleteReadError]" in text


def test_codes(aws_stub, client):
    aws_stub.plan(refusal("NoSuchBucket"))
    with pytest.raises(client.exceptions.NoSuchBucket) as caught:
        client.list_objects_v2(Bucket="my-bucket")
    assert code_of(caught.value) == "NoSuchBucket" and "[NoSuchBucket]" in quoted(caught.value)
    assert code_of(ValueError("x")) == ""


@pytest.mark.parametrize(
    "reason, expected",
    [
        ("CapacityError: Unable to provision requested ML compute capacity.", "instance type"),
        ("InternalServerError: We encountered an internal error.", "health.aws.amazon.com"),
        ("AlgorithmError: , exit code: 137", "batch_size"),
        ("ClientError: Could not assume role arn:aws:iam::1:role/x. Please", "sts:AssumeRole"),
        ("AlgorithmError: NaN loss at step 3, exit code: 1", ""),
        ("it was stopped (Stopped)", ""),
    ],
    ids=["capacity", "internal", "memory", "role", "of the trainer", "not of AWS"],
)
def test_failures_of_jobs(reason, expected):
    remedy = failure_remedy(reason)
    assert expected in remedy and bool(expected) == bool(remedy)


def test_other_errors_pass():
    with pytest.raises(ValueError):
        with translated_errors("anything"):
            raise ValueError("x")


def test_settings_that_no_client_can_be_made_of(aws, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "other")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with pytest.raises(HelpersError, match=r"other .*\[ProfileNotFound\]"):
        ACCOUNT.client("s3")
