"""The folder that is copied to ``model_dir``: in which order, and a store that goes away."""

import logging
import os
import shutil
import time

import pytest
import tensorflow as tf

from helpers.structures.errors import BadInput
from trainer import checkpoint_sync, checkpoints, remote_model_dir
from trainer.checkpoint_sync import CheckpointSync

DATA, INDEX, META = "data-00000-of-00001", "index", "meta"
EVENTS = "events.out.tfevents.1.host"


def parts(*steps):
    return [f"model.ckpt-{step}.{kind}" for step in steps for kind in (DATA, INDEX, META)]


def stamps(names, stamp=1):
    return {name: (stamp, stamp) for name in names}


@pytest.mark.parametrize(
    "here, there, withdrawn, sent, removed",
    [
        ({}, {}, [], [], []),
        (stamps(parts(1)), stamps(parts(1)), [], [], []),
        # an index after its data, the state last, events before all
        (
            {**stamps(parts(1) + [EVENTS]), "checkpoint": "a"},
            {},
            [],
            [
                EVENTS,
                f"model.ckpt-1.{DATA}",
                "model.ckpt-1.meta",
                "model.ckpt-1.index",
                "checkpoint",
            ],
            [],
        ),
        (stamps([EVENTS], 2), stamps([EVENTS], 1), [], [EVENTS], []),
        ({"checkpoint": "b"}, {"checkpoint": "a"}, [], ["checkpoint"], []),
        # removed: the index first, or a reader would find a half one
        (
            {},
            stamps(parts(1)),
            [],
            [],
            ["model.ckpt-1.index", f"model.ckpt-1.{DATA}", "model.ckpt-1.meta"],
        ),
        # written anew under the same name
        (
            stamps(parts(1), 2),
            stamps(parts(1), 1),
            ["model.ckpt-1.index"],
            [f"model.ckpt-1.{DATA}", "model.ckpt-1.meta", "model.ckpt-1.index"],
            [],
        ),
        (
            stamps(["best/" + name for name in parts(1)]),
            {},
            [],
            [f"best/model.ckpt-1.{kind}" for kind in (DATA, META, INDEX)],
            [],
        ),
        ({}, {"left.index": None}, [], [], ["left.index"]),
    ],
)
def test_plan(here, there, withdrawn, sent, removed):
    given = dict(here), dict(there)
    assert checkpoint_sync.plan(here, there) == (withdrawn, sent, removed)
    assert (here, there) == given


@pytest.mark.parametrize(
    "names, seen",
    [
        ([], []),
        (parts(1), parts(1)),
        ([f"model.ckpt-1.{INDEX}"], []),
        (
            ["model.ckpt-1.index", "model.ckpt-1.data-00000-of-00002"],
            ["model.ckpt-1.data-00000-of-00002"],
        ),
        (["best/model.ckpt-1.index"], []),
        (
            [
                "checkpoint.tmp1f",
                "graph.pbtxt.tmp0",
                ".fetched/model.ckpt-1.meta",
                "model.ckpt-1_temp_ab/part-00000-of-00001.data-00000-of-00001",
                "model.ckpt-1.index.tempstate12",
            ],
            [],
        ),
        (["eval_0/" + EVENTS], ["eval_0/" + EVENTS]),
    ],
)
def test_looks_only_at_what_is_whole(tmp_path, names, seen):
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert sorted(checkpoint_sync.snapshot(tmp_path)) == sorted(seen)


@pytest.mark.parametrize(
    "given, expected",
    [
        ({}, {"AWS_LOG_LEVEL": "1", "S3_CONNECT_TIMEOUT_MSEC": "3000"}),
        ({"AWS_LOG_LEVEL": "4", "S3_CONNECT_TIMEOUT_MSEC": "1"}, {}),
        ({"AWS_DEFAULT_REGION": "r"}, {"AWS_REGION": "r"}),
        ({"AWS_DEFAULT_REGION": "r", "AWS_REGION": "s"}, {}),
        (
            {"AWS_ENDPOINT_URL": "http://moto:5000/"},
            {"S3_ENDPOINT": "moto:5000", "S3_USE_HTTPS": "0"},
        ),
        (
            {"AWS_ENDPOINT_URL": "http://moto", "AWS_ENDPOINT_URL_S3": "https://s3.example"},
            {"S3_ENDPOINT": "s3.example", "S3_USE_HTTPS": "1"},
        ),
    ],
)
def test_environment_of_the_s3_client(given, expected):
    found = remote_model_dir.environment(given)
    assert found.items() >= expected.items()
    assert not set(found) & set(given)
    assert {"S3_ENDPOINT"} & set(found) == {"S3_ENDPOINT"} & set(expected)


def save(folder, *steps):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.compat.v1.get_variable("weights", [50000])
        saver = tf.compat.v1.train.Saver(max_to_keep=2)
        session.run(tf.compat.v1.global_variables_initializer())
        for step in steps:
            saver.save(session, str(folder / "model.ckpt"), global_step=step)


def wait_for(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def here(tmp_path):
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


@pytest.fixture
def said(caplog):
    logger = logging.getLogger("tensorflow")
    logger.addHandler(caplog.handler)
    caplog.set_level(logging.INFO, "tensorflow")
    yield caplog
    logger.removeHandler(caplog.handler)


@pytest.fixture(params=["s3", "folder"])
def there(request, tmp_path):
    """A new address, and what lies there as a dictionary of bytes, seen by another client."""
    if request.param == "folder":
        folder = tmp_path / "there"
        return str(folder), lambda: {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.glob("**/*")
            if path.is_file()
        }
    bucket = request.getfixturevalue("bucket")
    return f"s3://{bucket.name}/a/result", lambda: {
        item.key[len("a/result/") :]: item.get()["Body"].read()
        for item in bucket.objects.filter(Prefix="a/result/")
    }


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.glob("**/*")
        if path.is_file()
    }


def test_carries_what_comes_grows_and_goes(here, there):
    address, content = there
    with CheckpointSync(here, address, every=0.1):
        save(here, 1, 2)
        (here / "eval_0").mkdir()
        (here / "eval_0" / EVENTS).write_bytes(b"one")
        wait_for(lambda: content().get("eval_0/" + EVENTS) == b"one")
        (here / "eval_0" / EVENTS).write_bytes(b"one two")
        wait_for(lambda: content().get("eval_0/" + EVENTS) == b"one two")
        save(here, 3, 4, 5)
    found, expected = content(), files(here)
    assert b'"model.ckpt-5"' in found.pop("checkpoint") and expected.pop("checkpoint")
    assert found == expected and "model.ckpt-4.index" in found


def test_training_goes_on_from_there_and_old_ones_leave(here, there, tmp_path):
    address, content = there
    save(here, 10, 20, 30)
    (here / "best").mkdir()
    save(here / "best", 20)
    (here / "best" / "best.json").write_text("{}")
    with CheckpointSync(here, address):
        pass
    fresh = tmp_path / "fresh"
    older = remote_model_dir.fetch(address, fresh)
    assert files(fresh / "best").keys() == files(here / "best").keys()
    for path in (here / "best").iterdir():
        assert (
            path.name == "checkpoint"
            or (fresh / "best" / path.name).read_bytes() == path.read_bytes()
        )
    shutil.rmtree(str(fresh / "best"))
    assert checkpoints.newest_readable(str(fresh)).endswith("model.ckpt-30")
    assert sorted(older) == parts(20, 30)
    assert "reached.probe" not in content() and not (fresh / ".fetched").exists()
    with CheckpointSync(fresh, address, older, every=0.1):
        wait_for(
            lambda: sorted(checkpoint_sync.snapshot(fresh)) == sorted(parts(30) + ["checkpoint"])
        )
        assert set(content()) >= set(parts(20))
        save(fresh, 40, 50)
        for name in parts(30):
            (fresh / name).unlink()
    assert {name for name in content() if not name.startswith("best/")} == set(parts(40, 50)) | {
        "checkpoint"
    }


def test_nothing_is_fetched_that_is_older_than_what_is_here(here, there, tmp_path):
    address, _ = there
    save(here, 10)
    with CheckpointSync(here, address):
        pass
    newer = tmp_path / "newer"
    newer.mkdir()
    save(newer, 20)
    remote_model_dir.fetch(address, newer)
    assert sorted(checkpoint_sync.snapshot(newer)) == sorted(parts(20) + ["checkpoint"])


@pytest.mark.parametrize("name, kept", [(DATA, 1000), (DATA, None), (INDEX, 20), (INDEX, 0)])
def test_half_written_ones_there_are_passed_over(here, tmp_path, name, kept):
    save(here, 10, 20)
    with CheckpointSync(here, str(tmp_path / "there")):
        pass
    broken = tmp_path / "there" / f"model.ckpt-20.{name}"
    broken_bytes = broken.read_bytes()
    broken.unlink()
    if kept is not None:
        broken.write_bytes(broken_bytes[:kept])
    fresh = tmp_path / "fresh"
    remote_model_dir.fetch(str(tmp_path / "there"), fresh)
    assert checkpoints.newest_readable(str(fresh)).endswith("model.ckpt-10")
    assert not list(fresh.glob("model.ckpt-20*"))


def test_a_bucket_that_is_not_there_is_refused_at_once(bucket, here):
    started = time.monotonic()
    with pytest.raises(BadInput, match="s3://no-such-bucket/x: found NoSuchBucket.*bucket's name"):
        remote_model_dir.fetch("s3://no-such-bucket/x", here)
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("address", ["s3://bucket", "s3://bucket/"])
def test_a_whole_bucket_is_refused(here, address):
    with pytest.raises(BadInput, match="s3://BUCKET/FOLDER"):
        remote_model_dir.fetch(address, here)


def test_a_store_that_is_away_at_the_start_is_said(bucket, here, line):
    line.cut()
    try:
        with pytest.raises(BadInput, match="no answer within 1 s.*AWS_REGION"):
            remote_model_dir.fetch(f"s3://{bucket.name}/x", here, patience=1)
    finally:
        line.restore()


def test_a_store_that_comes_back_has_all(bucket, here, line, said):
    with CheckpointSync(here, f"s3://{bucket.name}/x", every=0.1):
        save(here, 1)
        wait_for(lambda: list(bucket.objects.filter(Prefix="x/checkpoint")))
        line.cut()
        try:
            save(here, 2, 3)
            wait_for(lambda: "trying again" in said.text)
        finally:
            line.restore()
        save(here, 4)
        wait_for(lambda: "is back after" in said.text)
        (here / EVENTS).write_bytes(b"one")
    assert {item.key[2:] for item in bucket.objects.all()} == set(checkpoint_sync.snapshot(here))
    assert "stayed away" not in said.text


def test_a_store_away_for_good_is_not_waited_for(bucket, here, line, said):
    with CheckpointSync(here, f"s3://{bucket.name}/x", every=0.1, patience=1):
        line.cut()
        save(here, 1)
        started = time.monotonic()
    line.restore()
    assert time.monotonic() - started < 10
    assert f"All that was trained lies in {here}" in said.text


def test_no_half_checkpoint_is_ever_seen_there(here, tmp_path):
    """A reader that lists all the time finds every index with its data and a valid state."""
    address = tmp_path / "there"
    with CheckpointSync(here, str(address), every=0.0):
        for step in range(1, 12):
            save(here, step, step + 1)
            for index in address.glob("*.index"):
                data = index.with_suffix("." + DATA)
                assert data.exists() or not index.exists()
            state = tf.train.get_checkpoint_state(str(address))
            assert state is None or not os.path.isabs(
                (address / "checkpoint").read_text().split('"')[1]
            )
    assert tf.train.latest_checkpoint(str(address)).endswith("model.ckpt-12")
