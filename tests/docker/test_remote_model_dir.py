"""Whole jobs with their ``model_dir`` in S3: copied there, resumed from there, the store lost."""

import json
import os
import shutil
import subprocess
import sys
import time

import pytest
from job_here import lay_out

from helpers.training import local_job
from helpers.workspace import Workspace


@pytest.fixture
def new_job(small_channel, tmp_path):
    """Lays out a job whose steps take little time."""
    shutil.copytree(str(small_channel), str(tmp_path / "training"))
    return lambda name, **wanted: lay_out(Workspace.at(tmp_path), name, **wanted)


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
def test_goes_on_from_there_and_ends_without_a_store_that_stays_away(new_job, start, bucket, line):
    address = f"s3://{bucket.name}/result"
    first = new_job("first", num_steps="4", save_checkpoints_steps="2", model_dir=address)
    assert start(first).wait(600) == 0, (first / "train.log").read_text()
    assert exported(first)
    found = {item.key[len("result/") :] for item in bucket.objects.all()}
    here = {
        path.relative_to(first / "checkpoints").as_posix()
        for path in (first / "checkpoints").glob("**/*")
        if path.is_file()
    }
    assert found == here >= {"checkpoint", "model.ckpt-4.index", "best/best.json"}

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
    text = log.read_text()
    assert f"step 4 fetched from {address}" in text and "steps     4 to 6" in text
    assert "All that was trained lies in" in text and exported(second)
    assert (second / "model" / "model.ckpt-6.index").exists()
