"""TensorFlow's own S3 client: what it is told, and that it then signs what it sends."""

import contextlib
import json
import subprocess
import sys

import pytest
from aws_account import ACCOUNT, REGION

from helpers.aws import tensorflow_s3
from helpers.aws.renewed_keys import renewed
from helpers.structures.errors import MissingPart

ADDRESS = "s3://my-bucket/mine/result"
WRITE = """
import sys
import tensorflow as tf
with tf.io.gfile.GFile(sys.argv[1] + "/a.txt", "w") as stream:
    stream.write("hello")
print(tf.io.gfile.listdir(sys.argv[1]))
"""
KEY, SECRET = "AKIAPLANTEDPLANTED00", "plantedsecret"


@pytest.fixture
def credential_process(aws_stub, monkeypatch, tmp_path):
    """Keys come from a program that a profile names, as with many companies' single sign-on."""
    answer = {"Version": 1, "AccessKeyId": KEY, "SecretAccessKey": SECRET, "SessionToken": "t"}
    (tmp_path / "answer.json").write_text(json.dumps(answer))
    (tmp_path / "config").write_text(
        f"[profile mine]\ncredential_process = cat {tmp_path / 'answer.json'}\n"
    )
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)  # it remembers what it read
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))


@pytest.mark.parametrize("given", [contextlib.nullcontext, renewed], ids=["frozen", "renewed"])
def test_with_keys_of_a_process_the_client_signs(aws_stub, bucket, credential_process, given):
    with given(tensorflow_s3.for_model_dir(ADDRESS)) as variables:
        before = len(aws_stub.asked)
        ran = subprocess.run(
            [sys.executable, "-c", WRITE, ADDRESS],
            env=dict(variables, PATH="/usr/bin:/bin"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
        )
    assert ran.returncode == 0, ran.stderr
    assert "a.txt" in ran.stdout
    asked = aws_stub.asked[before:]
    signed = [one.headers.get("authorization", "") for one in asked]
    assert asked and all(f"Credential={KEY}/" in text for text in signed)
    assert all(f"/{REGION}/s3/" in text for text in signed)
    assert {one.headers.get("x-amz-security-token") for one in asked} == {"t"}
    body = bucket.get_object(Bucket="my-bucket", Key="mine/result/a.txt")["Body"].read()
    assert body == b"hello"


@pytest.mark.parametrize("model_dir", ["", "/opt/result", "result"])
def test_a_folder_of_this_machine_asks_nobody(without_aws, model_dir):
    assert tensorflow_s3.for_model_dir(model_dir) == {}


def test_who_has_set_up_the_client_is_let_be(without_aws, monkeypatch):
    monkeypatch.setenv("S3_ENDPOINT", "store:9000")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    expected = {"S3_ENDPOINT": "store:9000", "AWS_ACCESS_KEY_ID": KEY}
    assert tensorflow_s3.for_model_dir(ADDRESS) == expected


def test_without_an_account_nothing_is_sent(without_aws):
    with pytest.raises(MissingPart, match="no AWS credentials"):
        tensorflow_s3.for_model_dir(ADDRESS)


@pytest.mark.parametrize("owner", ["", "999999999999"], ids=["no bucket", "another account's"])
def test_a_bucket_that_is_not_ours_gets_no_keys(aws_stub, request, owner):
    if owner:
        request.getfixturevalue("bucket")
        aws_stub.owners["my-bucket"] = owner
    with pytest.raises(MissingPart, match="my-bucket"):
        tensorflow_s3.for_model_dir(ADDRESS)


def test_the_region_is_that_of_the_bucket(bucket, monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    assert tensorflow_s3.for_model_dir(ADDRESS)["AWS_REGION"] == REGION


def test_amazons_own_endpoint_is_left_out(aws, monkeypatch):
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    variables = tensorflow_s3.environment(ACCOUNT)
    assert "S3_ENDPOINT" not in variables and variables["AWS_REGION"] == ACCOUNT.region


@pytest.mark.parametrize("in_container, given", [(False, False), (True, True)])
def test_what_a_machine_renews_is_frozen_only_for_a_container(
    aws, monkeypatch, in_container, given
):
    from botocore.credentials import Credentials

    held = Credentials("id", "secret", "token", method="iam-role")
    monkeypatch.setattr("boto3.Session.get_credentials", lambda self: held)
    variables = tensorflow_s3.environment(ACCOUNT, in_container)
    assert ("AWS_ACCESS_KEY_ID" in variables) is given


def test_a_token_of_other_keys_is_taken_away(aws, monkeypatch):
    from botocore.credentials import Credentials

    monkeypatch.setenv("AWS_SESSION_TOKEN", "of other keys")
    held = Credentials("id", "secret", method="shared-credentials-file")
    monkeypatch.setattr("boto3.Session.get_credentials", lambda self: held)
    assert tensorflow_s3.environment(ACCOUNT)["AWS_SESSION_TOKEN"] == ""
