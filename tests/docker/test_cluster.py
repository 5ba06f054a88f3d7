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
        pytest.param(("algo-1", "algo-2"), "algo-1", False, TWO, "master", 0, id="chief of two"),
        pytest.param(("algo-1", "algo-2"), "algo-2", False, TWO, "worker", 0, id="worker of two"),
        pytest.param(("algo-1", "algo-2"), "algo-1", True, TWO, "ps", 0, id="chief's server"),
        pytest.param(("algo-1", "algo-2"), "algo-2", True, TWO, "ps", 1, id="worker's server"),
        pytest.param(("a", "b", "c"), "c", False, THREE, "worker", 1, id="second worker"),
        pytest.param(("a", "b", "c"), "c", True, THREE, "ps", 2, id="second worker's server"),
        pytest.param(
            ("x:10", "x:20"),
            "x:20",
            False,
            {"master": ["x:10"], "worker": ["x:20"], "ps": ["x:11", "x:21"]},
            "worker",
            0,
            id="ports given",
        ),
    ],
)
def test_tf_config(monkeypatch, hosts, current, server, tasks, kind, index):
    actual = cluster.tf_config(Cluster(hosts, current), server)
    assert actual == {
        "cluster": tasks,
        "task": {"type": kind, "index": index},
        "environment": "cloud",
    }
    monkeypatch.setenv("TF_CONFIG", files.json.dumps(actual))
    config = tf.estimator.RunConfig()
    assert (config.task_type, config.task_id) == (kind, index)
    assert config.is_chief is (kind == "master")
    assert config.num_ps_replicas == len(hosts)


def test_one_host_sets_none():
    assert cluster.tf_config(Cluster(("algo-1",), "algo-1")) == {}


@pytest.mark.parametrize(
    "content, hosts, current",
    [
        pytest.param(None, ("localhost",), "localhost", id="no file"),
        pytest.param({}, ("localhost",), "localhost", id="no hosts"),
        pytest.param(
            {"hosts": ["algo-1"], "current_host": "algo-1"}, ("algo-1",), "algo-1", id="one host"
        ),
        pytest.param({"hosts": ["algo-1"]}, ("algo-1",), "algo-1", id="no current host"),
        pytest.param(
            {"hosts": ["algo-2", "algo-1"], "current_host": "algo-2"},
            ("algo-1", "algo-2"),
            "algo-2",
            id="unsorted hosts",
        ),
    ],
)
def test_reads_hosts(tmp_path, content, hosts, current):
    path = tmp_path / "resourceconfig.json"
    if content is not None:
        files.write_json(path, content)
    assert cluster.read(path) == (hosts, current)


@pytest.mark.parametrize(
    "content, message",
    [
        pytest.param(
            {"hosts": ["a", "b"], "current_host": "c"}, "'c', .* a, b", id="unknown current host"
        ),
        pytest.param({"hosts": ["a", "b"]}, "'', .* a, b", id="no current host"),
        pytest.param({"hosts": "algo-1"}, "hosts 'algo-1', .*list", id="hosts not a list"),
        pytest.param(
            {"hosts": [1, 2], "current_host": 1}, r"hosts \[1, 2\], .*list", id="numbers as hosts"
        ),
    ],
)
def test_refuses_invalid_hosts(tmp_path, content, message):
    with pytest.raises(BadInput, match=f"resourceconfig.json.*{message}"):
        cluster.read(files.write_json(tmp_path / "resourceconfig.json", content))
