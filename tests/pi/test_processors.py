"""The folder in userlands of other processors: Debian's own for arm64 and armhf, under qemu-user.

It is installed there from the package index, passes its self-test, and finds on photos and in a
video what it finds here. Under qemu a process takes ten seconds to import OpenCV, so that photos
and the video go through one process for each backend.
"""

import shutil

import pytest
from pi_delivery import BACKENDS, arguments, check_written, compare, rows

MACHINES = {"arm64": "aarch64", "armhf": "armv7l"}


@pytest.fixture(scope="module", params=sorted(MACHINES))
def device(request, debian_tree, delivered):
    """A userland of another processor with the folder installed; and what the installer said."""
    tree = debian_tree("bookworm", request.param)
    folder = tree.home / "detect"
    shutil.rmtree(str(folder), ignore_errors=True)
    shutil.copytree(str(delivered), str(folder))
    tree.give_to_user(folder)
    tree.said = tree.run("sh", "detect/install.sh").stdout
    yield tree
    shutil.rmtree(str(folder))


def test_it_is_installed_and_passes_its_self_test(device):
    assert device.run("uname", "-m").stdout.strip() == MACHINES[device.arch]
    lines = device.said.splitlines()
    for backend in BACKENDS:
        assert any(line.startswith(f"{backend}: passed") for line in lines), device.said


@pytest.mark.parametrize("backend", BACKENDS)
def test_it_finds_and_writes_what_is_found_here(device, found_here, backend):
    program = ("env", "-C", "detect", "venv/bin/python", "detect.py")
    ended = device.run(*program, *arguments(backend))
    assert ended.returncode == 0, ended.stdout
    found = rows(ended.stdout)
    count, worst_iou, worst_score, wrong = compare(found_here(backend), found)
    print(
        f"{device.arch} {backend}: {count} compared, IoU {worst_iou:.4f}, score {worst_score:.4f}"
    )
    assert count > 20 and wrong == []
    check_written(device.home / "detect", backend)
