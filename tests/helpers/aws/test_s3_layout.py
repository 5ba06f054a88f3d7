"""S3's addresses, and which files go where; nothing is sent."""

import pytest

from helpers.aws import s3_layout
from helpers.aws.s3_layout import Place
from helpers.structures.errors import BadInput
from helpers.workspace import Workspace


@pytest.mark.parametrize(
    "uri, expected",
    [
        ("s3://my-bucket/training/train.record", Place("my-bucket", "training/train.record")),
        ("s3://my-bucket/", Place("my-bucket", "")),
        ("s3://my-bucket", Place("my-bucket", "")),
        ("s3://a.b.c/x//y", Place("a.b.c", "x//y")),
    ],
    ids=["object", "slash after the bucket", "bucket alone", "two slashes"],
)
def test_parse_uri_and_back(uri, expected):
    place = s3_layout.parse_uri(uri)
    assert place == expected
    assert s3_layout.parse_uri(place.uri) == expected


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "my-bucket/x",
        "https://my-bucket/x",
        "s3:///x",
        "s3://ab/x",
        "s3://My-Bucket/x",
        "s3://my_bucket",
        "s3://-bucket",
        "s3://a..b",
    ],
    ids=[
        "empty",
        "no scheme",
        "other scheme",
        "no bucket",
        "short bucket",
        "capital letters",
        "underscore",
        "hyphen first",
        "two dots",
    ],
)
def test_parse_uri_refuses(uri):
    with pytest.raises(BadInput, match="S3 address.*s3://BUCKET/KEY"):
        s3_layout.parse_uri(uri)


def test_layout_is_the_contract():
    assert s3_layout.layout("my-bucket") == (
        "s3://my-bucket/training/",
        "s3://my-bucket/checkpoint/",
        "s3://my-bucket/result/",
        "s3://my-bucket/",
    )
    assert s3_layout.artefact("my-bucket", "job").uri == "s3://my-bucket/job/output/model.tar.gz"
    assert (
        s3_layout.default_bucket("123456789012", "eu-west-1") == "sagemaker-eu-west-1-123456789012"
    )


@pytest.mark.parametrize(
    "names, keys, channels",
    [
        (
            ["training/train.record", "training/data_train.csv", "training/pipeline.config"],
            ["training/pipeline.config", "training/train.record"],
            ("training",),
        ),
        (
            [
                "training/eval.record-00000-of-00001",
                "checkpoint/model.ckpt.index",
                "checkpoint/me.txt",
            ],
            ["checkpoint/model.ckpt.index", "training/eval.record-00000-of-00001"],
            ("checkpoint", "training"),
        ),
        (
            ["training/train.record", "checkpoint/last-a-7.ckpt.index", "checkpoint/last.json"],
            ["checkpoint/last-a-7.ckpt.index", "checkpoint/last.json", "training/train.record"],
            ("checkpoint", "training"),
        ),
    ],
    ids=["training alone", "with a checkpoint", "with the last model"],
)
def test_plan_takes_only_what_a_job_reads(tmp_path, names, keys, channels):
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    transfers = s3_layout.plan(Workspace.at(tmp_path), "my-bucket")
    assert [item.place.key for item in transfers] == keys
    assert [item.size for item in transfers] == [len(key) for key in keys]
    assert s3_layout.channels(transfers) == channels
    assert s3_layout.stale(keys, transfers) == []


def test_plan_without_records_names_the_notebook(tmp_path):
    with pytest.raises(BadInput, match="training: .*02_tfrecords"):
        s3_layout.plan(Workspace.at(tmp_path), "my-bucket")


@pytest.mark.parametrize(
    "key, removed",
    [
        ("training/train.record-00000-of-00002", True),
        ("training/label_map.pbtxt", True),
        ("checkpoint/model.ckpt.index", True),
        ("checkpoint/last-a-7.ckpt.index", True),
        ("training/mine.txt", False),
        ("training/old/train.record", False),
        ("training/", False),
    ],
)
def test_stale_is_only_what_is_ours(key, removed):
    assert s3_layout.stale([key], []) == ([key] if removed else [])
