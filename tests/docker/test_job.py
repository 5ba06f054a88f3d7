"""Jobs that must fail before they train, with the cause where SageMaker shows it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import labelmap, road
from helpers.settings import Work

TRAIN = Path(__file__).resolve().parents[2] / "docker" / "train"


@pytest.fixture(scope="module")
def training(sample_folder, tmp_path_factory):
    """A training channel that is as it should be."""
    work = Work.at(tmp_path_factory.mktemp("job"))
    road.collect(work, sample_folder / "annotations", sample_folder / "img")
    road.map_labels(work)
    road.divide(work)
    road.write_records(work, shards=2)
    road.configure(work, "small_ssd", 4)
    return work.training


def more_classes(channel):
    labelmap.write(labelmap.LabelMap.of(["apple", "banana", "donut", "pear"]),
                   channel / "label_map.pbtxt")


def cut_record(channel):
    path = channel / "eval.record-00000-of-00002"
    path.write_bytes(path.read_bytes()[:100])


def no_records(channel):
    for path in channel.glob("train.record*"):
        path.unlink()


def empty_records(channel):
    for path in channel.glob("train.record*"):
        path.write_bytes(b"")


def fine_tune(channel):
    config = channel / "pipeline.config"
    config.write_text(config.read_text().replace("train_config {", "train_config {\n"
                      '  fine_tune_checkpoint: "/opt/ml/input/data/checkpoint/model.ckpt"', 1))


@pytest.mark.parametrize("spoil, hyperparameters, said", [
    (lambda channel: (channel / "label_map.pbtxt").unlink(), "{}", "label_map.pbtxt"),
    (lambda channel: (channel / "pipeline.config").write_text("model {"), "{}",
     "pipeline.config"),
    (more_classes, "{}", "num_classes: 3, expected 4"),
    (no_records, "{}", "train.record: no such records"),
    (cut_record, "{}", "eval.record-00000-of-00002"),
    (empty_records, "{}", "train.record-00000-of-00002: found no picture"),
    (fine_tune, "{}", "no checkpoint"),
    (lambda channel: None, '{"num_step": "4"}', "did you mean num_steps"),
    (lambda channel: None, "{broken", "hyperparameters.json"),
    (lambda channel: None, '["num_steps"]', "hyperparameters.json: found a list"),
    (lambda channel: None, '{"quantize": "True", "image_size": "300"}', "image_size 300x300"),
    (lambda channel: None, '{"quantize": "True", "inference_type": "QUANTIZED_UINT8", '
     '"post_training": "int8"}', "post_training: found 'int8' with inference_type QUANT"),
    (lambda channel: None, '{"mode": "export"}', "no checkpoint to export"),
], ids=["label map", "config", "classes", "records", "cut", "empty", "checkpoint", "unknown",
        "json", "list", "size", "eight bits twice", "export"])
def test_cause_is_the_first_line(training, tmp_path, spoil, hyperparameters, said):
    channel = tmp_path / "input" / "data" / "training"
    shutil.copytree(str(training), str(channel))
    spoil(channel)
    (tmp_path / "input" / "config").mkdir()
    (tmp_path / "input" / "config" / "hyperparameters.json").write_text(hyperparameters)
    run = subprocess.run([sys.executable, str(TRAIN)], stderr=subprocess.PIPE,
                         universal_newlines=True,
                         env=dict(os.environ, SAGEMAKER_BASE_DIR=str(tmp_path)))
    assert run.returncode == 1
    failure = (tmp_path / "output" / "failure").read_text()
    assert said in failure.splitlines()[0]
    assert "Traceback" not in failure.splitlines()[0] and "Traceback" in failure
    assert said in run.stderr and not list(tmp_path.glob("checkpoints/*"))
