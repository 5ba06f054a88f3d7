"""Builders that the tests of the library share, and a stand-in for AWS on this machine."""

import os
import threading
import urllib.request
from pathlib import Path

import builders
import oracles
import pytest

from helpers.aws import identity
from helpers.structures.label_map import LabelMap

AWS_REGION = "eu-west-1"


@pytest.fixture(scope="session")
def paint():
    """Writes a small image, as :func:`builders.paint`."""
    return builders.paint


@pytest.fixture(scope="session")
def record():
    """Makes a record, as :func:`builders.record`."""
    return builders.record


@pytest.fixture(scope="session")
def plain():
    """Plain values of records, as :func:`builders.plain`."""
    return builders.plain


@pytest.fixture(scope="session")
def oracle_python(tmp_path_factory):
    """The interpreter of an environment with other people's code of our field, all rooms' own."""
    folder = tmp_path_factory.mktemp("oracle") / "venv"
    return oracles.environment(folder, Path(__file__).with_name("oracle_requirements.txt"))


@pytest.fixture(scope="session")
def three_labels():
    """The label map of the records that tests write."""
    return LabelMap.of(["bird", "cat", "dog"])


@pytest.fixture()
def many(tmp_path, paint, record):
    """An image folder with ten images, and their records."""
    for number in range(10):
        paint(tmp_path / "img" / f"{number}.jpg", (40, 30 + number))
    return tmp_path / "img", [
        record(f"{number}.jpg", ("cat", 1, 2, 3 + number, 20), size=(40, 30 + number))
        for number in range(10)
    ]


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """A PATH with nothing but what a test puts there: ``programs(docker="echo 20.10")``."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def put(**scripts):
        for name, script in scripts.items():
            path = folder / name.replace("_", "-")
            path.write_text(f"#!/bin/sh\n{script}\n")
            path.chmod(0o755)

    return put


@pytest.fixture
def without_aws(tmp_path, monkeypatch):
    """No credentials, neither in the environment nor in the home folder."""
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture()
def aws(monkeypatch):
    """The URL of a stand-in for AWS that the environment points at."""
    moto = pytest.importorskip("moto.server", reason="no moto here. Run: make setup")
    from werkzeug.serving import make_server

    server = make_server(
        "127.0.0.1", 0, moto.DomainDispatcherApplication(moto.create_backend_app), threaded=True
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    for name, value in (
        ("AWS_ENDPOINT_URL", url),
        ("AWS_DEFAULT_REGION", AWS_REGION),
        ("AWS_ACCESS_KEY_ID", "testing"),
        ("AWS_SECRET_ACCESS_KEY", "testing"),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(identity, "PATIENCE", 60)  # the stand-in shares this machine
    yield url
    urllib.request.urlopen(f"{url}/moto-api/reset", data=b"").close()  # it outlives its server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture()
def bucket(aws):
    """A client of S3, with the bucket ``my-bucket``."""
    client = identity.client("s3", AWS_REGION)
    client.create_bucket(
        Bucket="my-bucket", CreateBucketConfiguration={"LocationConstraint": AWS_REGION}
    )
    return client
