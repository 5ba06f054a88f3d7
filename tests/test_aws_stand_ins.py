"""The stand-ins for AWS: what they refuse, and what they play."""

import json
import urllib.error
import urllib.request

import pytest
from aws_stand_ins.answers import cut, hung_up, lost, page, passed, refusal, slow

boto3 = pytest.importorskip("boto3", reason="no boto3. Run: make setup")
from botocore.config import Config  # noqa: E402
from botocore.exceptions import (  # noqa: E402
    ClientError,
    ConnectionClosedError,
    ReadTimeoutError,
    ResponseStreamingError,
)

ONCE = Config(retries={"max_attempts": 0}, read_timeout=0.5)
JOB = {"TrainingJobName": "a"}


def code(call, *args, **parameters):
    """The code of the refusal that a call ends with."""
    with pytest.raises(ClientError) as caught:
        call(*args, **parameters)
    return caught.value.response["Error"]["Code"]


@pytest.mark.parametrize(
    "service, method, parameters",
    [
        ("sagemaker", "describe_training_job", JOB),
        ("sts", "get_caller_identity", {}),
        ("s3", "list_objects_v2", {"Bucket": "my-bucket"}),
        ("iam", "list_roles", {}),
        ("ecr", "get_authorization_token", {}),
        ("logs", "describe_log_groups", {}),
    ],
    ids=["sagemaker", "sts", "s3", "iam", "ecr", "logs"],
)
def test_a_refusal_is_read_by_the_client_of_each_service(aws_stub, service, method, parameters):
    aws_stub.plan(refusal("AccessDeniedException", "not allowed", 403))
    call = getattr(boto3.client(service, config=ONCE), method)
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    assert caught.value.response["Error"]["Message"] == "not allowed"
    assert aws_stub.left == 0 and aws_stub.asked[0].service == service


def test_only_the_requests_that_were_meant_get_a_planned_answer(aws_stub, bucket):
    client = boto3.client("s3")
    aws_stub.plan(passed, refusal("SlowDown", status=503), to="s3 PUT /my-bucket/")
    for key in ("a", "b"):  # the second is tried again
        client.put_object(Bucket="my-bucket", Key=key, Body=b"x")
    assert client.list_objects_v2(Bucket="my-bucket")["KeyCount"] == 2
    puts = ["s3 PUT /my-bucket/a", "s3 PUT /my-bucket/b", "s3 PUT /my-bucket/b"]
    assert aws_stub.titles("PUT /my-bucket/") == puts


@pytest.mark.parametrize(
    "answer, error",
    [(hung_up, ConnectionClosedError), (slow(1), ReadTimeoutError)],
    ids=["hung up", "slow"],
)
def test_lines_break_before_an_answer(aws_stub, answer, error):
    aws_stub.plan(answer)
    with pytest.raises(error):
        boto3.client("sts", config=ONCE).get_caller_identity()


def test_a_line_that_breaks_after_the_work_was_done(aws_stub, bucket):
    client = boto3.client("s3", config=ONCE)
    aws_stub.plan(lost)
    with pytest.raises(ConnectionClosedError):
        client.put_object(Bucket="my-bucket", Key="a", Body=b"x")
    assert client.get_object(Bucket="my-bucket", Key="a")["Body"].read() == b"x"


def test_a_line_that_breaks_in_the_middle_of_an_answer(aws_stub, bucket):
    bucket.put_object(Bucket="my-bucket", Key="a", Body=b"x" * 5000)
    aws_stub.plan(cut(100), to="GET /my-bucket/a")
    body = boto3.client("s3").get_object(Bucket="my-bucket", Key="a")["Body"]
    with pytest.raises(ResponseStreamingError):
        body.read()


def test_an_answer_that_is_not_of_aws(aws_stub):
    aws_stub.plan(page("<html>Log in</html>", 403))
    with pytest.raises(ClientError) as caught:
        boto3.client("sts", config=ONCE).get_caller_identity()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_a_bucket_of_another_region_redirects(aws_stub, bucket):
    aws_stub.regions["my-bucket"] = "us-west-2"
    client = boto3.client("s3")
    assert client.list_objects_v2(Bucket="my-bucket")["KeyCount"] == 0  # botocore follows
    assert {one.region for one in aws_stub.asked} >= {"eu-west-1", "us-west-2"}


def test_a_bucket_of_another_account_is_closed(aws_stub, bucket):
    aws_stub.owners["my-bucket"] = "999999999999"
    client = boto3.client("s3")
    assert code(client.list_objects_v2, Bucket="my-bucket") == "AccessDenied"
    mine = dict(Bucket="my-bucket", ExpectedBucketOwner="123456789012")
    assert code(client.list_objects_v2, **mine) == "AccessDenied"
    theirs = dict(mine, ExpectedBucketOwner="999999999999")
    assert client.list_objects_v2(**theirs)["KeyCount"] == 0


def test_etags_of_kms_are_no_md5_and_stay_the_same(aws_stub, bucket, tmp_path):
    (tmp_path / "big").write_bytes(b"x" * (17 << 20))
    boto3.client("s3").upload_file(str(tmp_path / "big"), "my-bucket", "big")
    plain = {item["ETag"] for item in bucket.list_objects_v2(Bucket="my-bucket")["Contents"]}
    aws_stub.kms = True
    client = boto3.client("s3")
    for key in ("encrypted", "encrypted"):
        client.upload_file(str(tmp_path / "big"), "my-bucket", key)
    listed = {
        item["Key"]: item["ETag"] for item in client.list_objects_v2(Bucket="my-bucket")["Contents"]
    }
    assert not plain & set(listed.values())
    head = client.head_object(Bucket="my-bucket", Key="encrypted")
    assert head["ETag"] == listed["encrypted"] and head["ContentLength"] == 17 << 20


@pytest.mark.parametrize(
    "parameters, breach",
    [
        ({"TrainingJobName": "a_b"}, "TrainingJobName"),
        ({"TrainingJobName": "a" * 64}, "longer"),
        ({}, "TrainingJobName"),
        ({"TrainingJobName": 7}, "TrainingJobName"),
    ],
    ids=["pattern", "too long", "missing", "kind"],
)
def test_what_breaks_the_model_is_refused_also_from_another_process(aws, parameters, breach):
    body = json.dumps(parameters).encode()
    headers = {
        "X-Amz-Target": "SageMaker.DescribeTrainingJob",
        "Authorization": "AWS4-HMAC-SHA256 Credential=A/20260101/eu-west-1/sagemaker/aws4_request",
    }
    request = urllib.request.Request(aws, body, headers)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    answer = json.loads(caught.value.read())
    assert answer["__type"] == "ValidationException" and breach in answer["message"]


def test_what_breaks_the_model_ends_the_test_that_sends_it(aws):
    with pytest.raises(AssertionError, match="DescribeTrainingJob: .*a_b"):
        boto3.client("sagemaker").describe_training_job(TrainingJobName="a_b")


def test_a_test_finds_nothing_of_the_one_before(aws):
    assert boto3.client("s3").list_buckets()["Buckets"] == []
