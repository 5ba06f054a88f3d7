"""Pythons with an OpenCV, a numpy and a TensorFlow Lite runtime, as devices have them."""

import glob
import os
import shutil
import subprocess
import sys
from typing import NamedTuple, Tuple


class Environment(NamedTuple):
    """What is installed; without wheels, what that Python has of its own.

    Attributes:
        python: "this", "Debian", or the version of one that the machine has.
        opencv: How its version begins.
        wheels: From the package index.
        runtimes: Modules of TensorFlow Lite, one of which loads.
    """

    python: str
    opencv: str
    wheels: Tuple[str, ...] = ()
    runtimes: Tuple[str, ...] = ()


def _wheels(python, opencv, numpy, runtime):
    module = runtime.split("==")[0].replace("-", "_")
    wheels = (f"opencv-python-headless=={opencv}", f"numpy=={numpy}", runtime)
    return Environment(python, ".".join(opencv.split(".")[:2]) + ".", wheels, (module,))


# Pairs of neighbours in time: each Python, each step of OpenCV, both numpy, both runtimes.
ENVIRONMENTS = {
    "this environment": Environment("this", "", (), ("tensorflow",)),
    "Debian 12": Environment("Debian", "4.6."),
    "OpenCV 4.5": _wheels("3.9", "4.5.5.64", "1.26.4", "tflite-runtime==2.14.0"),
    "OpenCV 4.8": _wheels("3.10", "4.8.1.78", "1.26.4", "tflite-runtime==2.14.0"),
    "OpenCV 4.11": _wheels("3.11", "4.11.0.86", "2.2.6", "ai-edge-litert==2.3.0"),
    "OpenCV 4.12": _wheels("3.12", "4.12.0.88", "2.2.6", "ai-edge-litert==2.3.0"),
    "OpenCV 5": _wheels("3.13", "5.0.0.93", "2.5.5", "ai-edge-litert==2.3.0"),
}


def installed_pythons():
    """Every Python from 3.9 on that this machine has, by version."""
    by_version = {}
    candidates = [shutil.which(f"python3.{minor}") for minor in range(9, 16)]
    root = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    candidates += sorted(glob.glob(os.path.join(root, "versions", "*", "bin", "python3")))
    for candidate in filter(None, candidates):
        result = subprocess.run(
            [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            universal_newlines=True,
        )
        version = result.stdout.strip()
        if result.returncode == 0 and tuple(map(int, version.split("."))) >= (3, 9):
            by_version.setdefault(version, candidate)
    return by_version


def make(name, folder):
    """Returns the interpreter of an environment, or says in a LookupError what is missing.

    Args:
        name: In ``ENVIRONMENTS``.
        folder: Where the environment is made, where it is to have wheels.
    """
    environment = ENVIRONMENTS[name]
    own = {"this": sys.executable, "Debian": "/usr/bin/python3"}
    python = own.get(environment.python) or installed_pythons().get(environment.python)
    if python is None:
        raise LookupError(f"no Python {environment.python}; pyenv install {environment.python}")
    if environment.wheels:
        _run(python, "-m", "venv", str(folder))
        python = str(folder / "bin" / "python")
        options = ("--quiet", "--disable-pip-version-check", "--only-binary", ":all:")
        _run(python, "-m", "pip", "install", *options, *environment.wheels)
    _run(python, "-c", "import cv2, numpy")
    return python


def _run(*command):
    try:
        subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", None) or b""
        raise LookupError(f"{error} {said.decode()[-300:]}") from None
