"""Putting a complete folder in the place of another, so that one of the two is always there."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from pathlib import Path

_AT_WORKING_FOLDER = -100  # AT_FDCWD of Linux
_EXCHANGE = 2  # RENAME_EXCHANGE of Linux and RENAME_SWAP of macOS


def replace(complete: Path, out: Path) -> None:
    """Moves a complete folder to a path; what stood there is removed.

    Where the system can exchange two folders in one step (Linux, macOS), there is no moment without
    one of the two at that path, whenever this process ends. Elsewhere there is one between two
    renames, and then the former folder lies beside it as ``.NAME.former``.

    Args:
        complete: on the same file system as ``out``; gone afterwards.
        out: a folder, or nothing yet.

    Raises:
        OSError: it cannot be moved; what stood there stands there.
    """
    if not out.exists():
        os.rename(str(complete), str(out))
        return
    if _exchanged(complete, out):
        shutil.rmtree(str(complete))
        return
    former = out.with_name(f".{out.name}.former")
    shutil.rmtree(str(former), ignore_errors=True)
    os.rename(str(out), str(former))
    try:
        os.rename(str(complete), str(out))
    except OSError:
        os.rename(str(former), str(out))
        raise
    shutil.rmtree(str(former))


def _exchanged(one: Path, other: Path) -> bool:
    """Whether two folders have changed places; ``False`` where the system cannot do that."""
    names = os.fsencode(str(one)), os.fsencode(str(other))
    library = ctypes.CDLL(None)
    if sys.platform.startswith("linux") and hasattr(library, "renameat2"):
        pair = (_AT_WORKING_FOLDER, names[0], _AT_WORKING_FOLDER, names[1])
        return bool(library.renameat2(*pair, _EXCHANGE) == 0)
    if sys.platform == "darwin" and hasattr(library, "renamex_np"):
        return bool(library.renamex_np(*names, _EXCHANGE) == 0)
    return False
