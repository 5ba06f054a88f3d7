"""Broken lines, quotas, names and stores: each error played by a stub or met by a real client."""

import contextlib
import socket

import aws_error_calls as error_calls
import pytest
from aws_stand_ins.answers import cut, hung_up, page, refusal, slow

from helpers.aws import account
from helpers.aws.service_errors import NETWORK, QUOTAS, SERVICE_ERRORS

ROLE = "arn:aws:iam::123456789012:role/Trainer"
QUOTA = (
    "The account-level service limit 'ml.p3.2xlarge for training job usage' is 0 Instances, with "
    "current utilization of 0 Instances and a request delta of 1 Instances."
)
ASSUME = (
    f"Could not assume role {ROLE}. Please ensure that the role exists and allows principal "
    "'sagemaker.amazonaws.com' to assume the role."
)
IMAGE = (
    "Cannot find repository: photos in registry ID: 123456789012 Please check if your ECR "
    "repository and image exist and role has proper pull permissions for SageMaker"
)
HEADER = "The authorization header is malformed; the region 'x' is wrong; expecting 'us-west-2'"
MINE = "Do this."  # what the caller knows to do
REFUSALS = {
    "throttled": ("job", "ThrottlingException", "Rate exceeded", ["Wait a minute"]),
    "throttled by S3": ("put", "SlowDown", "", ["Wait a minute"]),
    "fault of AWS": ("job", "InternalFailure", "", ["health.aws.amazon.com"]),
    "fault of S3": ("put", "ServiceUnavailable", "", ["health.aws.amazon.com"]),
    "quota": ("job", "ResourceLimitExceeded", QUOTA, ["'ml.p3.2xlarge for", "is 0", QUOTAS]),
    "used up": ("ecr", "LimitExceededException", "Too many repositories", ["Too many", QUOTAS]),
    "no capacity": ("job", "CapacityError", "Unable to provision", ["another instance type"]),
    "name taken": ("job", "ResourceInUse", "", [MINE]),
    "under way": ("put", "OperationAborted", "", ["Wait a minute"]),
    "role not trusted": ("job", "ValidationException", ASSUME, [ROLE, "sts:AssumeRole"]),
    "image not found": ("job", "ValidationException", IMAGE, ["photos", "03_build_push"]),
    "no such job": ("job", "ValidationException", "Requested resource not found.", [MINE]),
    "invalid": ("job", "ValidationException", "1 validation error: volume", ["volume", MINE]),
    "no such role": ("role", "NoSuchEntity", "The role Trainer", ["Trainer", MINE]),
    "no such bucket": ("put", "NoSuchBucket", "", ["no such bucket", MINE]),
    "bucket of another": ("make", "BucketAlreadyExists", "", ["another account"]),
    "bucket made before": ("make", "BucketAlreadyOwnedByYou", "", ["this account has"]),
    "bucket name": ("list", "InvalidBucketName", "", ["3 to 63"]),
    "malformed region": ("put", "AuthorizationHeaderMalformed", HEADER, [", us-west-2"]),
    "no such file": ("get", "NoSuchKey", "", [MINE]),
    "upload removed": ("put", "NoSuchUpload", "", ["from its start"]),
    "archived": ("get", "InvalidObjectState", "", ["restore-object"]),
    "changed bytes": ("put", "BadDigest", "", ["arrived"]),
    "no such repository": ("ecr", "RepositoryNotFoundException", "", ["03_build_push"]),
    "no such image": ("ecr", "ImageNotFoundException", "", ["03_build_push"]),
    "tag taken": ("ecr", "ImageTagAlreadyExistsException", "", ["another tag"]),
    "unheard of": ("job", "NeverHeardOfException", "Sorry", ["Sorry", MINE]),
}


@pytest.fixture
def once(monkeypatch):
    """Nothing is asked twice, and nobody is waited for."""
    monkeypatch.setattr(account, "ATTEMPTS", 0)
    monkeypatch.setattr(account, "READ_SECONDS", 0.5)
    monkeypatch.setattr(account, "CONNECT_SECONDS", 0.5)


@pytest.mark.parametrize("call, code, words, expected", list(REFUSALS.values()), ids=list(REFUSALS))
def test_refusals(aws_stub, once, call, code, words, expected):
    aws_stub.plan(refusal(code, words))
    text = error_calls.said(call, MINE)
    assert f"[{code}]" in text and [part for part in expected if part not in text] == []
    assert (MINE in text) == (MINE in expected) and aws_stub.left == 0


LINES = {
    "hung up": ("sts", hung_up, "ConnectionClosedError", ["127.0.0.1", "again"]),
    "slow": ("sts", slow(2), "ReadTimeoutError", ["127.0.0.1", "again"]),
    "page of a proxy": ("sts", page("<html><p>Log in"), "ResponseParserError", ["HTTPS_PROXY"]),
    "refusal of a proxy": ("sts", page("<html></html>", 403), "ClientError", ["HTTPS_PROXY"]),
    "gateway": ("put", page("<html></html>", 502), "502", ["health.aws.amazon.com"]),
    "not there": ("head", refusal("NoSuchBucket", "", 404), "404", ["no such thing"]),
}


@pytest.mark.parametrize("call, answer, code, expected", list(LINES.values()), ids=list(LINES))
def test_lines(aws_stub, once, call, answer, code, expected):
    aws_stub.plan(answer)
    text = error_calls.said(call)
    assert f"[{code}]" in text and [part for part in expected if part not in text] == []


def test_a_line_that_breaks_in_the_middle(aws_stub, bucket):
    bucket.put_object(Bucket="my-bucket", Key="a", Body=b"x" * 5000)
    aws_stub.plan(cut(100), to="GET /my-bucket/a")
    assert "[ResponseStreamingError]" in error_calls.said("get")


def test_a_bucket_of_another_region(aws_stub, once, bucket):
    aws_stub.regions["my-bucket"] = "us-west-2"
    aws_stub.plan(refusal("PermanentRedirect", "", 301), to="eu-west-1|us-west-2|PUT")
    text = error_calls.said("put", MINE)
    assert "[PermanentRedirect]" in text and "another region" in text


@pytest.mark.parametrize(
    "variables, code, expected",
    [
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "EndpointConnectionError", NETWORK),
        (
            {"AWS_ENDPOINT_URL": "http://aws.invalid", "HTTP_PROXY": "http://127.0.0.1:9"},
            "ProxyConnectionError",
            "HTTPS_PROXY",
        ),
    ],
    ids=["nobody", "no proxy"],
)
def test_nobody_answers(aws, once, monkeypatch, variables, code, expected):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    text = error_calls.said("sts")
    assert expected in text and f"[{code}]" in text


def test_nobody_answers_in_time(aws, once, monkeypatch):
    with contextlib.ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):  # nobody accepts, so the queue is full
            caller = stack.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(full.getsockname())
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{full.getsockname()[1]}")
        text = error_calls.said("sts")
    assert "[ConnectTimeoutError]" in text and NETWORK in text


def test_every_entry_has_a_cause_and_a_remedy():
    for known in SERVICE_ERRORS:
        assert known.names and known.cause and known.remedy
        assert ". " not in known.cause + known.remedy and not known.remedy.endswith(".")
