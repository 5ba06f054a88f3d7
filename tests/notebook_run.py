"""The notebooks under nbval, with the parameters that a user would write into them."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def run(names, work, **parameters):
    """Runs notebooks from top to bottom on a work folder; fails with the end of their output.

    Args:
        names: of the notebooks, in order.
        work: the work folder; the Pi bundle goes into it.
        **parameters: of the notebooks.
    """
    environment = dict(os.environ, WORK=str(work), BUNDLE=str(work / "bundle"))
    for name in ("IMG", "ANNOTATIONS"):
        environment.pop(name, None)
    environment.update({name: str(value) for name, value in parameters.items()})
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "-q", "-p", "no:cacheprovider"]
    ended = subprocess.run(
        command
        + ["--nbval-cell-timeout=900"]
        + [str(ROOT / "notebooks" / f"{name}.ipynb") for name in names],
        cwd=str(ROOT),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
    )
    assert ended.returncode == 0, ended.stdout[-5000:]
