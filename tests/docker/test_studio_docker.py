"""What Studio's Docker gets, tried on a real daemon: its network, and API 1.41 alone."""

import subprocess

import pytest

from helpers.system import shell, studio
from helpers.training import docker_job


@pytest.fixture
def network():
    """A network of Studio's name."""
    listed = ["docker", "network", "ls", "--quiet", "--filter", f"name=^{studio.NETWORK}$"]
    if shell.run(listed):
        pytest.fail(f"a network {studio.NETWORK} is there already")
    shell.run(["docker", "network", "create", studio.NETWORK])
    yield studio.NETWORK
    shell.run(["docker", "network", "rm", studio.NETWORK])


@pytest.fixture
def app(monkeypatch, tmp_path):
    """This machine has the file that Studio's apps have."""
    monkeypatch.setattr(studio, "METADATA", tmp_path / "resource-metadata.json")
    studio.METADATA.write_text('{"AppType": "JupyterLab"}')


def test_a_job_runs_in_studios_network_over_its_api(
    built_image, network, app, monkeypatch, tmp_path
):
    assert not studio.is_limited()  # this daemon has other networks, whatever the file says
    monkeypatch.setattr(studio, "is_limited", lambda: True)
    monkeypatch.setenv(studio.API_VARIABLE, studio.API)
    job = tmp_path / "studio-1"
    for path in (job / "input" / "config", job / "model"):
        path.mkdir(parents=True)
    command = docker_job.run_command(built_image, job, docker_job.prepare(job))
    assert command[command.index("--network") + 1] == network and "--privileged" not in command
    command.remove("--rm")
    said = shell.run([*command[:-1], "python", "-c", "print('ran')"])
    form = "{{.HostConfig.NetworkMode}} {{.HostConfig.Privileged}}"
    try:
        assert said[-1] == "ran"
        assert shell.run(["docker", "inspect", "--format", form, job.name]) == [f"{network} false"]
    finally:
        subprocess.run(["docker", "rm", "--force", job.name], check=True)
