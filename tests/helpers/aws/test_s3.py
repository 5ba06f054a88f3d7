"""S3's addresses and archives, without S3; what acts is in test_aws."""

import io
import tarfile

import pytest

from helpers.aws import s3
from helpers.aws.s3 import Place
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
)
def test_parse_uri_and_back(uri, expected):
    place = s3.parse_uri(uri)
    assert place == expected
    assert s3.parse_uri(place.uri) == expected


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
)
def test_parse_uri_refuses(uri):
    with pytest.raises(BadInput, match="no S3 address, expected s3://BUCKET/KEY"):
        s3.parse_uri(uri)


def test_layout_is_the_contract():
    assert s3.layout("my-bucket") == (
        "s3://my-bucket/training/",
        "s3://my-bucket/checkpoint/",
        "s3://my-bucket/result/",
        "s3://my-bucket/",
    )
    assert s3.artefact("my-bucket", "job").uri == "s3://my-bucket/job/output/model.tar.gz"
    assert s3.default_bucket("123456789012", "eu-west-1") == "sagemaker-eu-west-1-123456789012"


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
    ],
)
def test_plan_takes_only_what_a_job_reads(tmp_path, names, keys, channels):
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    transfers = s3.plan(Workspace.at(tmp_path), "my-bucket")
    assert [one.place.key for one in transfers] == keys
    assert [one.size for one in transfers] == [len(key) for key in keys]
    assert s3.channels(transfers) == channels
    assert s3.stale(keys, transfers) == []


def test_plan_without_records_names_the_notebook(tmp_path):
    with pytest.raises(BadInput, match="training: nothing to train on. Run notebook 02_tfrecords"):
        s3.plan(Workspace.at(tmp_path), "my-bucket")


@pytest.mark.parametrize(
    "key, goes",
    [
        ("training/train.record-00000-of-00002", True),
        ("training/label_map.pbtxt", True),
        ("checkpoint/model.ckpt.index", True),
        ("training/mine.txt", False),
        ("training/old/train.record", False),
        ("training/", False),
    ],
)
def test_stale_is_only_what_is_ours(key, goes):
    assert s3.stale([key], []) == ([key] if goes else [])


def member(name, **changes):
    info = tarfile.TarInfo(name)
    for attribute, value in changes.items():
        setattr(info, attribute, value)
    return info


@pytest.mark.parametrize(
    "info",
    [
        member("../outside"),
        member("/etc/outside"),
        member("a/../../outside"),
        member("link", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        member("hard", type=tarfile.LNKTYPE, linkname="x"),
        member("pipe", type=tarfile.FIFOTYPE),
    ],
)
def test_unpack_refuses_what_reaches_out(tmp_path, info):
    archive = tmp_path / "in" / "model.tar.gz"
    archive.parent.mkdir()
    with tarfile.open(str(archive), "w:gz") as tar:
        tar.addfile(member("good", size=1), io.BytesIO(b"x"))
        tar.addfile(info)
    with pytest.raises(BadInput, match="no plain file or folder inside it"):
        s3.unpack(archive, tmp_path / "out")
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["in"]


@pytest.mark.parametrize("content", [b"", b"no archive", None])
def test_unpack_names_a_broken_archive(tmp_path, content):
    archive = tmp_path / "model.tar.gz"
    if content is None:
        with tarfile.open(str(archive), "w:gz") as tar:
            tar.addfile(member("graph/big", size=1 << 16), io.BytesIO(bytes(range(256)) * 256))
        content = archive.read_bytes()[:-100]
    archive.write_bytes(content)
    with pytest.raises(BadInput, match="model.tar.gz: cannot be unpacked"):
        s3.unpack(archive, tmp_path / "out")
