"""Sending to a stand-in for S3: what has changed, and nothing twice."""

import pytest
from aws_account import ACCOUNT

from helpers.aws import s3_layout, s3_upload
from helpers.aws.s3_layout import Place
from helpers.structures.errors import HelpersError
from helpers.workspace import Workspace

ROOT = Place("my-bucket", "owls/")


@pytest.mark.parametrize(
    "content, part, expected",
    [
        (b"", 4, "d41d8cd98f00b204e9800998ecf8427e"),
        (b"abc", 4, "900150983cd24fb0d6963f7d28e17f72"),
        (b"abcd", 4, "1243e2c5302cae4b559ce80dd1cefa6e-1"),
    ],
    ids=["empty", "one part", "exactly a part"],
)
def test_etag_is_what_s3_computes(tmp_path, content, part, expected):
    (tmp_path / "a").write_bytes(content)
    assert s3_upload.etag(tmp_path / "a", part) == expected


def test_etag_of_a_large_file_is_the_one_of_the_stand_in(bucket, tmp_path):
    path = tmp_path / "training" / "train.record"
    path.parent.mkdir()
    path.write_bytes(b"x" * (s3_upload.PART + 1))
    transfers = s3_layout.plan(Workspace.at(tmp_path), ROOT)
    assert s3_upload.upload(transfers, ROOT, ACCOUNT) == transfers
    head = bucket.head_object(Bucket="my-bucket", Key="owls/training/train.record")
    assert head["ETag"].strip('"') == s3_upload.etag(path)
    assert s3_upload.upload(transfers, ROOT, ACCOUNT) == []


def test_only_changes_are_sent_and_older_shards_of_ours_are_removed(bucket, tmp_path):
    work = Workspace.at(tmp_path)
    work.training.mkdir()
    for name in ("train.record", "eval.record"):
        (work.training / name).write_text(name)
    outside = ["foul-owls/training/train.record-1", "training/train.record-1"]
    for key in ("owls/training/train.record-00000-of-00002", "owls/training/mine.txt", *outside):
        bucket.put_object(Bucket="my-bucket", Key=key, Body=b"x")
    transfers = s3_layout.plan(work, ROOT)
    assert s3_upload.upload(transfers, ROOT, ACCOUNT) == transfers
    (work.training / "eval.record").write_text("changed")
    transfers = s3_layout.plan(work, ROOT)
    (changed,) = s3_upload.upload(transfers, ROOT, ACCOUNT)
    assert changed.place.key == "owls/training/eval.record"
    listed = bucket.list_objects_v2(Bucket="my-bucket")["Contents"]
    assert [item["Key"] for item in listed] == [
        outside[0],
        "owls/training/eval.record",
        "owls/training/mine.txt",
        "owls/training/train.record",
        outside[1],
    ]


def test_a_bucket_that_does_not_exist_is_named_with_the_command_that_makes_it(aws, tmp_path):
    (tmp_path / "training").mkdir()
    (tmp_path / "training" / "train.record").write_text("x")
    root = Place("another-bucket", "owls/")
    transfers = s3_layout.plan(Workspace.at(tmp_path), root)
    with pytest.raises(HelpersError, match="NoSuchBucket.*aws s3 mb s3://another-bucket"):
        s3_upload.upload(transfers, root, ACCOUNT)
