"""The cores that a process may use: affinity and the quotas of control groups."""

import os
import subprocess
import sys

import pytest

from detection.device import cpu_limit

CORES = 8
V1, V1_CPU = "sys/fs/cgroup/cpu", "4:cpu,cpuacct:"


def v1(folder, quota, period=100000):
    return {f"{folder}/cpu.cfs_quota_us": quota, f"{folder}/cpu.cfs_period_us": period}


@pytest.mark.parametrize(
    "cgroup, contents, expected",
    [
        pytest.param(None, {}, CORES, id="no cgroups"),
        pytest.param("0::/", {}, CORES, id="v2 root without cpu.max"),
        pytest.param("0::/", {"sys/fs/cgroup/cpu.max": "max 100000"}, CORES, id="v2 unlimited"),
        pytest.param("0::/", {"sys/fs/cgroup/cpu.max": "200000 100000"}, 2, id="v2 quota"),
        pytest.param("0::/", {"sys/fs/cgroup/cpu.max": "150000 100000"}, 2, id="rounded up"),
        pytest.param("0::/", {"sys/fs/cgroup/cpu.max": "50000 100000"}, 1, id="half a core"),
        pytest.param(
            "0::/", {"sys/fs/cgroup/cpu.max": "6400000 100000"}, CORES, id="quota above affinity"
        ),
        pytest.param(
            "0::/system.slice/detect.service",
            {"sys/fs/cgroup/system.slice/detect.service/cpu.max": "300000 100000"},
            3,
            id="systemd unit",
        ),
        pytest.param(
            "0::/system.slice/detect.service",
            {
                "sys/fs/cgroup/system.slice/detect.service/cpu.max": "300000 100000",
                "sys/fs/cgroup/system.slice/cpu.max": "200000 100000",
            },
            2,
            id="parent group is tighter",
        ),
        pytest.param(f"{V1_CPU}/", v1(V1, 200000), 2, id="v1 quota"),
        pytest.param(f"{V1_CPU}/", v1(V1, -1), CORES, id="v1 unlimited"),
        pytest.param(f"{V1_CPU}/docker/1f", v1(V1, 100000), 1, id="v1 host path in container"),
        pytest.param(
            f"5:memory:/a\n{V1_CPU}/b\n0::/",
            {**v1(f"{V1}/a", 100000), **v1(f"{V1}/b", 500000)},
            5,
            id="other controllers",
        ),
    ],
)
def test_usable_cores(monkeypatch, tmp_path, cgroup, contents, expected):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(CORES)), raising=False)
    if cgroup is not None:
        contents = {**contents, "proc/self/cgroup": cgroup}
    for name, content in contents.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"{content}\n")
    assert cpu_limit.usable_cores(tmp_path) == expected


@pytest.mark.parametrize("count, expected", [(4, 4), (None, 1)], ids=["known", "unknown"])
def test_cores_of_the_processor_without_affinity(monkeypatch, tmp_path, count, expected):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: count)
    assert cpu_limit.usable_cores(tmp_path) == expected


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="CPU affinity is Linux's")
def test_affinity_of_this_process(pi_folder):
    program = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); "
        "from detection.device import cpu_limit; print(cpu_limit.usable_cores())"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=str(pi_folder),
        stdout=subprocess.PIPE,
        universal_newlines=True,
        check=True,
    )
    assert result.stdout == "1\n"
    assert 1 <= cpu_limit.usable_cores() <= len(os.sched_getaffinity(0))
