"""Fetching from a stand-in for S3, and archives that reach outside or are broken."""

import io
import tarfile

from aws_account import ACCOUNT

from helpers.aws import s3_download, s3_layout, s3_objects
from helpers.aws.s3_layout import Place


def test_only_files_directly_in_a_folder_are_fetched(bucket, tmp_path):
    for key in ("made/a", "made/", "made/sub/b", "made/../c", "made/.hidden/d"):
        bucket.put_object(Bucket="my-bucket", Key=key, Body=b"x")
    place = s3_layout.parse_uri("s3://my-bucket/made/")
    assert s3_download.fetch_folder(place, ACCOUNT, tmp_path / "out") == [tmp_path / "out" / "a"]
    assert s3_objects.names(place, ACCOUNT) == ["", "../c", ".hidden/d", "a", "sub/b"]


def member(name, **changes):
    info = tarfile.TarInfo(name)
    for attribute, value in changes.items():
        setattr(info, attribute, value)
    return info


def test_the_model_takes_the_place_of_an_older_one(bucket, tmp_path, monkeypatch):
    counted = []
    monkeypatch.setattr(s3_download.ByteBar, "add", lambda bar, count: counted.append(count))
    archive = tmp_path / "model.tar.gz"
    with tarfile.open(str(archive), "w:gz") as tar:
        tar.addfile(member("graph/export.json", size=2), io.BytesIO(b"{}"))
    bucket.upload_file(str(archive), "my-bucket", "a/output/model.tar.gz")
    (tmp_path / "job" / "model" / "old").mkdir(parents=True)
    place = Place("my-bucket", "a/output/model.tar.gz")
    model = s3_download.fetch_model(place, ACCOUNT, tmp_path / "job")
    assert model == tmp_path / "job" / "model"
    assert sum(counted) == archive.stat().st_size
    assert [path.relative_to(model).as_posix() for path in sorted(model.glob("**/*"))] == [
        "graph",
        "graph/export.json",
    ]
