"""Sending to a stand-in for S3: what has changed, nothing twice, nothing over what is not ours."""

import logging
import signal
import threading
import time

import pytest
from aws_account import ACCOUNT
from aws_stand_ins.answers import hung_up, refusal

from helpers.aws import account, s3_layout, s3_objects, s3_progress, s3_upload
from helpers.aws.s3_layout import Place
from helpers.structures.errors import BadInput, HelpersError, MissingPart
from helpers.system import files
from helpers.workspace import Workspace

ROOT = Place("my-bucket", "owls/")
MB = 1 << 20
PUT = r"s3 (PUT|POST|DELETE) "  # requests that change something


@pytest.fixture
def work(tmp_path, monkeypatch):
    """A work folder with two small records, and parts of the smallest size that S3 takes."""
    monkeypatch.setattr(s3_upload, "PART", 5 * MB)
    work = Workspace.at(tmp_path / "work")
    work.training.mkdir(parents=True)
    for name in ("train.record", "eval.record"):
        (work.training / name).write_text(name)
    return work


@pytest.fixture
def large(work):
    """The same with a record of two parts."""
    (work.training / "train.record").write_bytes(b"x" * (6 * MB))
    return work


def upload(work, root=ROOT):
    """The names of the files that were sent."""
    sent = s3_upload.upload(s3_layout.plan(work, root), root, ACCOUNT)
    return [item.path.name for item in sent]


def put(bucket, *keys):
    for key in keys:
        bucket.put_object(Bucket="my-bucket", Key=key, Body=b"x")


def keys(bucket):
    return [item["Key"] for item in bucket.list_objects_v2(Bucket="my-bucket").get("Contents", [])]


def bars(monkeypatch):
    """The bars that are drawn from now on."""
    drawn = []

    class Bar(s3_progress.tqdm):
        def __init__(self, **options):
            super().__init__(**dict(options, disable=False))
            drawn.append(self)

    monkeypatch.setattr(s3_progress, "tqdm", Bar)
    return drawn


def unfinished(bucket):
    answer = bucket.list_multipart_uploads(Bucket="my-bucket")
    return [item["Key"] for item in answer.get("Uploads", [])]


@pytest.mark.parametrize("kms", [False, True], ids=["etags of MD5", "etags of KMS"])
def test_an_unchanged_file_is_not_sent_again(bucket, aws_stub, large, kms):
    aws_stub.kms = kms
    assert upload(large) == ["eval.record", "train.record"]
    head = bucket.head_object(Bucket="my-bucket", Key="owls/training/train.record")
    assert head["ContentLength"] == 6 * MB
    assert head["Metadata"] == {s3_objects.MARK: files.sha256(large.training / "train.record")}
    asked = len(aws_stub.titles(PUT))
    assert upload(large) == []
    assert len(aws_stub.titles(PUT)) == asked
    with open(str(large.training / "train.record"), "r+b") as stream:  # the size stays
        stream.write(b"y")
    assert upload(large) == ["train.record"]


def test_older_files_of_ours_are_removed_and_nothing_else(bucket, work):
    older = work.training / "train.record-00000-of-00002"
    older.write_text("older")
    assert older.name in upload(work)
    others = [
        "foul-owls/training/train.record-1",
        "owls/checkpoint/model.ckpt.index",
        "owls/result/train.record",
        "owls/training/mine.txt",
        "training/train.record-1",
    ]
    put(bucket, *others)
    older.unlink()
    assert upload(work) == []
    current = ["owls/training/eval.record", "owls/training/train.record"]
    assert keys(bucket) == sorted(others + current)


@pytest.mark.parametrize("name", ["train.record", "train.record-00000-of-00002"])
def test_what_others_have_put_there_is_neither_written_over_nor_trained_on(bucket, work, name):
    put(bucket, f"owls/training/{name}")
    with pytest.raises(BadInput, match=f"s3://my-bucket/owls/training/{name}: .*PREFIX"):
        upload(work)
    assert keys(bucket) == [f"owls/training/{name}"]
    kept = bucket.get_object(Bucket="my-bucket", Key=f"owls/training/{name}")["Body"].read()
    assert kept == b"x"


def test_at_the_root_of_a_bucket(bucket, work):
    root = s3_layout.root("my-bucket", "/")
    put(bucket, "photo.jpg")
    assert upload(work, root) == ["eval.record", "train.record"]
    assert keys(bucket) == ["photo.jpg", "training/eval.record", "training/train.record"]


@pytest.mark.parametrize(
    "answer", [refusal("AccessDenied", status=403), hung_up], ids=["refused", "hung up"]
)
def test_a_cut_upload_leaves_nothing_and_goes_on(bucket, aws_stub, large, answer, monkeypatch):
    monkeypatch.setattr(account, "ATTEMPTS", 0)
    aws_stub.plan(answer, to="PUT .*partNumber=2")
    with pytest.raises(HelpersError, match="s3://my-bucket/owls/"):
        upload(large)
    assert unfinished(bucket) == [] and keys(bucket) == ["owls/training/eval.record"]
    assert upload(large) == ["train.record"]
    assert len(keys(bucket)) == 2


def test_ctrl_c_leaves_nothing(bucket, aws_stub, large):
    def interrupt(asked, forward):
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        time.sleep(0.2)
        return forward()

    aws_stub.plan(interrupt, to="PUT .*partNumber=1")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            upload(large)
    finally:
        signal.signal(signal.SIGINT, before)
    assert unfinished(bucket) == []
    assert "owls/training/train.record" not in keys(bucket)


def test_the_parts_of_a_killed_upload_are_removed_by_the_next_one(bucket, work):
    for key in ("owls/training/train.record", "owls/training/other", "training/train.record"):
        bucket.create_multipart_upload(Bucket="my-bucket", Key=key)
    upload(work)
    assert unfinished(bucket) == ["owls/training/other", "training/train.record"]


def test_who_may_not_look_for_parts_is_told_and_sends_all_the_same(bucket, aws_stub, work, caplog):
    aws_stub.plan(*[refusal("AccessDenied", status=403)] * 2, to="GET .*uploads")
    with caplog.at_level(logging.WARNING):
        assert upload(work) == ["eval.record", "train.record"]
    assert [record.name for record in caplog.records] == [s3_upload.__name__]


def test_a_file_that_changes_meanwhile_is_named(bucket, aws_stub, work):
    def change(asked, forward):
        (work.training / "train.record").write_text("changed")
        return forward()

    aws_stub.plan(change, to="PUT .*train.record")
    with pytest.raises(BadInput, match="train.record: "):
        upload(work)
    assert upload(work) == ["train.record"]


def test_nothing_is_sent_to_a_bucket_of_another_account(bucket, aws_stub, work):
    aws_stub.owners["my-bucket"] = "999999999999"
    with pytest.raises(MissingPart, match="s3://my-bucket"):
        upload(work)
    with pytest.raises(MissingPart, match="s3://my-bucket"):
        s3_upload.send([work.training / "train.record"], ROOT, ACCOUNT)
    assert aws_stub.titles(PUT) == [] and keys(bucket) == []


def test_the_usual_bucket_is_made_and_no_other(aws, work):
    usual = Place(s3_layout.default_bucket(ACCOUNT.number, ACCOUNT.region), "owls/")
    assert upload(work, usual) == ["eval.record", "train.record"]
    with pytest.raises(MissingPart, match="s3://another-bucket"):
        upload(work, Place("another-bucket", "owls/"))
    names = [item["Name"] for item in ACCOUNT.client("s3").list_buckets()["Buckets"]]
    assert names == [usual.bucket]


def test_another_bucket_is_made_on_demand(aws, work):
    root = Place("another-bucket", "owls/")
    s3_upload.upload(s3_layout.plan(work, root), root, ACCOUNT, create=True)
    client = ACCOUNT.client("s3")
    block = client.get_public_access_block(Bucket="another-bucket")
    assert all(block["PublicAccessBlockConfiguration"].values())
    assert "Contents" in client.list_objects_v2(Bucket="another-bucket", Prefix="owls/training/")


def test_the_bar_counts_all_bytes(bucket, large, monkeypatch):
    counted = bars(monkeypatch)
    upload(large)
    (large.training / "eval.record").write_text("changed")
    upload(large)
    sizes = [6 * MB + len("eval.record"), 6 * MB + len("changed")]
    assert [bar.n for bar in counted] == [bar.total for bar in counted] == sizes


def test_a_few_files_go_to_a_folder_of_their_own(bucket, work):
    paths = sorted(work.training.iterdir())
    s3_upload.send(paths, Place("my-bucket", "owls/tables/"), ACCOUNT)
    assert keys(bucket) == ["owls/tables/eval.record", "owls/tables/train.record"]
    marks = s3_objects.marks(bucket, "my-bucket", keys(bucket))
    assert list(marks.values()) == [files.sha256(path) for path in paths]
