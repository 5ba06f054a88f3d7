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

from ..backends.model_bundle import DESCRIPTION, read_bundle
from ..errors import InputError, reason_and_remedy
from .exchange import put_in_place
from .fetching import check_arguments, fetch

_PREFIX = ".model-update-"
_NAME = "detect.py: "
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
    _require_model_folder(model)
    with _workplace(model.parent) as folder:
        new = fetch(source, sha256, folder)
        try:
            read_bundle(new)
        except InputError as error:
            raise InputError(_of_source(str(error), new, source)) from None
        _let_read(new)
        _try(source, new, model)
        put_in_place(new, model)
    print(f"{model}: now the model of {source}; a detect.py that runs takes it at its next start")
    return 0


@contextlib.contextmanager
def _workplace(parent: Path) -> Iterator[Path]:
    """A new folder beside the model; removes what an update that was killed has left."""
    try:
        lock = os.open(str(parent), os.O_RDONLY)
    except FileNotFoundError:
        raise InputError(f"{parent}: no such folder; make it, or correct --model") from None
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(f"{parent}: another --update runs here; wait for its end") from None
        for leftover in parent.glob(f"{_PREFIX}*"):
            shutil.rmtree(str(leftover))
        try:
            folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=str(parent)))
        except OSError as error:
            why = reason_and_remedy(error, "check it")
            raise InputError(f"{parent}: no folder can be made in it {why}") from None
        try:
            yield folder
        finally:
            shutil.rmtree(str(folder))
    finally:
        os.close(lock)


def _require_model_folder(model: Path) -> None:
    """What is replaced is deleted: that must be a model."""
    if not os.path.lexists(str(model)):
        return
    if not model.is_dir() or (any(model.iterdir()) and not (model / DESCRIPTION).exists()):
        raise InputError(
            f"{model}: holds no {DESCRIPTION}, so it is no model folder, and is not replaced;"
            " correct --model, or move it away"
        )


def _let_read(new: Path) -> None:
    """A service runs as another user than the one who updates, whatever that one's umask."""
    new.chmod(0o755)
    for path in new.iterdir():
        path.chmod(0o644)


def _try(source: str, new: Path, model: Path) -> None:
    """Runs the self-test in a process of its own, which a bad model may take down."""
    command = [sys.executable, str(_PROGRAM), "--self-test", "--model", str(new)]
    tried = subprocess.run(command, stderr=subprocess.PIPE)
    if tried.returncode:
        said = os.fsdecode(tried.stderr).strip().splitlines()
        why = said[-1] if said else f"exit code {tried.returncode}"
        why = _of_source(why, new, source)
        if why.startswith(_NAME):
            why = why[len(_NAME) :]
        raise InputError(f"{source}: fails its self-test here: {why}; {model} stays as it was")


def _of_source(message: str, new: Path, source: str) -> str:
    """Names what the user knows, not the place where it was unpacked."""
    return message.replace(str(new), source)
