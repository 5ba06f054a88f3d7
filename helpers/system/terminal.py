"""Programs that show how far they are only to a terminal: run in one that nobody sees."""

from __future__ import annotations

import errno
import os
import re
import subprocess
from typing import Any, Callable, Iterator, Mapping, Sequence

from helpers.system import shell

# Control sequences of ECMA-48: colours, and the moves of a cursor that redraws its lines.
_CONTROL = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]")
_CHUNK = 65536  # bytes


def run(
    command: Sequence[str], on_line: Callable[[str], Any], environment: Mapping[str, str]
) -> int:
    """Runs a command to its end in a terminal of its own.

    Args:
        command: program and arguments.
        on_line: called with each line as it is drawn or drawn again, without control sequences.
        environment: its variables, in the place of those of this process.

    Returns:
        Its exit code.

    Raises:
        MissingPart: there is no such program.
    """
    ours, theirs = os.openpty()
    try:
        try:
            process = shell.start(
                command,
                stdin=subprocess.DEVNULL,
                stdout=theirs,
                stderr=theirs,
                env=dict(environment),
            )
        finally:
            os.close(theirs)
        try:
            for line in _lines(ours):
                on_line(line)
            return process.wait()
        finally:
            shell.end(process)
    finally:
        os.close(ours)


def _lines(terminal: int) -> Iterator[str]:
    rest = b""
    while True:
        chunk = _read(terminal)
        *lines, rest = re.split(rb"[\r\n]+", rest + chunk)
        for line in lines if chunk else [*lines, rest]:
            text = _CONTROL.sub(b"", line).decode("utf-8", "replace").strip()
            if text:
                yield text
        if not chunk:
            return


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, _CHUNK)
    except OSError as error:
        if error.errno != errno.EIO:  # Linux's way of saying that the other end was closed
            raise
        return b""
