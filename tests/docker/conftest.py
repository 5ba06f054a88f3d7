"""The trainer is found as in the image, where its folder is on the path."""

import hashlib
import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve()
DOCKER = HERE.parents[2] / "docker"
sys.path[:0] = [str(DOCKER), str(HERE.parent)]

import s3_stand_in  # noqa: E402


@pytest.fixture(scope="session")
def line():
    """A line to a live S3 stand-in, which TensorFlow's client uses; it can be cut."""
    pytest.importorskip("moto", reason="no moto: make setup")
    with s3_stand_in.server() as port:
        line = s3_stand_in.Line(port)
        line.server = f"http://127.0.0.1:{port}"
        # TensorFlow makes its client once a process, so these stay.
        os.environ.update(AWS_REGION=s3_stand_in.REGION, AWS_ACCESS_KEY_ID="testing",
                          AWS_SECRET_ACCESS_KEY="testing", S3_USE_HTTPS="0",
                          S3_ENDPOINT=f"127.0.0.1:{line.port}")
        yield line


@pytest.fixture
def bucket(line, request):
    """A new bucket, seen by boto3 past the line."""
    boto3 = pytest.importorskip("boto3")
    bucket = boto3.resource("s3", s3_stand_in.REGION, endpoint_url=line.server).Bucket(
        "b" + hashlib.md5(request.node.nodeid.encode()).hexdigest())
    bucket.create(CreateBucketConfiguration={"LocationConstraint": s3_stand_in.REGION})
    return bucket
