"""The cores that the quotas of control groups leave to this process."""

import pytest

from helpers.system import cpu_quota, processes

TOP = "sys/fs/cgroup"


def first(folder, quota):
    """The files of a group of the first version."""
    return {f"{folder}/cpu.cfs_quota_us": quota, f"{folder}/cpu.cfs_period_us": 100000}


@pytest.mark.parametrize(
    "groups, contents, expected",
    [
        pytest.param(None, {}, None, id="no control groups"),
        pytest.param("0::/", {}, None, id="no limit file"),
        pytest.param("0::/", {f"{TOP}/cpu.max": "max 100000"}, None, id="unlimited"),
        pytest.param("0::/", {f"{TOP}/cpu.max": "300000 100000"}, 3, id="three cores"),
        pytest.param("0::/", {f"{TOP}/cpu.max": "150000 100000"}, 2, id="rounded up"),
        pytest.param("0::/", {f"{TOP}/cpu.max": "20000 100000"}, 1, id="a fifth of a core"),
        pytest.param(
            "0::/a/b",
            {f"{TOP}/a/b/cpu.max": "400000 100000", f"{TOP}/a/cpu.max": "200000 100000"},
            2,
            id="the group above is tighter",
        ),
        pytest.param(
            "0::/docker/1f", {f"{TOP}/cpu.max": "200000 100000"}, 2, id="a path of the host"
        ),
        pytest.param("3:cpu,cpuacct:/", first(f"{TOP}/cpu", 250000), 3, id="version 1"),
        pytest.param("3:cpu,cpuacct:/", first(f"{TOP}/cpu", -1), None, id="version 1, unlimited"),
        pytest.param(
            "4:memory:/m\n3:cpu:/c",
            {**first(f"{TOP}/cpu/m", 100000), **first(f"{TOP}/cpu/c", 500000)},
            5,
            id="other controllers do not count",
        ),
    ],
)
def test_quota_cores(tmp_path, groups, contents, expected):
    if groups is not None:
        contents = {**contents, "proc/self/cgroup": groups}
    for name, content in contents.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"{content}\n")
    assert cpu_quota.quota_cores(tmp_path) == expected


@pytest.mark.parametrize("quota, expected", [(None, 4), (2, 2), (9, 4)], ids=str)
def test_the_cores_of_this_process_heed_the_quota(monkeypatch, quota, expected):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1, 2, 3}, raising=False)
    monkeypatch.setattr(cpu_quota, "quota_cores", lambda: quota)
    assert processes.cores() == expected
