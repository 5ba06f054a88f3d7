"""A ``model_dir`` in S3 or a folder: what is fetched from it, and a job that resumes from it."""

import json
import os
import shutil
import subprocess
import sys
import time

import pytest
from builders import contents
from checkpoint_files import DATA, INDEX, parts, save
from job_here import lay_out, wait_for

from helpers.structures.errors import BadInput
from helpers.training import local_job
from helpers.workspace import Workspace
from trainer import checkpoint_sync, checkpoints, remote_model_dir
from trainer.checkpoint_sync import CheckpointSync


@pytest.mark.parametrize(
    "variables, added",
    [
        pytest.param({}, {"AWS_LOG_LEVEL": "1", "S3_CONNECT_TIMEOUT_MSEC": "3000"}, id="defaults"),
        pytest.param({"AWS_LOG_LEVEL": "4", "S3_CONNECT_TIMEOUT_MSEC": "1"}, {}, id="kept"),
        pytest.param({"AWS_DEFAULT_REGION": "r"}, {"AWS_REGION": "r"}, id="default region"),
        pytest.param(
            {"AWS_DEFAULT_REGION": "r", "AWS_REGION": "s"}, {}, id="region before default region"
        ),
        pytest.param(
            {"AWS_ENDPOINT_URL": "http://moto:5000/"},
            {"S3_ENDPOINT": "moto:5000", "S3_USE_HTTPS": "0"},
            id="HTTP endpoint",
        ),
        pytest.param(
            {"AWS_ENDPOINT_URL": "http://moto", "AWS_ENDPOINT_URL_S3": "https://s3.example"},
            {"S3_ENDPOINT": "s3.example", "S3_USE_HTTPS": "1"},
            id="endpoint of S3 alone",
        ),
    ],
)
def test_environment_of_the_s3_client(variables, added):
    actual = remote_model_dir.environment(variables)
    assert actual.items() >= added.items()
    assert not set(actual) & set(variables)
    assert {"S3_ENDPOINT"} & set(actual) == {"S3_ENDPOINT"} & set(added)


def test_checkpoints_are_fetched_and_old_ones_removed(local_dir, remote_dir, tmp_path):
    address, content = remote_dir
    save(local_dir, 10, 20, 30)
    (local_dir / "best").mkdir()
    save(local_dir / "best", 20)
    (local_dir / "best" / "best.json").write_text("{}")
    with CheckpointSync(local_dir, address):
        pass
    fresh = tmp_path / "fresh"
    older = remote_model_dir.fetch(address, fresh)
    assert contents(fresh / "best").keys() == contents(local_dir / "best").keys()
    for path in (local_dir / "best").iterdir():
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


def test_an_older_checkpoint_is_not_fetched(local_dir, remote_dir, tmp_path):
    address, _ = remote_dir
    save(local_dir, 10)
    with CheckpointSync(local_dir, address):
        pass
    newer = tmp_path / "newer"
    newer.mkdir()
    save(newer, 20)
    remote_model_dir.fetch(address, newer)
    assert sorted(checkpoint_sync.snapshot(newer)) == sorted(parts(20) + ["checkpoint"])


@pytest.mark.parametrize("name, kept", [(DATA, 1000), (DATA, None), (INDEX, 20), (INDEX, 0)])
def test_a_half_written_checkpoint_is_not_fetched(local_dir, tmp_path, name, kept):
    save(local_dir, 10, 20)
    with CheckpointSync(local_dir, str(tmp_path / "remote")):
        pass
    broken = tmp_path / "remote" / f"model.ckpt-20.{name}"
    broken_bytes = broken.read_bytes()
    broken.unlink()
    if kept is not None:
        broken.write_bytes(broken_bytes[:kept])
    fresh = tmp_path / "fresh"
    remote_model_dir.fetch(str(tmp_path / "remote"), fresh)
    assert checkpoints.newest_readable(str(fresh)).endswith("model.ckpt-10")
    assert not list(fresh.glob("model.ckpt-20*"))


def test_a_missing_bucket_is_refused_at_once(bucket, local_dir):
    started = time.monotonic()
    with pytest.raises(BadInput, match="s3://no-such-bucket/x: .*NoSuchBucket"):
        remote_model_dir.fetch("s3://no-such-bucket/x", local_dir)
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("address", ["s3://bucket", "s3://bucket/"])
def test_a_whole_bucket_is_refused(local_dir, address):
    with pytest.raises(BadInput, match="s3://BUCKET/FOLDER"):
        remote_model_dir.fetch(address, local_dir)


def test_an_unreachable_store_is_refused_at_the_start(bucket, local_dir, line):
    line.cut()
    try:
        with pytest.raises(BadInput, match="s3://.* 1 s.*AWS_REGION"):
            remote_model_dir.fetch(f"s3://{bucket.name}/x", local_dir, patience=1)
    finally:
        line.restore()


@pytest.fixture
def new_job(small_channel, tmp_path):
    """Lays out a job whose steps take little time."""
    shutil.copytree(str(small_channel), str(tmp_path / "training"))
    return lambda name, **hyperparameters: lay_out(Workspace.at(tmp_path), name, **hyperparameters)


@pytest.fixture
def start(line, bucket):
    """Starts a job on this machine; its log goes to a file."""
    running = []

    def start(job):
        with open(str(job / "train.log"), "w") as log:
            running.append(
                subprocess.Popen(
                    [sys.executable, str(local_job.TRAIN)],
                    stdout=log,
                    stderr=log,
                    env=dict(os.environ, SAGEMAKER_BASE_DIR=str(job)),
                )
            )
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.wait()


def exported(job):
    return json.loads((job / "model" / "graph" / "export.json").read_text())["passed"]


@pytest.mark.training
def test_a_job_resumes_from_the_store_and_ends_without_it(new_job, start, bucket, line):
    address = f"s3://{bucket.name}/result"
    first = new_job("first", num_steps="4", save_checkpoints_steps="2", model_dir=address)
    assert start(first).wait(600) == 0, (first / "train.log").read_text()
    assert exported(first)
    stored = {item.key[len("result/") :] for item in bucket.objects.all()}
    local = set(contents(first / "checkpoints"))
    assert stored == local >= {"checkpoint", "model.ckpt-4.index", "best/best.json"}

    second = new_job("second", num_steps="6", save_checkpoints_steps="2", model_dir=address)
    process = start(second)
    log, deadline = second / "train.log", time.monotonic() + 600
    while "] loss = " not in log.read_text():
        assert process.poll() is None and time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)
    line.cut()
    try:
        assert process.wait(600) == 0, log.read_text()
    finally:
        line.restore()
    output = log.read_text()
    assert f"step 4 fetched from {address}" in output and "steps     4 to 6" in output
    assert f" lies in {second / 'checkpoints'}" in output and exported(second)
    assert (second / "model" / "model.ckpt-6.index").exists()
