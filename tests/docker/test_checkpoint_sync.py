"""The folder that is copied to ``model_dir``: which files, and in which order."""

import os

import pytest
import tensorflow as tf
from builders import contents
from checkpoint_files import DATA, EVENTS, INDEX, META, parts, save
from job_here import wait_for

from trainer import checkpoint_sync
from trainer.checkpoint_sync import CheckpointSync


def stamps(names, stamp=1):
    return {name: (stamp, stamp) for name in names}


@pytest.mark.parametrize(
    "local, remote, withdrawn, sent, removed",
    [
        pytest.param({}, {}, [], [], [], id="empty"),
        pytest.param(stamps(parts(1)), stamps(parts(1)), [], [], [], id="in sync"),
        pytest.param(
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
            id="events, data, index, state",
        ),
        pytest.param(stamps([EVENTS], 2), stamps([EVENTS]), [], [EVENTS], [], id="grown events"),
        pytest.param(
            {"checkpoint": "b"}, {"checkpoint": "a"}, [], ["checkpoint"], [], id="new state"
        ),
        # A reader would find half a checkpoint otherwise.
        pytest.param(
            {},
            stamps(parts(1)),
            [],
            [],
            ["model.ckpt-1.index", f"model.ckpt-1.{DATA}", "model.ckpt-1.meta"],
            id="removed, index first",
        ),
        pytest.param(
            stamps(parts(1), 2),
            stamps(parts(1), 1),
            ["model.ckpt-1.index"],
            [f"model.ckpt-1.{DATA}", "model.ckpt-1.meta", "model.ckpt-1.index"],
            [],
            id="overwritten",
        ),
        pytest.param(
            stamps(["best/" + name for name in parts(1)]),
            {},
            [],
            [f"best/model.ckpt-1.{kind}" for kind in (DATA, META, INDEX)],
            [],
            id="best",
        ),
        pytest.param({}, {"left.index": None}, [], [], ["left.index"], id="unknown stamp"),
    ],
)
def test_plan(local, remote, withdrawn, sent, removed):
    before = dict(local), dict(remote)
    assert checkpoint_sync.plan(local, remote) == (withdrawn, sent, removed)
    assert (local, remote) == before


@pytest.mark.parametrize(
    "names, complete",
    [
        pytest.param([], [], id="empty"),
        pytest.param(parts(1), parts(1), id="complete"),
        pytest.param([f"model.ckpt-1.{INDEX}"], [], id="index without data"),
        pytest.param(
            ["model.ckpt-1.index", "model.ckpt-1.data-00000-of-00002"],
            ["model.ckpt-1.data-00000-of-00002"],
            id="one data shard of two",
        ),
        pytest.param(["best/model.ckpt-1.index"], [], id="best without data"),
        pytest.param(
            [
                "checkpoint.tmp1f",
                "graph.pbtxt.tmp0",
                ".fetched/model.ckpt-1.meta",
                "model.ckpt-1_temp_ab/part-00000-of-00001.data-00000-of-00001",
                "model.ckpt-1.index.tempstate12",
            ],
            [],
            id="temporary files",
        ),
        pytest.param(["eval_0/" + EVENTS], ["eval_0/" + EVENTS], id="events of the evaluation"),
    ],
)
def test_snapshot_has_complete_files_only(tmp_path, names, complete):
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert sorted(checkpoint_sync.snapshot(tmp_path)) == sorted(complete)


def test_copies_new_and_grown_files_and_removes_old_ones(local_dir, remote_dir):
    address, content = remote_dir
    with CheckpointSync(local_dir, address, every=0.1):
        save(local_dir, 1, 2)
        (local_dir / "eval_0").mkdir()
        (local_dir / "eval_0" / EVENTS).write_bytes(b"one")
        wait_for(lambda: content().get("eval_0/" + EVENTS) == b"one")
        (local_dir / "eval_0" / EVENTS).write_bytes(b"one two")
        wait_for(lambda: content().get("eval_0/" + EVENTS) == b"one two")
        save(local_dir, 3, 4, 5)
    actual, expected = content(), contents(local_dir)
    assert b'"model.ckpt-5"' in actual.pop("checkpoint") and expected.pop("checkpoint")
    assert actual == expected and "model.ckpt-4.index" in actual


def test_a_reader_never_sees_half_a_checkpoint(local_dir, tmp_path):
    """A reader that lists all the time finds every index with its data and a valid state."""
    address = tmp_path / "remote"
    with CheckpointSync(local_dir, str(address), every=0.0):
        for step in range(1, 12):
            save(local_dir, step, step + 1)
            for index in address.glob("*.index"):
                data = index.with_suffix("." + DATA)
                assert data.exists() or not index.exists()
            state = tf.train.get_checkpoint_state(str(address))
            assert state is None or not os.path.isabs(
                (address / "checkpoint").read_text().split('"')[1]
            )
    assert tf.train.latest_checkpoint(str(address)).endswith("model.ckpt-12")
