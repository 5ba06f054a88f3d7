"""Replaces the model folder by another model, once that has passed its self-test on this device."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Iterator, Optional

from ..backends.model_bundle import read_bundle
from ..errors import InputError
from .exchange import put_in_place
from .fetching import check_arguments, fetch

_PREFIX = ".model-update-"
_PROGRAM = Path(__file__).resolve().parents[2] / "detect.py"


def run(source: str, sha256: Optional[str], model: Path) -> int:
    """Fetches a model, checks it, tries it and puts it in place.

    Whatever goes wrong before the last step, or ends the program, leaves the model as it was. A
    ``detect.py`` that runs meanwhile keeps what it has loaded.

    Args:
        source: A model folder, a zip archive with one, or its http(s) address.
        sha256: Of the archive; needed for an address.
        model: The model folder to replace, or to make.

    Returns:
        0.

    Raises:
        UsageError: The arguments do not go together.
        InputError: The model cannot be had, is damaged or fails its self-test here.
    """
    check_arguments(source, sha256)
    model = model.resolve()  # a link stays one
    if Path(source).resolve() == model:
        raise InputError(f"{source}: is the model folder itself; name another one")
    with _workplace(model.parent) as folder:
        new = fetch(source, sha256, folder)
        read_bundle(new)
        _let_read(new)
        _try(source, new, model)
        put_in_place(new, model)
    print(f"{model}: now the model of {source}; a detect.py that runs takes it at its next start")
    return 0


@contextlib.contextmanager
def _workplace(parent: Path) -> Iterator[Path]:
    """A new folder beside the model; removes what an update that was killed has left."""
    lock = os.open(str(parent), os.O_RDONLY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(f"{parent}: another --update runs here; wait for its end") from None
        for leftover in parent.glob(f"{_PREFIX}*"):
            shutil.rmtree(str(leftover))
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=str(parent)))
        try:
            yield folder
        finally:
            shutil.rmtree(str(folder))
    finally:
        os.close(lock)


def _let_read(new: Path) -> None:
    """A service runs as another user than the one who updates, whatever that one's umask."""
    new.chmod(0o755)
    for path in new.iterdir():
        path.chmod(0o644)


def _try(source: str, new: Path, model: Path) -> None:
    """Runs the self-test in a process of its own, which a bad model may take down."""
    command = [sys.executable, str(_PROGRAM), "--self-test", "--model", str(new)]
    tried = subprocess.run(command)
    if tried.returncode:
        raise InputError(
            f"{source}: fails its self-test here (exit {tried.returncode}, above);"
            f" {model} stays as it was"
        )
