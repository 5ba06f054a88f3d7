"""A stand-in for AWS, served on this machine, and the tables of a processing job."""

import threading
import urllib.request

import pytest

from helpers.annotations import csv_table, label_map_file
from helpers.aws import identity, sagemaker_processing
from helpers.aws.sagemaker_processing import ProcessingOptions

ROLE = "arn:aws:iam::123456789012:role/service-role/Trainer"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/photos-to-pi:abc"
REGION = "eu-west-1"
NAME = "records-1"


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
        ("AWS_DEFAULT_REGION", REGION),
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
    client = identity.client("s3", REGION)
    client.create_bucket(
        Bucket="my-bucket", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    return client


@pytest.fixture()
def tables(tmp_path, many, three_labels):
    """Tables of seven and three images."""
    _, records = many
    for split, split_records in (("train", records[:7]), ("eval", records[7:])):
        csv_table.write(split_records, tmp_path / "tables" / f"data_{split}.csv")
    label_map_file.write(three_labels, tmp_path / "tables" / "label_map.pbtxt")
    return tmp_path / "tables"


@pytest.fixture()
def request_of(tables):
    """``request_of(name, where, **options)`` is a request for these tables."""

    def build(name=NAME, where=None, **options):
        where = where or sagemaker_processing.places("s3://my-bucket/pictures/", NAME)
        options = ProcessingOptions(**dict({"role_arn": ROLE}, **options))
        return sagemaker_processing.request(name, IMAGE, where, tables, options)

    return build
