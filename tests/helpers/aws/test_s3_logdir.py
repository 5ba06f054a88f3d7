"""TensorBoard's own S3 client: what it is told."""

import json
import time
from urllib.request import urlopen

import event_files
import pytest
from aws_account import ACCOUNT, REGION

from helpers.aws import s3_logdir
from helpers.aws.s3_layout import Place
from helpers.structures.errors import BadInput
from helpers.training.tensorboard import TensorBoard, TensorBoardOptions


@pytest.fixture()
def settings(monkeypatch, tmp_path):
    """Sets what boto3 goes by, and nothing else."""

    def set_variables(**variables):
        monkeypatch.setattr("boto3.DEFAULT_SESSION", None)  # it remembers what it read
        for name in ("PROFILE", "SESSION_TOKEN", "ENDPOINT_URL", "ACCESS_KEY_ID"):
            monkeypatch.delenv(f"AWS_{name}", raising=False)
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        for name in ("CONFIG_FILE", "SHARED_CREDENTIALS_FILE"):
            monkeypatch.setenv(f"AWS_{name}", str(tmp_path / name))
        for name, value in variables.items():
            monkeypatch.setenv(f"AWS_{name}", value)

    return set_variables


def test_variables_of_amazons_own_s3(settings):
    settings(ACCESS_KEY_ID="id", SECRET_ACCESS_KEY="secret", SESSION_TOKEN="token")
    assert s3_logdir.environment(ACCOUNT) == {
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "token",
        "S3_CONNECT_TIMEOUT_MSEC": "3000",
        **s3_logdir.QUIET,
    }


@pytest.mark.parametrize("scheme, https", [("http", "0"), ("https", "1")])
def test_variables_of_another_endpoint(settings, scheme, https):
    settings(ENDPOINT_URL=f"{scheme}://store:9000")
    variables = s3_logdir.environment(ACCOUNT)
    assert (variables["S3_ENDPOINT"], variables["S3_USE_HTTPS"]) == ("store:9000", https)
    assert "AWS_ACCESS_KEY_ID" not in variables


def test_credentials_of_a_profile(settings, tmp_path):
    (tmp_path / "SHARED_CREDENTIALS_FILE").write_text(
        "[mine]\naws_access_key_id = one\naws_secret_access_key = two\n"
    )
    settings(PROFILE="mine")
    variables = s3_logdir.environment(ACCOUNT)
    assert (variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"]) == ("one", "two")


def test_several_runs_by_name():
    runs = [("first", Place("bucket", "a/result/")), ("second", Place("bucket", "b"))]
    assert s3_logdir.logdir(runs) == "first:s3://bucket/a/result,second:s3://bucket/b"
    with pytest.raises(BadInput, match="s3://bucket/a,b"):
        s3_logdir.logdir([("first", Place("bucket", "a,b"))])


def test_tensorboard_reads_from_s3_and_its_log_is_quiet(bucket, tmp_path):
    content = event_files.write(tmp_path / "source", event_files.losses([10, 20])).read_bytes()
    key = f"mine/result/{event_files.PREFIX}1"
    bucket.put_object(Bucket="my-bucket", Key=key, Body=content)
    log = tmp_path / "board.log"
    options = TensorBoardOptions(environment=s3_logdir.environment(ACCOUNT))
    logdir = s3_logdir.logdir([("first", Place("my-bucket", "mine/result/"))])
    board = TensorBoard(logdir, tmp_path, log, options)
    try:
        deadline, points = time.monotonic() + 60, []
        while not points:
            assert time.monotonic() < deadline, urlopen(f"{board.url}data/runs").read()
            time.sleep(0.2)
            if "first/." in json.loads(urlopen(f"{board.url}data/runs").read().decode()):
                address = f"{board.url}data/plugin/scalars/scalars?run=first/.&tag=loss_1"
                points = json.loads(urlopen(address).read().decode())
        assert [step for _, step, _ in points] == [10, 20]
    finally:
        board.stop()
    assert not [line for line in log.read_text().splitlines() if "aws" in line.lower()]
