"""What ``make lint`` asks for: style, layout and types."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    "command",
    [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]],
    ids=["style", "layout", "types"],
)
def test_lint_is_clean(command, tmp_path):
    cache = [] if command[0] == "ruff" else ["--cache-dir", str(tmp_path)]
    result = subprocess.run(
        [sys.executable, "-m", *command, *cache],
        cwd=str(ROOT),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
    )
    assert result.returncode == 0, result.stdout[-4000:]


def test_lint_target_runs_the_same_three():
    makefile = (ROOT / "Makefile").read_text()
    for command in ("ruff check .", "ruff format --check .", "mypy"):
        assert f"-m {command}\n" in makefile
