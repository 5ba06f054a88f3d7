"""The command that trains in a container."""

import pytest
from builders import names_in

from helpers.training import docker_job


def test_studio_gets_its_network_and_nobody_another(tmp_path, monkeypatch):
    monkeypatch.setattr(docker_job.studio, "is_limited", lambda: True)
    store = {"S3_ENDPOINT": "127.0.0.1:5000"}
    command = docker_job.run_command("photos:1", tmp_path, {}, environment=store)
    assert command.count("--network") == 1 and "--privileged" not in command
    assert command[command.index("--network") + 1] == "sagemaker"


def test_container_mounts_real_folders_where_the_job_has_links(tmp_path):
    training, job = tmp_path / "training", tmp_path / "jobs" / "train-1"
    training.mkdir()
    (job / "input" / "data").mkdir(parents=True)
    (job / "input" / "data" / "training").symlink_to(training, target_is_directory=True)
    channels = docker_job.prepare(job)
    assert channels == {"training": training.resolve()}
    assert names_in(job) == ["checkpoints", "input", "model", "output"]
    command = docker_job.run_command("photos:1", job, channels, "12:34")
    mounts = [command[index + 1] for index, word in enumerate(command) if word == "--mount"]
    assert mounts == [
        f"type=bind,source={job}/input/config,target=/opt/ml/input/config,readonly",
        f"type=bind,source={training.resolve()},target=/opt/ml/input/data/training,readonly",
        f"type=bind,source={job}/checkpoints,target=/opt/ml/checkpoints",
        f"type=bind,source={job}/model,target=/opt/ml/model",
        f"type=bind,source={job}/output,target=/opt/ml/output",
    ]
    assert command[-2:] == ["photos:1", "train"] and command[command.index("--user") + 1] == "12:34"
    plain = docker_job.run_command("photos:1", job, channels)
    assert "--user" not in plain and "--gpus" not in plain
    with_gpu = docker_job.run_command("photos:1", job, channels, gpus=True)
    assert with_gpu[with_gpu.index("--gpus") + 1] == "all" and with_gpu[-2:] == [
        "photos:1",
        "train",
    ]


@pytest.mark.parametrize(
    "endpoint, network",
    [
        pytest.param("127.0.0.1:5000", True, id="this machine"),
        pytest.param("localhost:5000", True, id="this machine by name"),
        pytest.param("store:9000", False, id="another machine"),
        pytest.param("", False, id="Amazon's"),
    ],
)
def test_values_of_variables_are_not_in_the_command(tmp_path, endpoint, network):
    secret = {"AWS_SECRET_ACCESS_KEY": "planted", "AWS_REGION": "eu-west-1"}
    if endpoint:
        secret["S3_ENDPOINT"] = endpoint
    command = docker_job.run_command("photos:1", tmp_path, {}, environment=secret)
    names = [command[index + 1] for index, word in enumerate(command) if word == "--env"]
    assert set(secret) < set(names) and "planted" not in " ".join(command)
    assert ("--network" in command) is network
