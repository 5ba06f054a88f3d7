"""An error's text fits on the one line that detect.py prints."""

import errno
import os
from pathlib import Path
from urllib.error import URLError

import pytest

from detection.errors import (
    InputError,
    UsageError,
    import_message,
    is_utf_8,
    one_line,
    reason_and_remedy,
    reason_of,
    require_utf_8,
)


@pytest.mark.parametrize(
    "error, line",
    [
        pytest.param(ValueError("plain"), "plain", id="plain"),
        pytest.param(ValueError(" two\n  lines\t"), "two lines", id="line breaks"),
        pytest.param(ValueError(), "ValueError", id="no message"),
        pytest.param(InputError("a.jpg: bad"), "a.jpg: bad", id="InputError"),
    ],
)
def test_one_line(error, line):
    assert one_line(error) == line


def test_bad_input_and_wrong_usage_are_told_apart():
    assert not issubclass(UsageError, InputError)
    assert not issubclass(InputError, UsageError)


@pytest.mark.parametrize(
    "said, name, values",
    [
        pytest.param("No module named 'cv2'", "cv2", ["'cv2'", "python3-opencv"], id="no OpenCV"),
        pytest.param(
            "No module named 'detection.images'",
            "detection.images",
            ["detection.images", "copy"],
            id="a module of ours",
        ),
        pytest.param(
            "numpy.core.multiarray failed to import", None, ["numpy<2"], id="OpenCV of numpy 1"
        ),
        pytest.param(
            "\nPLEASE READ\nOriginal error was: libcblas.so.3: cannot open\n",
            "numpy",
            ["libcblas.so.3: cannot open; ", "python3-opencv"],
            id="a library of numpy is missing",
        ),
    ],
)
def test_what_cannot_be_imported(said, name, values):
    message = import_message(ImportError(said, name=name))
    assert "\n" not in message
    assert [value for value in values if value not in message] == []


@pytest.mark.parametrize(
    "name, text",
    [(b"a.mp4", True), ("größe 雪.mp4".encode(), True), (b"caf\xe9.mp4", False)],
    ids=["ASCII", "UTF-8", "Latin 1"],
)
def test_names_that_are_text(name, text):
    assert is_utf_8(os.fsdecode(name)) is text
    if not text:
        with pytest.raises(InputError, match="UTF-8"):
            require_utf_8(Path(os.fsdecode(name)))


@pytest.mark.parametrize(
    "error, reason",
    [
        (PermissionError(13, "Permission denied", "a"), "Permission denied"),
        (URLError(ConnectionRefusedError(111, "Connection refused")), "Connection refused"),
        (URLError("no host given"), "no host given"),
        (ValueError("two\nlines"), "two lines"),
        (OSError(), "OSError"),
    ],
    ids=["file", "network", "address", "other", "nothing"],
)
def test_reason_without_the_words_of_python(error, reason):
    assert reason_of(error).endswith(reason) and "Errno" not in reason_of(error)


@pytest.mark.parametrize("code, remedy", [(errno.EACCES, "chmod"), (errno.ENOSPC, "df -h")])
def test_the_remedy_suits_the_reason(code, remedy):
    assert remedy in reason_and_remedy(OSError(code, os.strerror(code)), "else")


def test_another_remedy_where_the_reason_tells_none():
    assert reason_and_remedy(OSError(errno.ENOENT, "gone"), "else") == "(gone); else"
