"""What the log says of a job before its first step."""

import re

import pytest

from helpers.pipeline_config import pipeline
from helpers.pipeline_config.preflight import PreflightResult
from helpers.structures.label_map import LabelMap
from helpers.system import processes
from trainer import job_summary


def summary(start=None, gpus=(), qat=None, calibrated=False):
    config = pipeline.read("small_ssd")
    config.train_config.num_steps, config.train_config.batch_size = 100, 8
    inputs = PreflightResult(
        config, LabelMap.of(["cat", "dog"]), {"train": 40, "eval": 10}, None, qat, calibrated
    )
    lines = job_summary.as_text(inputs, start, 3_000_000, gpus, "float32").splitlines()
    assert lines[0] == "this job:"
    return {line[2:11].strip(): line[12:] for line in lines[1:]}


def test_classes_images_and_steps():
    rows = summary()
    assert rows["classes"] == "2: cat, dog"
    assert re.findall(r"\d+", rows["images"]) == ["40", "10"]
    assert re.fullmatch("0 to 100, 8 images .* 20 .*", rows["steps"])
    assert rows["device"] == f"{processes.cores()} processor cores, float32"
    assert "QAT" not in rows and "8 bits" not in rows


@pytest.mark.parametrize(
    "start, expected",
    [(None, "from scratch"), ("/opt/ml/checkpoints/model.ckpt-30", "from /opt/ml")],
    ids=["scratch", "resumed"],
)
def test_where_the_weights_come_from(start, expected):
    rows = summary(start)
    assert rows["weights"].startswith(expected)
    assert rows["steps"].startswith("30 to" if start else "0 to")


def test_gpus_and_quantization_aware_training():
    rows = summary(gpus=("Tesla T4",), qat=80)
    assert rows["device"] == "Tesla T4, float32" and rows["QAT"] == "from step 80 on"


def test_calibration_after_training():
    rows = summary(calibrated=True)
    assert "train records" in rows["8 bits"] and "QAT" not in rows
