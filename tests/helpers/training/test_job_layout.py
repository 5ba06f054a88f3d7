"""The layout of a job folder: the container's paths, under a base that moves."""

import json

import pytest

from helpers.training import job_layout
from helpers.training.job_layout import IN_CONTAINER, JobLayout


def test_base_moves_the_layout(monkeypatch, tmp_path):
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", str(tmp_path))
    layout = JobLayout.from_environment()
    assert layout.graph == tmp_path.resolve() / "model" / "graph"
    assert (
        layout.moved('input_path: "/opt/ml/input/data"')
        == f'input_path: "{tmp_path.resolve()}/input/data"'
    )
    monkeypatch.delenv("SAGEMAKER_BASE_DIR")
    assert str(JobLayout.from_environment().failure) == "/opt/ml/output/failure"


@pytest.mark.parametrize(
    "path, expected",
    [
        (IN_CONTAINER.hyperparameters, "input/config/hyperparameters.json"),
        (IN_CONTAINER.resources, "input/config/resourceconfig.json"),
        (IN_CONTAINER.training, "input/data/training"),
        (IN_CONTAINER.checkpoint, "input/data/checkpoint"),
        (IN_CONTAINER.checkpoints, "checkpoints"),
        (IN_CONTAINER.model, "model"),
        (IN_CONTAINER.graph, "model/graph"),
        (IN_CONTAINER.failure, "output/failure"),
        (IN_CONTAINER.effective_config, "output/data/pipeline.config"),
    ],
    ids=[
        "hyperparameters",
        "resources",
        "training",
        "checkpoint",
        "checkpoints",
        "model",
        "graph",
        "failure",
        "effective config",
    ],
)
def test_paths_are_those_of_sagemaker(path, expected):
    assert path.as_posix() == f"/opt/ml/{expected}"


def test_lay_out_links_channels_and_writes_strings(tmp_path):
    layout, training = JobLayout(tmp_path / "job"), tmp_path / "training"
    for source in (tmp_path / "old", training):  # the second time the link is moved
        job_layout.lay_out(layout, {"training": source}, {"num_steps": 7, "quantize": True})
    assert layout.training.resolve() == training.resolve()
    assert not layout.checkpoint.exists()
    assert json.loads(layout.hyperparameters.read_text()) == {"num_steps": "7", "quantize": "true"}
    assert json.loads(layout.resources.read_text())["current_host"] == "algo-1"
