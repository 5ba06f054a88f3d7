"""Pythons that have another OpenCV than this one, as a Pi may have it."""

import subprocess
import sys

import pytest

SYSTEM_PYTHON = "/usr/bin/python3"
WHEELS = {
    "4.5": ("opencv-python-headless==4.5.5.64", "numpy==1.26.4"),
    "4.11": ("opencv-python-headless==4.11.0.86", "numpy==2.2.6"),
}


def need(*command):
    """Runs a program; the test is skipped where that fails."""
    try:
        subprocess.run(list(map(str, command)), stderr=subprocess.PIPE, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", None) or b""
        pytest.skip(f"{error} {said.decode()[-300:]}")


@pytest.fixture(scope="session")
def interpreters(tmp_path_factory):
    """``interpreters("4.11")``: a Python that has this OpenCV; each venv is made once."""
    made = {"this": sys.executable, "4.6": SYSTEM_PYTHON}

    def find(version):
        if version not in made:
            python = tmp_path_factory.mktemp("opencv") / "venv" / "bin" / "python"
            need(SYSTEM_PYTHON, "-m", "venv", python.parents[1])
            need(python, "-m", "pip", "install", "--quiet", *WHEELS[version])
            made[version] = python
        return made[version]

    return find
