"""The notebooks under nbval, with the parameters that a user would write into them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]


def run(names, work, **parameters):
    """Runs notebooks from top to bottom on a work folder; fails with the end of their output.

    Args:
        names: of the notebooks, in order.
        work: the work folder; the Pi bundle goes into it.
        **parameters: of the notebooks.
    """
    paths = [ROOT / "notebooks" / f"{name}.ipynb" for name in names]
    code, output = _ended(paths, work, parameters)
    assert code == 0, output[-5000:]


def run_printing(name, work, printed, **parameters):
    """Runs a notebook of which some cells have to print exactly what is given.

    Args:
        name: of the notebook.
        work: the work folder, which the copy of the notebook goes into.
        printed: the text of a cell by the first line of its source.
        **parameters: of the notebook.
    """
    notebook = nbformat.read(str(ROOT / "notebooks" / f"{name}.ipynb"), as_version=4)
    missing = set(printed)
    for cell in notebook.cells:
        line = cell.source.partition("\n")[0]
        if line in printed:
            cell.metadata.setdefault("tags", []).append("nbval-check-output")
            cell.outputs = [nbformat.v4.new_output("stream", text=printed[line])]
            cell.execution_count = 1
            missing.remove(line)
    assert not missing
    copy = Path(work) / f"{name}.ipynb"
    nbformat.write(notebook, str(copy))
    code, output = _ended([copy], work, parameters)
    assert code == 0, output[-5000:]


def run_failing(name, work, **parameters):
    """Runs a notebook of which one cell has to fail; returns what that cell shows.

    Args:
        name: of the notebook.
        work: the work folder.
        **parameters: of the notebook.
    """
    code, output = _ended([ROOT / "notebooks" / f"{name}.ipynb"], work, parameters)
    assert code == 1 and "1 failed" in output, output[-5000:]
    shown = output.partition("Traceback:")[2].partition("= short test summary")[0]
    return re.sub(r"\x1b\[[\d;]*m", "", shown).strip("= \n")


def run_kept(name, work, **parameters):
    """Runs a notebook, past cells that fail too; returns its file as Jupyter would save it.

    Args:
        name: of the notebook.
        work: the work folder.
        **parameters: of the notebook.
    """
    notebook = nbformat.read(str(ROOT / "notebooks" / f"{name}.ipynb"), as_version=4)
    client = NotebookClient(
        notebook, timeout=900, allow_errors=True, resources={"metadata": {"path": str(ROOT)}}
    )
    client.execute(env=_environment(work, parameters))
    return nbformat.writes(notebook)


def _environment(work, parameters):
    """That of the kernel, with the parameters as a user would set them."""
    environment = dict(os.environ, WORK=str(work), BUNDLE=str(Path(work) / "bundle"))
    for name in ("IMG", "ANNOTATIONS"):
        environment.pop(name, None)
    environment.update({name: str(value) for name, value in parameters.items()})
    return environment


def _ended(paths, work, parameters):
    """The exit code and the output of nbval."""
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "-q", "-p", "no:cacheprovider"]
    ended = subprocess.run(
        [*command, "--nbval-cell-timeout=900", *map(str, paths)],
        cwd=str(ROOT),
        env=_environment(work, parameters),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
    )
    return ended.returncode, ended.stdout
