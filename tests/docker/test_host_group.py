"""Several hosts: who is who, and what becomes of the others when one ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import s3_stand_in
import tensorflow as tf

from helpers.structures.errors import BadInput, JobFailed
from helpers.system import files
from trainer import checkpoints, cluster
from trainer.cluster import Cluster
from trainer.host_group import HostGroup

HERE = Path(__file__).resolve().parent
TWO = {"master": ["algo-1:2222"], "worker": ["algo-2:2222"], "ps": ["algo-1:2223", "algo-2:2223"]}
THREE = {"master": ["a:2222"], "worker": ["b:2222", "c:2222"], "ps": ["a:2223", "b:2223", "c:2223"]}


@pytest.mark.parametrize(
    "hosts, current, server, tasks, kind, index",
    [
        (("algo-1", "algo-2"), "algo-1", False, TWO, "master", 0),
        (("algo-1", "algo-2"), "algo-2", False, TWO, "worker", 0),
        (("algo-1", "algo-2"), "algo-1", True, TWO, "ps", 0),
        (("algo-1", "algo-2"), "algo-2", True, TWO, "ps", 1),
        (("a", "b", "c"), "c", False, THREE, "worker", 1),
        (("a", "b", "c"), "c", True, THREE, "ps", 2),
        (
            ("x:10", "x:20"),
            "x:20",
            False,
            {"master": ["x:10"], "worker": ["x:20"], "ps": ["x:11", "x:21"]},
            "worker",
            0,
        ),
    ],
)
def test_tf_config(monkeypatch, hosts, current, server, tasks, kind, index):
    found = cluster.tf_config(Cluster(hosts, current), server)
    assert found == {
        "cluster": tasks,
        "task": {"type": kind, "index": index},
        "environment": "cloud",
    }
    monkeypatch.setenv("TF_CONFIG", files.json.dumps(found))
    config = tf.estimator.RunConfig()
    assert (config.task_type, config.task_id) == (kind, index)
    assert config.is_chief is (kind == "master")
    assert config.num_ps_replicas == len(hosts)


def test_one_host_sets_none():
    assert cluster.tf_config(Cluster(("algo-1",), "algo-1")) == {}


@pytest.mark.parametrize(
    "content, hosts, current",
    [
        (None, ("localhost",), "localhost"),
        ({}, ("localhost",), "localhost"),
        ({"hosts": ["algo-1"], "current_host": "algo-1"}, ("algo-1",), "algo-1"),
        ({"hosts": ["algo-1"]}, ("algo-1",), "algo-1"),
        ({"hosts": ["algo-2", "algo-1"], "current_host": "algo-2"}, ("algo-1", "algo-2"), "algo-2"),
    ],
)
def test_reads_who_is_who(tmp_path, content, hosts, current):
    path = tmp_path / "resourceconfig.json"
    if content is not None:
        files.write_json(path, content)
    assert cluster.read(path) == (hosts, current)


@pytest.mark.parametrize(
    "content, said",
    [
        ({"hosts": ["a", "b"], "current_host": "c"}, "'c', expected one of a, b"),
        ({"hosts": ["a", "b"]}, "'', expected one of a, b"),
        ({"hosts": "algo-1"}, "a list of names"),
        ({"hosts": [1, 2], "current_host": 1}, "a list of names"),
    ],
)
def test_refuses_odd_hosts(tmp_path, content, said):
    with pytest.raises(BadInput, match=f"resourceconfig.json.*{said}"):
        cluster.read(files.write_json(tmp_path / "resourceconfig.json", content))


@pytest.fixture
def hosts():
    """Two names of this machine, each with three free ports in a row."""
    found = []
    while len(found) < 2:
        port = s3_stand_in.free_port()
        with socket.socket() as one, socket.socket() as two:
            try:
                one.bind(("", port + 1))
                two.bind(("", port + 2))
            except OSError:
                continue
        if all(abs(port - int(host.split(":")[1])) > 2 for host in found):
            found.append(f"127.0.0.1:{port}")
    return sorted(found)


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


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


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


@pytest.mark.parametrize("victim, survivor, role", [(1, 0, "a worker"), (0, 1, "the chief")])
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
    assert "nothing was heard for 3 s" in (tmp_path / "failure-0").read_text()


def test_a_chief_that_fails_says_why(start, tmp_path):
    chief, worker = start(0, "20!"), start(1, 100000)
    assert (chief.wait(60), worker.wait(20)) == (1, 1)
    assert "had enough" in (tmp_path / "failure-1").read_text()


def test_hosts_that_do_not_come_are_named(hosts):
    with pytest.raises(JobFailed, match=f"^{hosts[1]} did not come within 1 s"):
        with HostGroup(Cluster(tuple(hosts), hosts[0]), 0, print, patience=1):
            raise AssertionError("nobody came")
    with pytest.raises(JobFailed, match=f"^{hosts[0]} did not come within 0 s"):
        with HostGroup(Cluster(tuple(hosts), hosts[1]), 0, print, patience=0):
            raise AssertionError("nobody came")
