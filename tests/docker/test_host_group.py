"""Several hosts: who is who, and what becomes of the others when one ends."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import s3_stand_in
import tensorflow as tf
from job_here import wait_for

from helpers.structures.errors import JobFailed
from trainer import checkpoints
from trainer.cluster import Cluster
from trainer.host_group import HostGroup

HERE = Path(__file__).resolve().parent


@pytest.fixture
def hosts():
    """Two names of this machine, each with three free ports in a row."""
    names = []
    while len(names) < 2:
        port = s3_stand_in.free_port()
        with socket.socket() as second, socket.socket() as third:
            try:
                second.bind(("", port + 1))
                third.bind(("", port + 2))
            except OSError:
                continue
        if all(abs(port - int(host.split(":")[1])) > 2 for host in names):
            names.append(f"127.0.0.1:{port}")
    return sorted(names)


@pytest.fixture
def start(tmp_path, hosts):
    """Starts a host by its number; all are gone at the end."""
    running = []

    def start(number, steps):
        with open(str(tmp_path / f"log-{number}"), "w") as log:
            running.append(
                subprocess.Popen(
                    [
                        sys.executable,
                        str(HERE / "one_host.py"),
                        str(tmp_path),
                        hosts[number],
                        *hosts,
                        str(steps),
                    ],
                    stdout=log,
                    stderr=log,
                    env=dict(
                        os.environ,
                        PYTHONPATH=os.pathsep.join(
                            [os.environ["PYTHONPATH"], str(HERE.parents[1] / "docker")]
                        ),
                    ),
                )
            )
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.wait()


def servers(hosts):
    """Whether parameter servers still hold their ports."""
    return [
        socket.socket().connect_ex(("127.0.0.1", int(host.split(":")[1]) + 1)) == 0
        for host in hosts
    ]


def test_workers_end_well_when_the_chief_does(start, tmp_path, hosts):
    worker, chief = start(1, 100000), start(0, 60)
    assert (chief.wait(90), worker.wait(20)) == (0, 0), (tmp_path / "log-0").read_text()
    # The worker may have added some steps before the chief had written its last checkpoint.
    assert 60 <= checkpoints.step_of(tf.train.latest_checkpoint(str(tmp_path / "run-0"))) < 100
    assert tf.train.latest_checkpoint(str(tmp_path / "run-1")) is None
    assert [(tmp_path / f"start-{host}").read_text() for host in (0, 1)] == ["7", "7"]
    assert not list(tmp_path.glob("failure*"))
    wait_for(lambda: servers(hosts) == [False, False], 10)


@pytest.mark.parametrize(
    "victim, survivor, role", [(1, 0, "a worker"), (0, 1, "the chief")], ids=["worker", "chief"]
)
def test_a_host_that_is_killed_ends_the_other_with_the_cause(
    start, tmp_path, hosts, victim, survivor, role
):
    both = [start(0, 100000), start(1, 100000)]
    wait_for(lambda: tf.train.latest_checkpoint(str(tmp_path / "run-0")))
    both[victim].kill()
    assert both[survivor].wait(30) == 1
    cause = (tmp_path / f"failure-{survivor}").read_text()
    assert cause.startswith(f"host {hosts[victim]}, {role}, went away")
    wait_for(lambda: servers(hosts) == [False, False], 10)
    assert tf.train.latest_checkpoint(str(tmp_path / "run-0"))


def test_a_host_that_falls_silent_counts_as_gone(start, tmp_path, hosts):
    chief, worker = start(0, 100000), start(1, 100000)
    wait_for(lambda: tf.train.latest_checkpoint(str(tmp_path / "run-0")))
    worker.send_signal(signal.SIGSTOP)
    assert chief.wait(30) == 1
    cause = (tmp_path / "failure-0").read_text()
    assert re.search(f"{hosts[1]}, a worker, .* 3 s", cause)


def test_a_chief_that_fails_says_why(start, tmp_path):
    chief, worker = start(0, "20!"), start(1, 100000)
    assert (chief.wait(60), worker.wait(20)) == (1, 1)
    assert "had enough" in (tmp_path / "failure-1").read_text()


def test_hosts_that_do_not_come_are_named(hosts):
    with pytest.raises(JobFailed, match=f"^{hosts[1]} .* 1 s"):
        with HostGroup(Cluster(tuple(hosts), hosts[0]), 0, print, patience=1):
            raise AssertionError("nobody came")
    with pytest.raises(JobFailed, match=f"^{hosts[0]} .* 0 s"):
        with HostGroup(Cluster(tuple(hosts), hosts[1]), 0, print, patience=0):
            raise AssertionError("nobody came")
