"""What an account's clients tell AWS, seen as the requests that leave."""

import pytest
from aws_account import ACCOUNT
from botocore.exceptions import ClientError

HEADER = "x-amz-expected-bucket-owner"


@pytest.fixture()
def sent(bucket):
    """A client of S3, and the requests that it has sent."""
    client, requests = ACCOUNT.client("s3"), []
    client.meta.events.register("before-send.s3", lambda request, **_: requests.append(request))
    return client, requests


def test_s3_is_told_whose_bucket_it_must_be(sent, tmp_path):
    client, requests = sent
    path = tmp_path / "large"
    path.write_bytes(bytes(9 << 20))  # in parts
    client.upload_file(str(path), "my-bucket", "large")
    client.list_objects_v2(Bucket="my-bucket")
    client.copy_object(Bucket="my-bucket", Key="copy", CopySource="/my-bucket/large")
    client.delete_object(Bucket="my-bucket", Key="large")
    assert len(requests) >= 7
    owners = {request.headers.get(HEADER) for request in requests}
    assert {str(owner, "ascii") if isinstance(owner, bytes) else owner for owner in owners} == {
        ACCOUNT.number
    }


def test_other_calls_are_left_as_they_are(sent):
    client, requests = sent
    client.list_buckets()
    (request,) = requests
    assert HEADER not in request.headers


def test_clients_are_of_the_region_and_try_again(aws):
    client = ACCOUNT.client("sagemaker")
    assert client.meta.region_name == ACCOUNT.region
    assert client.meta.config.retries["mode"] == "standard"


def test_clients_of_a_session_name_the_owner_too(aws_stub):
    aws_stub.owners["my-bucket"] = "999999999999"
    client = ACCOUNT.session().client("s3")
    with pytest.raises(ClientError):
        client.list_objects_v2(Bucket="my-bucket")
    (asked,) = aws_stub.asked
    assert asked.headers["x-amz-expected-bucket-owner"] == ACCOUNT.number
    assert client.meta.region_name == ACCOUNT.region
