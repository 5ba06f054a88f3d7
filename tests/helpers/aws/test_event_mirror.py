"""Event files of a stand-in for S3, mirrored: what is asked for, and what is on disk."""

import threading

import event_files
import pytest
from aws_account import ACCOUNT
from builders import contents
from event_files import losses

from helpers.aws import event_mirror
from helpers.aws.s3_layout import Place
from helpers.structures.errors import BadInput, HelpersError, MissingPart

BUCKET, FOLDER = "my-bucket", "mine/result"
NAME = f"{event_files.PREFIX}00001.host"
EVAL = f"eval_0/{event_files.PREFIX}00002.host"


def put(bucket, name, content):
    bucket.put_object(Bucket=BUCKET, Key=f"{FOLDER}/{name}", Body=content)


def mirror(folder, key=FOLDER):
    return event_mirror.mirror(Place(BUCKET, key), ACCOUNT, folder)


def on_disk(folder):
    found = contents(folder)
    found.pop(event_mirror.STATE, None)
    return {str(name): content for name, content in found.items()}


@pytest.fixture()
def content(tmp_path):
    """An event file of 200 steps."""
    return event_files.write(tmp_path / "source", losses(range(200))).read_bytes()


@pytest.fixture()
def model_dir(bucket, content):
    """A job's ``model_dir`` in the bucket: events among checkpoints, and another job beside it."""
    put(bucket, NAME, content)
    put(bucket, EVAL, b"evaluation")
    for step in range(5):
        put(bucket, f"model.ckpt-{step}.data-00000-of-00001", b"x" * 100000)
    bucket.put_object(Bucket=BUCKET, Key=f"{FOLDER}-old/{NAME}", Body=b"other")
    return bucket


@pytest.fixture()
def folder(tmp_path):
    return tmp_path / "mirror"


@pytest.mark.parametrize("slash", ["", "/"], ids=["folder", "folder with slash"])
def test_only_event_files_by_few_requests(model_dir, folder, content, slash):
    done = mirror(folder, FOLDER + slash)
    assert on_disk(folder) == {NAME: content, EVAL: b"evaluation"}
    assert (done.files, done.fetched, done.requests) == (2, 2, 3)
    assert done.received == len(content) + len(b"evaluation")
    assert done.vanished == () and done.folder == folder


def test_what_has_not_changed_costs_one_request(model_dir, folder):
    mirror(folder)
    done = mirror(folder)
    assert (done.files, done.fetched, done.requests, done.received) == (2, 0, 1, 0)


def test_of_a_longer_file_the_end_is_fetched(model_dir, folder, content):
    mirror(folder)
    put(model_dir, NAME, content + b"more")
    done = mirror(folder)
    assert on_disk(folder)[NAME] == content + b"more"
    assert (done.fetched, done.requests) == (1, 2)
    assert 4 < done.received <= 4 + 1024 < len(content)
    assert mirror(folder).requests == 1


@pytest.mark.parametrize("size", [-50, 0, 50], ids=["shorter", "of equal size", "longer"])
def test_another_file_of_that_name_replaces_it(model_dir, folder, content, size):
    mirror(folder)
    other = bytes(byte ^ 1 for byte in content + b"y" * 50)[: len(content) + size]
    put(model_dir, NAME, other)
    mirror(folder)
    assert on_disk(folder)[NAME] == other
    assert mirror(folder).requests == 1


def test_what_is_gone_from_s3_stays_and_is_said(model_dir, folder, content):
    mirror(folder)
    model_dir.delete_object(Bucket=BUCKET, Key=f"{FOLDER}/{NAME}")
    done = mirror(folder)
    assert done.vanished == (NAME,) and NAME in done.as_text()
    assert on_disk(folder)[NAME] == content


def test_a_file_that_goes_between_listing_and_fetching(model_dir, folder, monkeypatch):
    listed = event_mirror._Bucket.event_files

    def then_gone(self):
        objects = listed(self)
        model_dir.delete_object(Bucket=BUCKET, Key=f"{FOLDER}/{NAME}")
        return objects

    monkeypatch.setattr(event_mirror._Bucket, "event_files", then_gone)
    mirror(folder)
    assert set(on_disk(folder)) == {EVAL}


def test_a_file_that_grows_between_listing_and_fetching(model_dir, folder, content, monkeypatch):
    listed = event_mirror._Bucket.event_files

    def then_longer(self):
        objects = listed(self)
        put(model_dir, NAME, content + b"more")
        return objects

    with monkeypatch.context() as patch:
        patch.setattr(event_mirror._Bucket, "event_files", then_longer)
        mirror(folder)
    assert on_disk(folder)[NAME] == content + b"more"
    assert mirror(folder).requests == 1


@pytest.mark.parametrize("blocks", [0, 1, 3])
def test_an_interrupted_mirror_leaves_a_beginning_and_goes_on(
    model_dir, folder, content, monkeypatch, blocks
):
    model_dir.delete_object(Bucket=BUCKET, Key=f"{FOLDER}/{EVAL}")
    read = event_mirror._Bucket._read

    def broken(self, body):
        for number, block in enumerate(read(self, body)):
            if number == blocks:
                raise KeyboardInterrupt
            yield block

    monkeypatch.setattr(event_mirror, "_BLOCK", 1500)
    with monkeypatch.context() as patch:
        patch.setattr(event_mirror._Bucket, "_read", broken)
        with pytest.raises(KeyboardInterrupt):
            mirror(folder)
    left = on_disk(folder)
    assert set(left) == {NAME} and left[NAME] == content[: 1500 * blocks] != content
    done = mirror(folder)
    assert on_disk(folder) == {NAME: content}
    assert done.received <= len(content) + 1024 - len(left[NAME])


def test_a_line_that_breaks_is_said_and_leaves_a_beginning(model_dir, folder, content, monkeypatch):
    from botocore.exceptions import ResponseStreamingError

    def broken(self, body):
        yield body.read(1000)
        raise ResponseStreamingError(error="cut off")

    with monkeypatch.context() as patch:
        patch.setattr(event_mirror._Bucket, "_read", broken)
        with pytest.raises(HelpersError, match=f"s3://{BUCKET}/{FOLDER}/: .*ResponseStreaming"):
            mirror(folder)
    mirror(folder)
    assert on_disk(folder) == {NAME: content, EVAL: b"evaluation"}


def test_two_mirrors_at_a_time_write_the_same(model_dir, folder, content, monkeypatch):
    monkeypatch.setattr(event_mirror, "_BLOCK", 100)
    threads = [threading.Thread(target=mirror, args=(folder,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert on_disk(folder) == {NAME: content, EVAL: b"evaluation"}


@pytest.mark.parametrize(
    "name", ["../events.out.tfevents.1", "a/../../events.out.tfevents.1", "/events.out.tfevents.1"]
)
def test_a_key_that_leads_out_is_refused(model_dir, folder, name):
    put(model_dir, name, b"x")
    with pytest.raises(BadInput, match=f"s3://{BUCKET}/{FOLDER}/: .*tfevents"):
        mirror(folder)
    assert not folder.exists()


def test_without_events_or_without_the_bucket(bucket, folder):
    with pytest.raises(MissingPart, match=f"s3://{BUCKET}/{FOLDER}/: .*model_dir"):
        mirror(folder)
    with pytest.raises(HelpersError, match="NoSuchBucket"):
        event_mirror.mirror(Place("another-bucket", "a"), ACCOUNT, folder)
