"""Data parallelism: the input sharded over hosts, and a replica of the model on each GPU."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import tensorflow as tf

from helpers.pipeline_config import pipeline
from trainer import input_pipeline, training
from trainer.cluster import ALONE, Cluster

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def config(small_channel, tmp_path_factory):
    """The channel's config with the paths of this machine, and where it is written."""
    text = (small_channel / "pipeline.config").read_text()
    path = tmp_path_factory.mktemp("config") / "pipeline.config"
    config = pipeline.parse(text.replace("/opt/ml/input/data/training", str(small_channel)))
    return pipeline.write(config, path)


def records_of_host(reader, images, passed, hosts, count):
    """The raw records that one host sees."""
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        dataset = input_pipeline.records(reader, images, 5, passed, hosts).take(count)
        element = tf.compat.v1.data.make_one_shot_iterator(dataset).get_next()
        return [session.run(element) for _ in range(count)]


@pytest.mark.parametrize("count", [2, 3])
def test_every_epoch_is_sharded_over_the_hosts(config, count):
    reader = pipeline.read(config).train_input_reader
    everything = [
        raw
        for path in sorted(tf.io.gfile.glob(list(reader.tf_record_input_reader.input_path)))
        for raw in tf.compat.v1.io.tf_record_iterator(path)
    ]
    total, names = len(everything), tuple("abc"[:count])
    shares = [len(range(place, total, count)) for place in range(count)]
    first, second = (
        [
            records_of_host(reader, total, epoch * share, Cluster(names, name), share)
            for name, share in zip(names, shares)
        ]
        for epoch in range(2)
    )
    assert sorted(sum(first, [])) == sorted(sum(second, [])) == sorted(everything)
    assert first != second
    assert sorted(records_of_host(reader, total, 0, ALONE, total)) == sorted(everything)


@pytest.mark.parametrize(
    "gpus, hosts, averages, expected",
    [
        pytest.param([], ALONE, False, (), id="no GPU"),
        pytest.param(["a"], ALONE, False, (), id="one GPU"),
        pytest.param(["a", "b"], ALONE, False, ("/gpu:0", "/gpu:1"), id="two GPUs"),
        pytest.param(["a", "b"], ALONE, True, (), id="moving averages"),
        pytest.param(["a", "b"], Cluster(("x", "y"), "x"), False, (), id="two hosts"),
    ],
)
def test_gpus_with_a_replica_each(config, gpus, hosts, averages, expected):
    changed = pipeline.read(config)
    changed.train_config.optimizer.use_moving_average = averages
    assert training.devices(gpus, hosts, changed) == expected


@pytest.mark.training
def test_two_replicas_train_one_model(config, small_channel, tmp_path):
    images = sum(
        1
        for path in sorted(small_channel.glob("train.record*"))
        for _ in tf.compat.v1.io.tf_record_iterator(str(path))
    )
    result = subprocess.run(
        [sys.executable, str(HERE / "two_replicas.py"), str(config), str(tmp_path), str(images)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        env=dict(
            os.environ,
            PYTHONPATH=os.pathsep.join([os.environ["PYTHONPATH"], str(HERE.parents[1] / "docker")]),
        ),
    )
    assert result.returncode == 0, result.stdout
    assert "MirroredStrategy" in result.stdout and "] loss = " in result.stdout
    newest = tf.train.latest_checkpoint(str(tmp_path))
    names = [name for name, _ in tf.train.list_variables(newest)]
    assert newest.endswith("-2") and names and not [name for name in names if "replica" in name]
    stored = json.loads((tmp_path / "best" / "best.json").read_text())
    assert stored["best"]["step"] == 2
