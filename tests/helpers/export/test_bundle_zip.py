"""The archive for the device: what is in it, and that equal files give equal bytes."""

import os
import subprocess
import sys
import zipfile

import pytest

from helpers.export import bundle_zip
from helpers.system import files
from helpers.workspace import BUNDLE, DETECT


@pytest.fixture()
def model(tmp_path):
    for name in ("model.json", "labels.txt", ".hidden"):
        files.write_text(tmp_path / "model" / name, name)
    return tmp_path / "model"


def test_it_holds_the_folder_of_the_device_and_the_model(model, tmp_path):
    archive = bundle_zip.write(model, tmp_path / "pi.zip")
    with zipfile.ZipFile(str(archive)) as content:
        names = content.namelist()
        assert content.read("pi/detect.py") == DETECT.read_bytes()
        modes = {info.filename: info.external_attr >> 16 for info in content.infolist()}
    package = {
        f"pi/{path.relative_to(DETECT.parent).as_posix()}"
        for path in (DETECT.parent / "detection").rglob("*.py")
    }
    top = ("README.md", "constraints.txt", "detect.py", "detect.service", "install.sh")
    expected = {f"pi/{name}" for name in (*top, "model/model.json", "model/labels.txt")}
    assert set(names) == expected | package
    assert names == sorted(names)
    assert modes["pi/detect.py"] == modes["pi/install.sh"] == 0o100755
    assert modes["pi/README.md"] == 0o100644


def test_equal_files_give_equal_bytes(model, tmp_path):
    first = bundle_zip.write(model, tmp_path / "first.zip").read_bytes()
    os.utime(str(model / "model.json"), (1, 1))
    (model / "labels.txt").chmod(0o600)
    assert bundle_zip.write(model, tmp_path / "second.zip").read_bytes() == first
    files.write_text(model / "labels.txt", "other")
    assert bundle_zip.write(model, tmp_path / "second.zip").read_bytes() != first


def test_what_is_unpacked_runs(model, tmp_path):
    with zipfile.ZipFile(str(bundle_zip.write(model, tmp_path / "pi.zip"))) as content:
        content.extractall(str(tmp_path / "device"))
    program = tmp_path / "device" / "pi" / "detect.py"
    ran = subprocess.run([sys.executable, program, "--help"], stdout=subprocess.PIPE)
    assert ran.returncode == 0 and b"--self-test" in ran.stdout


def test_it_lies_beside_the_folder_that_it_holds(tmp_path):
    assert bundle_zip.path_for(BUNDLE) == DETECT.parent.parent / "pi.zip"
    assert bundle_zip.path_for(tmp_path / "bundle") == tmp_path.resolve() / "pi.zip"
