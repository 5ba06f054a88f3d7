"""Two containers on one network, as SageMaker's hosts: one is killed, both go on, both end well."""

import json
import re
import shutil
import time
import uuid

import pytest
from job_here import lay_out

from helpers.system import files, shell
from helpers.workspace import Workspace

HOSTS = ("algo-1", "algo-2")
DEADLINE = 300.0
NOTICED = 70.0  # seconds within which the chief is to end; a broken line is noticed at once


@pytest.fixture
def network(built_image):
    """A network of its own, on which names are found."""
    name = f"test-{uuid.uuid4().hex[:12]}"
    shell.run(["docker", "network", "create", name])
    yield name
    shell.run(["docker", "network", "rm", name])


def wants(job, **hyperparameters):
    files.write_json(job / "input" / "config" / "hyperparameters.json", hyperparameters)


@pytest.fixture
def start(network, small_channel, start_in_image, tmp_path):
    """The two job folders, and a function that starts their containers."""
    shutil.copytree(str(small_channel), str(tmp_path / "training"))
    pair = [lay_out(Workspace.at(tmp_path), f"{network}-{host}") for host in HOSTS]
    for job, host in zip(pair, HOSTS):
        files.write_json(
            job / "input" / "config" / "resourceconfig.json",
            {"current_host": host, "hosts": list(HOSTS)},
        )

    def start():
        return [
            start_in_image(
                job, options=["--network", network, "--hostname", host, "--network-alias", host]
            )
            for job, host in zip(pair, HOSTS)
        ]

    return pair, start


def last_step(job):
    steps = [int(path.stem.split("-")[1]) for path in (job / "checkpoints").glob("*.index")]
    return max(steps, default=0)


def test_a_killed_worker_ends_the_job_which_then_goes_on(start):
    (chief, worker), start = start
    for job in (chief, worker):
        wants(job, num_steps="100000", save_checkpoints_steps="2")
    containers = start()
    deadline = time.monotonic() + DEADLINE
    while not last_step(chief):
        assert containers[0].poll() is None and time.monotonic() < deadline
        time.sleep(0.1)
    shell.run(["docker", "kill", worker.name])
    log, _ = containers[0].communicate(timeout=NOTICED)
    assert containers[0].returncode == 1, log
    cause = (chief / "output" / "failure").read_text().splitlines()[0]
    assert re.match(r"host algo-2, a worker, .*\(.*\)\. Start", cause)
    kept = last_step(chief)
    assert list((chief / "model").glob(f"model.ckpt-{kept}.index"))

    for job in (chief, worker):
        wants(job, num_steps=str(kept + 4), save_checkpoints_steps="2")
    containers = start()
    logs = [container.communicate(timeout=DEADLINE)[0] for container in containers]
    assert [container.returncode for container in containers] == [0, 0], logs
    assert f"steps     {kept} to {kept + 4}" in logs[0]
    assert json.loads((chief / "model" / "graph" / "export.json").read_text())["passed"]
    assert last_step(chief) >= kept + 4
    assert list((worker / "model").iterdir()) == []
    assert not (worker / "output" / "failure").exists()
