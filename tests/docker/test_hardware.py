"""What a job demands of the machine."""

import json
import shutil

import pytest
import tensorflow as tf

from helpers.structures.errors import BadInput
from trainer import hardware


@pytest.fixture
def without_gpu(monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.delenv("SM_NUM_GPUS", raising=False)
    if tf.config.experimental.list_physical_devices("GPU"):
        pytest.skip("needs a machine without a GPU")


@pytest.mark.parametrize(
    "instance, variables, source",
    [
        pytest.param("ml.g4dn.xlarge", {}, "instance ml.g4dn.xlarge", id="G4 instance"),
        pytest.param("ml.p3.2xlarge", {}, "instance ml.p3.2xlarge", id="P3 instance"),
        pytest.param("ml.m5.xlarge", {"SM_NUM_GPUS": "2"}, "SM_NUM_GPUS=2", id="two GPUs"),
        pytest.param("", {"SM_NUM_GPUS": "1"}, "SM_NUM_GPUS=1", id="unknown instance"),
    ],
)
def test_an_expected_gpu_is_missing(
    without_gpu, monkeypatch, tmp_path, instance, variables, source
):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    resources = tmp_path / "resourceconfig.json"
    resources.write_text(json.dumps({"current_instance_type": instance}))
    with pytest.raises(BadInput, match=f"{source}: found .*GPU.* TensorFlow") as caught:
        hardware.check_gpu(resources)
    assert "libc" in str(caught.value)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert hardware.check_gpu(resources) == []


@pytest.mark.parametrize(
    "resources",
    [
        {"current_instance_type": "ml.m5.xlarge"},
        {"current_instance_type": "ml.c5.large"},
        {"current_host": "algo-1", "hosts": ["algo-1"]},
        {"current_instance_type": "local"},
    ],
    ids=["M5 instance", "C5 instance", "no instance type", "local mode"],
)
def test_no_gpu_where_none_is_expected(without_gpu, tmp_path, resources):
    if shutil.which("nvidia-smi"):
        pytest.skip("needs a machine without nvidia-smi")
    (tmp_path / "resourceconfig.json").write_text(json.dumps(resources))
    assert hardware.check_gpu(tmp_path / "resourceconfig.json") == []
    assert hardware.check_gpu(tmp_path / "missing.json") == []


def test_a_driver_that_lists_a_gpu_counts(without_gpu, monkeypatch, tmp_path):
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho 'GPU 0: Tesla T4 (UUID: GPU-0)'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BadInput, match="nvidia-smi: .* GPU"):
        hardware.check_gpu(tmp_path / "missing.json")


def test_room_is_counted_with_what_lies_there(tmp_path):
    checkpoints, archive = tmp_path / "checkpoints", tmp_path / "model"
    free = shutil.disk_usage(str(tmp_path)).free
    size = free // 50
    whole = hardware.check_space(str(checkpoints), archive, size, 5)
    assert whole == 11 * size
    assert hardware.check_space("s3://bucket/result", archive, size, 5) == 4 * size
    checkpoints.mkdir()
    (checkpoints / "model.ckpt-1.data-00000-of-00001").write_bytes(b"x" * 5000)
    assert hardware.check_space(str(checkpoints), archive, size, 5) == 11 * size - 5000
    with pytest.raises(BadInput, match=f"{checkpoints}: found .*B free, expected .* 102 "):
        hardware.check_space(str(checkpoints), archive, size, 100)


@pytest.mark.parametrize(
    "size, expected",
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1500, "1.5 kB"),
        (123456789, "123 MB"),
        (2e9, "2 GB"),
        (3.5e12, "3.5 TB"),
        (1e17, "1e+05 TB"),
    ],
)
def test_sizes_as_text(size, expected):
    assert hardware.as_text(size) == expected
