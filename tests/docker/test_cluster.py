"""Who is who among several hosts, and what TensorFlow is told of it."""

import pytest
import tensorflow as tf

from helpers.structures.errors import BadInput
from helpers.system import files
from trainer import cluster
from trainer.cluster import Cluster

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
