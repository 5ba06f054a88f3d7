"""Fixtures of the stand-ins, for tests of every room.

moto_server     moto in a process of its own, one a session
aws             the URL of moto, empty, with the environment of someone who has an account there
aws_stub        the same behind a line on which errors are played; see :mod:`aws_stand_ins.stub`
bucket          a client of S3, with the bucket ``my-bucket``
without_aws     the environment of someone who has no account
"""

import os

import pytest
from aws_account import REGION

from aws_stand_ins import asked, stub
from aws_stand_ins.moto_process import Moto
from aws_stand_ins.stub import Stub
from aws_stand_ins.training_jobs import TrainingJobs

BUCKET = "my-bucket"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7TESTING", "AWS_SECRET_ACCESS_KEY": "testing"}


def environment(url, folder):
    """The ``AWS_*`` variables of someone who has an account at a stand-in, and nothing else."""
    return dict(
        KEYS,
        AWS_ENDPOINT_URL=url,
        AWS_DEFAULT_REGION=REGION,
        AWS_EC2_METADATA_DISABLED="true",
        AWS_CONFIG_FILE=str(folder / "no-config"),
        AWS_SHARED_CREDENTIALS_FILE=str(folder / "no-credentials"),
    )


def settle(monkeypatch, values):
    """Makes these the only ``AWS_*`` variables, and leaves none of TensorFlow's own for S3."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "S3_")):
            monkeypatch.delenv(name)
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    boto3 = pytest.importorskip("boto3", reason="no boto3. Run: make setup")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it keeps keys and region


@pytest.fixture(scope="session")
def moto_server():
    """moto in a process of its own; ``moto_server.url``, ``moto_server.reset()``."""
    pytest.importorskip("moto", reason="no moto. Run: make setup")
    server = Moto()
    yield server
    server.stop()


@pytest.fixture
def aws(moto_server, monkeypatch, tmp_path):
    """The URL of a stand-in for AWS, empty, that the environment points at."""
    moto_server.reset()
    settle(monkeypatch, environment(moto_server.url, tmp_path))
    _check_requests(monkeypatch)
    _be_patient(monkeypatch)
    return moto_server.url


@pytest.fixture
def aws_stub(aws, monkeypatch):
    """A line to the stand-in on which errors are played: a :class:`aws_stand_ins.stub.Stub`."""
    with stub.running(Stub(aws)) as line:
        monkeypatch.setenv("AWS_ENDPOINT_URL", line.url)
        yield line


@pytest.fixture
def training_jobs(aws, bucket, monkeypatch, tmp_path):
    """SageMaker's training jobs, run for real: :class:`aws_stand_ins.training_jobs.TrainingJobs`.

    Channels, logs and archives lie in moto, where there is the bucket ``my-bucket``.
    """
    with stub.running(TrainingJobs(aws, tmp_path / "sagemaker")) as jobs:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER", jobs.url)
        yield jobs


@pytest.fixture
def bucket(aws):
    """A client of S3, with the bucket ``my-bucket``."""
    import boto3

    client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    return client


@pytest.fixture
def without_aws(tmp_path, monkeypatch):
    """No credentials, neither in the environment nor in the home folder."""
    settle(monkeypatch, {})
    monkeypatch.setenv("HOME", str(tmp_path))


def _be_patient(monkeypatch):
    from helpers.aws import identity

    monkeypatch.setattr(identity, "PATIENCE", 60)  # the stand-in shares this machine


def _check_requests(monkeypatch):
    """Whatever this process sends is compared with the model of its service."""
    from botocore import handlers

    def check(params, model, **_):
        broken = asked.breaches(model.input_shape, params) if model.input_shape else ""
        assert not broken, f"{model.name}: {broken}"

    builtin = [*handlers.BUILTIN_HANDLERS, ("before-parameter-build", check)]
    monkeypatch.setattr(handlers, "BUILTIN_HANDLERS", builtin)
    from botocore import session

    assert session.handlers is handlers  # where botocore takes them from
