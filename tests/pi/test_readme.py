"""pi/README.md word by word, on fresh Debian userlands: copied, installed, run, made a service."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import debian_trees
import pytest
from setup_machine import program

README = Path(__file__).resolve().parents[2] / "pi" / "README.md"
PACKAGES = ("ca-certificates", "passwd", "sudo", "systemd")
UNIT = "etc/systemd/system/photos-to-pi.service"
HIGHEST_EXPOSURE = 1.5  # of systemd-analyze security, 0 to 10


def blocks():
    """The commands of each step, in order."""
    return re.findall(r"^```sh\n(.*?)^```", README.read_text(encoding="utf-8"), re.M | re.S)


@pytest.fixture(scope="module", params=["bookworm", "trixie"])
def device(request, debian_tree):
    """A userland without OpenCV, and nothing of an earlier run in its home folder."""
    tree = debian_tree(request.param, debian_trees.NATIVE, PACKAGES)
    shutil.rmtree(str(tree.home))
    tree.home.mkdir()
    return tree


@pytest.fixture(scope="module")
def copied(device, copied_pi, tmp_path_factory):
    """The device after the first step, which runs on the computer: a copy, no network."""
    here = tmp_path_factory.mktemp("computer")
    shutil.copytree(str(copied_pi), str(here / "pi"))
    script = f'cp -r "$2" "$(echo "$3" | sed "s|^pi@raspberrypi.local:|{device.home}/|")"'
    program(here / "bin" / "scp", script)
    path = {"PATH": f"{here / 'bin'}:{os.environ['PATH']}"}
    subprocess.run(["sh", "-ec", blocks()[0]], cwd=str(here), env=path, check=True)
    device.give_to_user(device.home)
    return device


@pytest.fixture(scope="module")
def steps(copied):
    """What each further step printed."""
    printed = []
    for commands in blocks()[1:]:
        ran = copied.run("sh", "-ec", commands)
        assert ran.returncode == 0, ran.stdout
        printed.append(ran.stdout)
    return printed


def test_it_is_installed_beside_debians_numpy(device, steps):
    passed = [line.split(":")[0] for line in steps[0].splitlines() if ": passed" in line]
    assert passed == ["opencv", "tflite"]
    version = "import cv2, numpy; print(numpy.__version__)"
    debians = device.run("/usr/bin/python3", "-c", version).stdout
    assert device.run("detect/venv/bin/python", "-c", version).stdout == debians


def test_it_detects(device, steps):
    folder = device.home / "detect"
    detections = json.loads((folder / "detections.jsonl").read_text().splitlines()[0])
    assert detections["detections"]
    assert (folder / "found.jpg").read_bytes()[:2] == b"\xff\xd8"


def test_the_service_is_as_systemd_wants_it(device, steps):
    unit = device.folder / UNIT
    assert "ExecStart=/home/pi/detect/venv/bin/python" in unit.read_text()
    checked = device.run("systemd-analyze", "verify", "--man=no", f"/{UNIT}", user="root")
    complaints = [line for line in checked.stdout.splitlines() if unit.name in line]
    assert (checked.returncode, complaints) == (0, [])
    security = ["systemd-analyze", "security", "--offline=true", "--no-pager", f"/{UNIT}"]
    rated = device.run(*security, user="root").stdout
    exposure = float(re.search(r"photos-to-pi.service: ([\d.]+)", rated).group(1))
    assert exposure <= HIGHEST_EXPOSURE, rated


def test_its_user_reads_the_folder(device, steps):
    device.home.chmod(0o755)  # the unit binds the folder in, whatever the rights of home
    command = ["detect/venv/bin/python", "detect/detect.py", "--self-test"]
    user = ["setpriv", "--reuid=photos-to-pi", "--regid=photos-to-pi", "--clear-groups"]
    ran = device.run("env", "-C", "/home/pi", *user, *command, user="root")
    assert "opencv: passed" in ran.stdout, ran.stdout


def test_the_service_goes_again(device, steps):
    ran = device.run("sh", "detect/install.sh", "--no-service")
    assert ran.returncode == 0, ran.stdout
    assert not (device.folder / UNIT).exists()
