"""What a skip means, and which tests count as training."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = """
import pytest

def test_plain(): pass

@pytest.mark.skip(reason="no such program")
def test_left_out(): pass

def test_left_out_late(): pytest.skip("no such camera")

def test_without_the_data(raccoon): pass

@pytest.mark.benchmark
@pytest.mark.skip(reason="slow")
def test_speed(): pass

@pytest.mark.xfail
def test_expected_to_fail(): raise ValueError

def test_of_a_model(bundle): pass
"""


@pytest.mark.parametrize(
    "require_all, expected",
    [
        ("", "1 passed, 5 skipped, 1 deselected, 1 xfailed"),
        ("1", "1 failed, 1 passed, 2 skipped, 1 deselected, 1 xfailed, 2 errors"),
    ],
    ids=["skips allowed", "REQUIRE_ALL=1"],
)
def test_a_skip_is_a_failure_where_all_is_required(tmp_path, require_all, expected):
    shutil.copy(str(Path(__file__).with_name("conftest.py")), str(tmp_path))
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  training: .\n  benchmark: .\n")
    (tmp_path / "test_some.py").write_text(TESTS)
    (tmp_path / "test_module.py").write_text(
        "import pytest\npytest.importorskip('no_such_module')\n"
    )
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:warnings",
            "-m",
            "not training",
            "--continue-on-collection-errors",
            ".",
        ],
        cwd=str(tmp_path),
        env={
            "PATH": "",
            "PYTHONPATH": str(Path(__file__).parent),  # of the plug-in with the stand-ins
            "REQUIRE_ALL": require_all,
            "RACCOON": "/nowhere",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
    )
    assert expected in result.stdout.splitlines()[-1], result.stdout
