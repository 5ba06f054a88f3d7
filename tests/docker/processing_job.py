"""A SageMaker Processing job that makes records, as processes on this machine."""

import os
import subprocess
import sys
from pathlib import Path

from helpers.system import files

PROGRAM = Path(__file__).resolve().parents[2] / "docker" / "make_tfrecords"
HOSTS = ["algo-1", "algo-2"]


def lay_out(base, host, images, tables, out=None, hosts=HOSTS):
    """What SageMaker lays out for one of several hosts; ``out`` is a folder that they share."""
    (base / "config").mkdir(parents=True)
    files.write_json(
        base / "config" / "resourceconfig.json", {"current_host": host, "hosts": hosts}
    )
    (base / "processing" / "input" / "images").mkdir(parents=True)
    for image in images:
        os.symlink(str(image), str(base / "processing" / "input" / "images" / image.name))
    os.symlink(str(tables), str(base / "processing" / "input" / "tables"))
    if out:
        out.mkdir(exist_ok=True)
        os.symlink(str(out), str(base / "processing" / "output"))
    else:
        (base / "processing" / "output").mkdir()
    return base


def start(base, *arguments):
    """Starts one host's program."""
    return subprocess.Popen(
        [sys.executable, str(PROGRAM), *arguments],
        stderr=subprocess.PIPE,
        universal_newlines=True,
        env=dict(os.environ, SAGEMAKER_BASE_DIR=str(base)),
    )


def results(processes):
    """Exit codes and standard errors; all are awaited side by side."""
    errors = [process.communicate(timeout=120)[1] for process in processes]
    return [(process.returncode, error) for process, error in zip(processes, errors)]
