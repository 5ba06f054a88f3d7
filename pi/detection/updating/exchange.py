"""Puts a folder in the place of another in one go, so that there is never none and never half."""

from __future__ import annotations

import ctypes
import errno
import os
from pathlib import Path

from ..errors import InputError

_HERE = -100  # AT_FDCWD
_EXCHANGE = 2  # RENAME_EXCHANGE
_NOT_POSSIBLE = (errno.EINVAL, errno.ENOSYS, errno.EXDEV)


def put_in_place(new: Path, current: Path) -> None:
    """Exchanges two folders; where there is only one, moves it.

    ``renameat2`` with ``RENAME_EXCHANGE``: whoever opens ``current`` gets the one or the other,
    also after a power cut. https://man7.org/linux/man-pages/man2/rename.2.html

    Args:
        new: A complete folder on the same file system; afterwards the former one.
        current: Where it goes.

    Raises:
        InputError: The file system cannot do that.
        OSError: The rights do not allow it.
    """
    os.sync()  # What the name will point to has to be on the disk before the name is.
    if not os.path.lexists(str(current)):
        os.rename(str(new), str(current))
    else:
        _exchange(new, current)
    os.sync()


def _exchange(new: Path, current: Path) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    code = errno.ENOSYS
    if hasattr(library, "renameat2"):  # glibc 2.28
        if library.renameat2(_HERE, os.fsencode(new), _HERE, os.fsencode(current), _EXCHANGE) == 0:
            return
        code = ctypes.get_errno()
    if code in _NOT_POSSIBLE:
        raise InputError(
            f"{current}: this file system cannot exchange two folders in one go; keep the folder on"
            " the SD card's own file system (ext4), or stop detect.py and copy the model by hand"
        )
    raise OSError(code, os.strerror(code), str(current))
