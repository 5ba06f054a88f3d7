"""detect.py --update: another model in one go, or the one there was."""

import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from detection.backends.model_bundle import read_bundle

KILLS = 10
PROGRAM = str(Path(__file__).resolve().parents[3] / "pi" / "detect.py")


@pytest.fixture()
def device(self_tested, tmp_path):
    """A folder with a model in use, ``model``, and another, ``other``, told by its threshold."""
    for name, threshold in (("model", 0.25), ("other", 0.75)):
        shutil.copytree(str(self_tested), str(tmp_path / name))
        set_threshold(tmp_path / name, threshold)
    return tmp_path


def set_threshold(folder, threshold):
    description = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps({**description, "threshold": threshold}))


def in_use(device):
    """The threshold of the model in use, every file of which is as it should be."""
    return read_bundle(device / "model").threshold


def names(device):
    return sorted(path.name for path in device.iterdir())


def test_the_other_model_takes_the_place(device, run_detect):
    (device / "other").chmod(0o700)
    for path in (device / "other").iterdir():
        path.chmod(0o600)
    result = run_detect("--update", "other", "--model", "model")
    assert (result.returncode, result.stderr) == (0, "")
    assert "opencv: passed" in result.stdout
    modes = {path.stat().st_mode & 0o777 for path in (device / "model").iterdir()}
    assert modes == {0o644} and (device / "model").stat().st_mode & 0o777 == 0o755
    assert in_use(device) == 0.75
    assert names(device) == ["model", "other"]


def test_the_first_model(device, run_detect):
    shutil.rmtree(str(device / "model"))
    assert run_detect("--update", "other", "--model", "model").returncode == 0
    assert in_use(device) == 0.75


def test_a_link_to_the_model_stays_a_link(device, run_detect):
    (device / "link").symlink_to("model")
    assert run_detect("--update", "other", "--model", "link").returncode == 0
    assert in_use(device) == 0.75 and (device / "link").is_symlink()


def spoil(kind, other):
    if kind == "damaged":
        (other / "cvgraph.pbtxt").write_bytes(b"x")
    elif kind == "other detections":
        path = other / "selftest.json"
        changed = path.read_text().replace('"min_iou": 0.95', '"min_iou": 1.01')
        path.write_text(changed)
        content = json.loads((other / "model.json").read_text())
        del content["files"]["selftest.json"]["bytes"]
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        content["files"]["selftest.json"]["sha256"] = digest
        (other / "model.json").write_text(json.dumps(content))
    elif kind == "empty":
        shutil.rmtree(str(other))
        other.mkdir()


@pytest.mark.parametrize("kind", ["damaged", "other detections", "empty"])
def test_a_bad_one_leaves_the_old_in_place(device, run_detect, kind):
    spoil(kind, device / "other")
    result = run_detect("--update", "other", "--model", "model")
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith("detect.py: ")
    assert in_use(device) == 0.25
    assert names(device) == ["model", "other"]


def test_the_model_itself_is_refused(device, run_detect, refused):
    refused(run_detect("--update", "model", "--model", "model"), "model")
    assert in_use(device) == 0.25


def test_one_that_was_killed_harms_nothing(device):
    """Killed at ten moments: the model in use is the old one or the new one, and whole."""
    command = [sys.executable, PROGRAM, "--update", "other", "--model", "model"]
    options = {"cwd": str(device), "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = time.monotonic()
    subprocess.run(command, check=True, **options)
    length = time.monotonic() - started
    seen = []
    for kill in range(KILLS):
        set_threshold(device / "other", 0.01 * (kill + 1))
        before = in_use(device)
        running = subprocess.Popen(command, start_new_session=True, **options)
        time.sleep(length * (kill + 0.5) / KILLS)
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        assert in_use(device) in (before, 0.01 * (kill + 1))
        seen.append(in_use(device) == before)
    assert True in seen
    subprocess.run(command, check=True, **options)
    assert names(device) == ["model", "other"]


def test_two_at_once(device, run_detect, refused):
    lock = os.open(str(device), os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    result = run_detect("--update", "other", "--model", "model")
    os.close(lock)
    refused(result, str(device))
    assert in_use(device) == 0.25
