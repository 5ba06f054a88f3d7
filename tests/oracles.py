"""Other people's code in an environment of its own, and what its scripts answer."""

import json
import os
import subprocess

import pytest

SYSTEM_PYTHON = "/usr/bin/python3"  # 3.10 or newer


def run_or_skip(*command):
    """Runs a program; the test is skipped, and says of what, where that fails."""
    words = list(map(str, command))
    try:
        subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", None) or b""
        pytest.skip(f"no independent code: {' '.join(words)}: {error} {said.decode()[-300:]}")


def environment(folder, requirements):
    """A virtual environment of the system's Python with these packages; gives its interpreter."""
    python = folder / "bin" / "python"
    run_or_skip(SYSTEM_PYTHON, "-m", "venv", folder)
    run_or_skip(python, "-m", "pip", "install", "--quiet", "--no-deps", "-r", requirements)
    return python


def answer(python, script, *arguments, value=None, path=None):
    """What a script prints as JSON.

    Args:
        python: the interpreter that runs it.
        script: the module whose file it is.
        *arguments: of its command line.
        value: what it gets as JSON on its standard input.
        path: a folder of packages that it finds first.
    """
    done = subprocess.run(
        [str(python), script.__file__, *map(str, arguments)],
        input=json.dumps(value).encode("utf-8"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(os.environ, PYTHONPATH=str(path or "")),
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout.decode("utf-8"))
