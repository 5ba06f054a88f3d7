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


@pytest.mark.parametrize("prefix, folder", [("mine/owls", "mine/owls/"), ("/", "")])
def test_layout_is_the_contract(prefix, folder):
    root = s3_layout.root("my-bucket", prefix)
    assert s3_layout.layout(root) == (
        f"s3://my-bucket/{folder}training/",
        f"s3://my-bucket/{folder}checkpoint/",
        f"s3://my-bucket/{folder}result/",
        f"s3://my-bucket/{folder}",
    )
    assert s3_layout.artefact(root, "job") == Place("my-bucket", f"{folder}job/output/model.tar.gz")


def test_the_default_bucket_is_sagemakers_own():
    assert (
        s3_layout.default_bucket("123456789012", "eu-west-1") == "sagemaker-eu-west-1-123456789012"
    )


@pytest.mark.parametrize(
    "prefix, key",
    [
        ("a", "a/"),
        ("/a/b_c/", "a/b_c/"),
        ("2026-11.owls=1", "2026-11.owls=1/"),
        ("x" * s3_layout.LONGEST_PREFIX, "x" * s3_layout.LONGEST_PREFIX + "/"),
    ],
    ids=["folder", "slashes around it", "all signs", "longest"],
)
def test_root(prefix, key):
    assert s3_layout.root("my-bucket", prefix) == Place("my-bucket", key)


@pytest.mark.parametrize(
    "prefix",
    ["", "//", "a//b", "a/../b", ".", "a*", "a?", "a,b", "a:b", "a b", "\u00e4", "a\n", "x" * 257],
    ids=[
        "empty",
        "slashes",
        "empty folder",
        "two dots",
        "one dot",
        "star",
        "question mark",
        "comma",
        "colon",
        "blank",
        "umlaut",
        "end of line",
        "too long",
    ],
)
def test_root_refuses(prefix):
    with pytest.raises(BadInput, match="PREFIX"):
        s3_layout.root("my-bucket", prefix)


def test_a_work_folder_has_a_prefix_of_its_own_and_keeps_it(tmp_path):
    first, second = (Workspace.at(tmp_path / name / "my owls") for name in "ab")
    prefix = s3_layout.project_prefix(first)
    assert prefix.startswith("photos-to-pi/my-owls-")
    assert s3_layout.project_prefix(Workspace.at(first.root)) == prefix
    assert s3_layout.project_prefix(second) != prefix
    assert s3_layout.root("my-bucket", prefix).key == f"{prefix}/"


@pytest.mark.parametrize("given", ["/", "mine"])
def test_a_prefix_that_is_given_is_taken(tmp_path, given):
    assert s3_layout.project_prefix(Workspace.at(tmp_path), given) == given
    assert Workspace.at(tmp_path).state() == {}


@pytest.mark.parametrize("prefix, folder", [("owls", "owls/"), ("/", "")])
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
def test_plan_takes_only_what_a_job_reads(tmp_path, names, keys, channels, prefix, folder):
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    root = s3_layout.root("my-bucket", prefix)
    transfers = s3_layout.plan(Workspace.at(tmp_path), root)
    assert [item.place.key for item in transfers] == [folder + key for key in keys]
    assert [item.size for item in transfers] == [len(key) for key in keys]
    assert s3_layout.channels(transfers) == channels
    assert all(s3_layout.is_input(root, item.place.key) for item in transfers)


def test_plan_without_records_names_the_notebook(tmp_path):
    with pytest.raises(BadInput, match="training: .*02_tfrecords"):
        s3_layout.plan(Workspace.at(tmp_path), Place("my-bucket", "training/"))


@pytest.mark.parametrize(
    "key, is_input",
    [
        ("owls/training/train.record-00000-of-00002", True),
        ("owls/training/label_map.pbtxt", True),
        ("owls/checkpoint/model.ckpt.index", True),
        ("owls/checkpoint/last-a-7.ckpt.index", True),
        ("owls/training/mine.txt", False),
        ("owls/training/old/train.record", False),
        ("owls/training/", False),
        ("owls/result/model.ckpt-0.index", False),
        ("owls/job/training/train.record", False),
        ("training/train.record", False),
        ("foul-owls/training/train.record", False),
    ],
)
def test_inputs_lie_in_the_projects_channels(key, is_input):
    assert s3_layout.is_input(Place("my-bucket", "owls/"), key) is is_input
