"""The doctor on real environments and in constructed ones."""

import glob
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpers.cli import doctor
from helpers.system import probes

ROOT = Path(__file__).resolve().parents[3]
BARE_RUN = (
    "import sys; sys.path.insert(0, sys.argv[1])\n"
    "from helpers.cli import doctor\n"
    "checks = doctor.inspect(sys.argv[2])\n"
    "print(doctor.table(checks)); sys.exit(0 if doctor.healthy(checks) else 1)"
)


def bare_interpreters():
    """This Python's own interpreter and the newest other one on the machine."""
    pyenv = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    candidates = glob.glob(f"{pyenv}/versions/3.*/bin/python3") + ["/usr/bin/python3"]
    ranked = []
    for path in filter(os.path.exists, candidates):
        version = subprocess.run(
            [path, "-c", "import sys; print(sys.version_info[1])"],
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        if int(version) >= 7:
            ranked.append((int(version), path))
    return [os.path.join(sys.base_prefix, "bin", "python3"), *[max(ranked)[1]] * bool(ranked)]


@pytest.fixture
def environment(tmp_path):
    """The widgets' manifest of this environment, copied, and versions that are all as locked."""
    manifest = tmp_path / doctor.WIDGETS_MANIFEST
    manifest.parent.mkdir(parents=True)
    shutil.copy(str(Path(sys.prefix) / doctor.WIDGETS_MANIFEST), str(manifest))
    return dict(doctor.locked()), tmp_path, manifest


def named(checks, name):
    return next(check for check in checks if check.name == name)


@pytest.mark.parametrize("python", bare_interpreters(), ids=lambda path: Path(path).parents[1].name)
def test_answers_where_nothing_is_installed(python, tmp_path):
    done = subprocess.run(
        [python, "-I", "-S", "-c", BARE_RUN, str(ROOT), str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "TensorFlow            missing" in done.stdout
    assert "make setup" in done.stdout


def test_finds_the_packages_that_pip_finds():
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "list", "--format=json"], stdout=subprocess.PIPE, check=True
    ).stdout
    by_pip = {
        row["name"].lower().replace("_", "-").replace(".", "-"): row["version"]
        for row in json.loads(listed)
    }
    installed = doctor.installed(sys.path)
    assert {name: installed.get(name) for name in by_pip} == by_pip


def test_the_first_folder_wins(tmp_path):
    for folder, version in (("first", "2.0"), ("second", "1.0")):
        (tmp_path / folder / f"a_package-{version}.dist-info").mkdir(parents=True)
    (tmp_path / "second" / "Old.Style-0.9-py3.7.egg-info").mkdir()
    path = [str(tmp_path / name) for name in ("nowhere", "first", "second")]
    assert doctor.installed(path) == {"a-package": "2.0", "old-style": "0.9"}


@pytest.mark.skipif(sys.version_info[:2] != (3, 7), reason="the lock is for Python 3.7")
def test_all_is_well_in_an_environment_as_locked(environment):
    versions, prefix, _ = environment
    checks = doctor.packages(versions, doctor.locked(), prefix)
    assert [check.status for check in checks] == ["ok"] * len(checks)
    assert doctor.healthy(checks)


@pytest.mark.parametrize(
    "package, version, line, status, detail",
    [
        ("numpy", "1.21.6", "numpy", "clash", r"1\.21\.6, .* 1\.18\.5"),
        ("protobuf", "4.24.4", "protobuf", "clash", r"4\.24\.4, .* 3\.20\.3"),
        ("tensorflow", None, "TensorFlow", "missing", ""),
        ("tf-object-detection", None, "Object Detection API", "missing", ""),
        ("jupyterlab", "4.2.0", "JupyterLab", "clash", r"4\.2\.0, .* 3\.6\.8"),
        ("ipywidgets", None, "ipywidgets", "missing", ""),
        ("gast", "0.4.0", "other packages", "clash", r".*: gast 0\.4\.0"),
        ("requests", None, "other packages", "clash", ".*: requests missing"),
    ],
    ids=[
        "newer numpy",
        "newer protobuf",
        "no TensorFlow",
        "no Object Detection API",
        "newer JupyterLab",
        "no widgets",
        "newer other package",
        "no other package",
    ],
)
def test_a_package_unlike_the_lock_is_named_with_its_remedy(
    environment, package, version, line, status, detail
):
    versions, prefix, _ = environment
    versions.pop(package)
    if version:
        versions[package] = version
    checks = doctor.packages(versions, doctor.locked(), prefix)
    check = named(checks, line)
    assert check.status == status and re.fullmatch(detail, check.detail)
    assert f" {package}=={doctor.locked()[package]}" in check.remedy
    assert not doctor.healthy(checks)
    assert [check.name for check in checks if check.blocks] == [line]


@pytest.mark.parametrize(
    "made_for, lab, status",
    [
        ("^3.0.0 || ^4.0.0", "3.6.8", "ok"),
        ("^3.0.0 || ^4.0.0", "4.2.0", "ok"),
        ("^4.0.0", "3.6.8", "clash"),
        ("^4.0.0", "4.2.0", "ok"),
    ],
    ids=["3 or 4 on 3", "3 or 4 on 4", "4 on 3", "4 on 4"],
)
def test_widgets_say_which_jupyterlab_they_were_made_for(environment, made_for, lab, status):
    versions, prefix, manifest = environment
    content = json.loads(manifest.read_text())
    content["dependencies"]["@jupyterlab/application"] = made_for
    manifest.write_text(json.dumps(content))
    checks = doctor.packages(dict(versions, jupyterlab=lab), doctor.locked(), prefix)
    assert named(checks, "ipywidgets").status == status


def test_widgets_without_their_part_for_jupyterlab_are_missing(environment):
    versions, prefix, manifest = environment
    manifest.unlink()
    checks = doctor.packages(versions, doctor.locked(), prefix)
    assert named(checks, "ipywidgets").status == "missing"


def test_opencv_that_does_not_load_is_a_clash(environment):
    versions, prefix, _ = environment
    complaint = "ImportError: libGL.so.1: cannot open shared object file"
    check = named(doctor.packages(versions, doctor.locked(), prefix, complaint), "OpenCV")
    assert (check.status, complaint in check.detail) == ("clash", True)
    assert "libgl1" in check.remedy


def test_opencv_is_really_loaded(monkeypatch, tmp_path):
    assert doctor.opencv_complaint() == ""
    (tmp_path / "cv2.py").write_text("raise ImportError('libGL.so.1: cannot open')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert doctor.opencv_complaint() == "ImportError: libGL.so.1: cannot open"
    check = named(doctor.inspect(tmp_path), "OpenCV")
    assert (check.status, "libGL.so.1" in check.detail) == ("clash", True)


def test_the_lock_leaves_out_what_only_another_system_needs():
    assert ("appnope" in doctor.locked()) is (sys.platform == "darwin")
    assert doctor.locked()["tf-object-detection"] == "0.0.3"


@pytest.mark.parametrize(
    "flags, expected",
    [
        ("flags\t\t: fpu sse4_2 avx avx2", True),
        ("flags\t\t: fpu avx", True),
        ("flags\t\t: fpu sse4_2", False),
        ("processor\t: 0", True),
    ],
    ids=["AVX and AVX2", "AVX", "no AVX", "not told"],
)
def test_avx_is_looked_for_where_the_system_tells(tmp_path, flags, expected):
    (tmp_path / "cpuinfo").write_text(flags + "\n")
    assert doctor._has_avx(tmp_path / "cpuinfo") is expected


def test_nothing_keeps_it_waiting(programs, without_aws, monkeypatch, tmp_path):
    """Docker hangs, and what poses as AWS takes the call and never answers."""
    programs(docker="exec /bin/sleep 60", nvidia_smi="exec /bin/sleep 60")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(5)
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:%d" % silent.getsockname()[1])
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "A")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "B")
        started = time.monotonic()
        checks = doctor.inspect(tmp_path)
        took = time.monotonic() - started
    assert took < probes.TIMEOUT + 1.0
    assert {named(checks, name).status for name in ("Docker", "AWS identity")} <= {
        "missing",
        "clash",
    }
    assert named(checks, "disk").status == "ok"


def test_the_table_gives_each_remedy_once_and_tells_extras_apart():
    lines = doctor.table(
        [
            doctor.Check("a", "1.0", "ok"),
            doctor.Check("bb", "", "missing", "make setup"),
            doctor.Check("c", "", "missing", "make setup"),
            doctor.Check("d", "", "missing", "get it", required=False),
        ]
    ).splitlines()
    assert lines == [
        "a   ok       1.0",
        "bb  missing",
        "c   missing",
        "    -> make setup",
        "d   absent",
        "    -> get it",
    ]


@pytest.mark.parametrize(
    "status, required, blocks",
    [
        ("ok", True, False),
        ("info", True, False),
        ("missing", True, True),
        ("clash", True, True),
        ("missing", False, False),
        ("clash", False, False),
    ],
)
def test_only_what_is_required_blocks(status, required, blocks):
    check = doctor.Check("part", "", status, required=required)
    assert check.blocks is blocks
    assert doctor.healthy([check]) is not blocks
    assert doctor.healthy([])
