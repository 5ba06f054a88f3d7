"""Bad starts of ``detect.py``: each ends with one line that names what is wrong and what helps."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from pi_bad_starts import STARTS, make_files

NOTICE = "detect.py: backend "  # which one runs
FORKED = Path(__file__).with_name("forked_starts.py")


def listing(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


@pytest.fixture(scope="module")
def ended(random_model, pi_folder):
    """What became of every start, by its id, and the names of the files that they left behind."""
    # Another user must reach it, who has no way into pytest's own folders.
    folder = Path(tempfile.mkdtemp(prefix="bad-starts-"))
    folder.chmod(0o755)
    try:
        make_files(folder, random_model)
        before = listing(folder)
        starts = [
            {"arguments": start.arguments, "folder": str(folder), **start.under} for start in STARTS
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
        return {start.id: one for start, one in zip(STARTS, json.loads(printed))}, left
    finally:
        shutil.rmtree(str(folder))


@pytest.mark.parametrize("start", STARTS, ids=[start.id for start in STARTS])
def test_a_bad_start_says_what_is_wrong_and_what_helps(ended, start):
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
    assert len({start.id for start in STARTS}) == len(STARTS) >= 45
