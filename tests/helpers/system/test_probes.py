"""Probes of disk, Docker and GPU, against scripts that stand in for them."""

import sys
import time

import pytest

from helpers.system import probes


@pytest.mark.parametrize(
    "scripts, status, expected",
    [
        pytest.param({}, "missing", "install Docker", id="not installed"),
        pytest.param(
            {
                "docker": "[ $# -eq 1 ] && echo 'Docker version 20.10.24+dfsg1, build 1' && exit\n"
                "echo 'Cannot connect to the Docker daemon' >&2; exit 1"
            },
            "missing",
            "client 20.10.24, no daemon",
            id="no daemon",
        ),
        pytest.param(
            {
                "docker": "[ $# -eq 1 ] && echo 'Docker version 28.2.2, build 1' && exit\n"
                "echo 'permission denied while trying to connect' >&2; exit 1"
            },
            "clash",
            "usermod -aG docker",
            id="no rights",
        ),
        pytest.param(
            {"docker": "[ $# -eq 1 ] && echo 'Docker version 28.2.2, build 1' || echo 27.0.1"},
            "ok",
            "client 28.2.2, daemon 27.0.1",
            id="running",
        ),
    ],
)
def test_docker(programs, scripts, status, expected):
    programs(**scripts)
    check = probes.docker()
    assert (check.status, check.blocks) == (status, False)
    assert expected in f"{check.detail} {check.remedy}"


@pytest.mark.parametrize(
    "scripts, status, expected",
    [
        pytest.param({}, "missing", "install docker-compose", id="not installed"),
        pytest.param({"docker": "echo 2.20.2"}, "missing", "plugin, 2.20.2", id="plugin alone"),
        pytest.param({"docker_compose": "echo 1.29.2"}, "ok", "1.29.2", id="installed"),
    ],
)
def test_compose(programs, scripts, status, expected):
    programs(**scripts)
    check = probes.compose()
    assert (check.status, check.blocks) == (status, False)
    assert expected in f"{check.detail} {check.remedy}"


@pytest.mark.parametrize(
    "line, status",
    [
        pytest.param(None, "info", id="none"),
        pytest.param("Tesla T4, 7.5", "ok", id="Turing"),
        pytest.param("NVIDIA A10G, 8.6", "clash", id="Ampere"),
        pytest.param("NVIDIA H100, 9.0", "clash", id="Hopper"),
        pytest.param("NVIDIA GeForce RTX 5090, 12.0", "clash", id="Blackwell"),
    ],
)
def test_gpus_newer_than_turing_are_a_clash(programs, line, status):
    if line:
        programs(nvidia_smi=f"echo '{line}'")
    assert probes.gpu().status == status


@pytest.mark.parametrize("needed, status, blocks", [(0.001, "ok", False), (1e9, "clash", True)])
def test_disk_of_a_folder_that_is_not_there_yet(tmp_path, monkeypatch, needed, status, blocks):
    monkeypatch.setattr(probes, "NEEDED_GB", needed)
    check = probes.disk(tmp_path / "not" / "yet")
    assert (check.status, check.blocks) == (status, blocks)
    assert str(tmp_path) in check.detail


def test_slow_functions_run_at_the_same_time_and_the_slowest_is_left_out():
    functions = {
        "fast": lambda: 1,
        "slow": lambda: time.sleep(0.1) or 2,
        "late": lambda: time.sleep(5),
    }
    started = time.monotonic()
    assert probes.run_concurrently(functions, timeout=0.6) == {"fast": 1, "slow": 2}
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "code, timeout, expected",
    [
        pytest.param("print(' a '); exit(3)", 60, probes.Answer(3, "a", ""), id="output"),
        pytest.param(
            "import sys; print('x\\ny', file=sys.stderr)",
            60,
            probes.Answer(0, "", "y"),
            id="standard error",
        ),
        pytest.param("import time; time.sleep(60)", 0.5, None, id="too slow"),
    ],
)
def test_the_answer_of_a_command(code, timeout, expected):
    assert probes.run(sys.executable, "-c", code, timeout=timeout) == expected


def test_a_command_that_does_not_exist_has_no_answer():
    assert probes.run("no-such-program") is None
