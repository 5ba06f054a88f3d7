"""Errors of ``detect.py``, each with an exit code of its own."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

_NUMPY = re.compile(r"numpy\S*\.multiarray|_ARRAY_API")
# numpy wraps the cause into a page of advice.
_CAUSE = re.compile(r"Original error was: (.+)")
_CV_NO_MEMORY = -4  # cv2.Error.StsNoMem

_NO_RIGHT = "ls -ld shows whose it is: give this user the right, with chmod or chown"
_FULL = "delete what is not needed there (df -h), or choose another disk"
_REMEDIES = {
    errno.EACCES: _NO_RIGHT,
    errno.EPERM: _NO_RIGHT,
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EROFS: "nothing can be written there; choose another folder",
    errno.EIO: "the disk fails (see dmesg): copy what is on it, and take another",
    errno.EISDIR: "name a file, not a folder",
    errno.ENOTDIR: "a file stands where a folder is expected; choose another name",
    errno.EEXIST: "a file stands where a folder is expected; choose another name",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ELOOP: "the link leads to itself; name the file",
}


class InputError(Exception):
    """The model, the source or a file is bad: exit 1.

    The message is one line that names the file, says what is wrong with it, and what to do.
    """


class UsageError(Exception):
    """The arguments do not go together: exit 2, as ``argparse`` does for a wrong option."""


def one_line(error: BaseException) -> str:
    """Returns an error's text without its line breaks, as OpenCV's messages have them.

    Args:
        error: Any exception.

    Returns:
        The text on one line; the name of the exception's class where it has no text.
    """
    return " ".join(str(error).split()) or type(error).__name__


def reason_of(error: BaseException) -> str:
    """Returns the reason alone, of an error of the operating system or the network.

    Args:
        error: Any exception; ``urllib``'s and ``ssl``'s hold the reason inside.

    Returns:
        One line without ``[Errno 13]``, such as "Permission denied".
    """
    inner = getattr(error, "reason", None)
    if isinstance(inner, BaseException):
        return reason_of(inner)
    said = getattr(error, "verify_message", None) or getattr(error, "strerror", None) or inner
    return " ".join(str(said).split()) if said else one_line(error)


def reason_and_remedy(error: OSError, otherwise: str) -> str:
    """Says in a message why a file cannot be used, and what helps.

    Args:
        error: Of the operating system.
        otherwise: What to do where the reason alone does not tell.

    Returns:
        "(Permission denied); " and the remedy, for the end of a line that names the file.
    """
    return f"({reason_of(error)}); {_REMEDIES.get(error.errno or 0, otherwise)}"


def import_message(error: ImportError) -> str:
    """Says what cannot be imported and what helps.

    Args:
        error: As importing numpy, OpenCV or a module of ours raises it.

    Returns:
        One line.
    """
    text = str(error)
    cause = _CAUSE.search(text)
    said = cause.group(1) if cause else one_line(error)
    if (error.name or "").startswith("detection"):
        return f"{said}; copy the whole folder again"
    if not cause and _NUMPY.search(text):
        return f'{said}: OpenCV was built for another numpy; pip install "numpy<2"'
    return f"{said}; for cv2 and numpy: sudo apt install python3-opencv"


def is_out_of_memory(error: BaseException) -> bool:
    """Tells whether Python or OpenCV could not get the memory it asked for.

    Args:
        error: Any exception.
    """
    return isinstance(error, MemoryError) or getattr(error, "code", None) == _CV_NO_MEMORY


def is_utf_8(name: str) -> bool:
    """Tells whether a file's name is text; OpenCV crashes where it is none.

    Args:
        name: A path, as Python has it.
    """
    return os.fsencode(name).decode("utf-8", "replace") == name


def require_utf_8(path: Path) -> None:
    """Raises where OpenCV or TensorFlow Lite could not open a path.

    Args:
        path: Of a file or folder.

    Raises:
        InputError: Its name is not text in UTF-8.
    """
    if not is_utf_8(str(path)):
        raise InputError(f"{path}: the name is not UTF-8, which OpenCV expects; choose another")
