"""Errors of ``detect.py``, each with an exit code of its own."""

from __future__ import annotations

import os
import re
from pathlib import Path

_NUMPY = re.compile(r"numpy\S*\.multiarray|_ARRAY_API")
# numpy wraps the cause into a page of advice.
_CAUSE = re.compile(r"Original error was: (.+)")
_CV_NO_MEMORY = -4  # cv2.Error.StsNoMem


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
