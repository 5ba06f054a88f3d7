"""Bad starts of ``detect.py``: each ends with one line that names what is wrong and what helps."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from pi_bad_options import STARTS as OPTION_STARTS
from pi_bad_options import TAKEN
from pi_bad_starts import STARTS as OTHER_STARTS
from pi_bad_starts import make_files

NOTICE = "detect.py: backend "  # which one runs
STARTS = OTHER_STARTS + OPTION_STARTS
FORKED = Path(__file__).with_name("forked_starts.py")


def listing(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


@contextlib.contextmanager
def full_disk(folder):
    """A folder on a disk of one page, which is taken; False where this user may mount nothing."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4096", "full", str(folder)]
    mounted = subprocess.run(mount, stderr=subprocess.DEVNULL).returncode == 0
    try:
        if mounted:
            (folder / "fills.it").write_bytes(bytes(4096))
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture(scope="module")
def ended(random_model, pi_folder):
    """What became of every start, by its id, and the names of the files that they left behind."""
    # Another user must reach it, who has no way into pytest's own folders.
    folder = Path(tempfile.mkdtemp(prefix="bad-starts-"))
    folder.chmod(0o755)
    try:
        make_files(folder, random_model)
        with full_disk(folder / "full") as mounted, socket.socket() as taken:
            # Another process may run these tests at the same time.
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            taken.bind(TAKEN)
            taken.listen()
            before = listing(folder)
            possible = [one for one in STARTS if mounted or not one.under.get("on_full_disk")]
            starts = [
                {"arguments": one.arguments, "folder": str(folder), **one.under} for one in possible
            ]
            environment = {
                name: value
                for name, value in os.environ.items()
                if name not in ("DISPLAY", "WAYLAND_DISPLAY")
            }
            printed = subprocess.run(
                [sys.executable, str(FORKED), str(pi_folder / "detect.py")],
                input=json.dumps(starts).encode(),
                stdout=subprocess.PIPE,
                env=environment,
                check=True,
            ).stdout
            left = sorted(set(listing(folder)) - set(before))
        return {start.id: one for start, one in zip(possible, json.loads(printed))}, left
    finally:
        shutil.rmtree(str(folder))


@pytest.mark.parametrize("start", STARTS, ids=[start.id for start in STARTS])
def test_a_bad_start_says_what_is_wrong_and_what_helps(ended, start):
    if start.id not in ended[0]:
        pytest.skip("a full disk needs root, who may mount one")
    result = ended[0][start.id]
    said = result["stderr"].splitlines()
    lines = [line for line in said if not line.startswith(NOTICE)]
    assert result["returncode"] == start.code, lines
    # argparse prints the usage, which names every option, on the lines before.
    error = lines[-1]
    assert start.code == 2 or len(lines) == 1, lines
    assert error.startswith("detect.py: ")
    assert [value for value in start.says if value not in error] == [], error
    assert start.hides not in result["stderr"]


def test_bad_starts_leave_nothing_behind(ended):
    assert ended[1] == []


def test_there_are_enough_of_them():
    assert len({start.id for start in STARTS}) == len(STARTS) >= 160
