"""Keeps C libraries from writing to standard error, where users read our message."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import threading
from typing import Iterator

_LOCK = threading.Lock()
_SAVED = [-1, 0]  # a duplicate of file descriptor 2, and how many blocks are running


def keep_own_messages() -> None:
    """Gives Python's standard error a file descriptor of its own, which is never silenced.

    Descriptor 2 belongs to all threads: what one prints while another decodes an image would be
    lost. To be called once, by the program.
    """
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.flush()
        file = io.FileIO(os.dup(2), "w")
        sys.stderr = io.TextIOWrapper(
            io.BufferedWriter(file), sys.stderr.encoding, sys.stderr.errors, line_buffering=True
        )


@contextlib.contextmanager
def silence_stderr() -> Iterator[None]:
    """Sends file descriptor 2 to the null device for the length of a ``with`` block.

    libpng, libjpeg and the TFLite runtimes print there what they also report by a return
    value or an exception, and no setting stops them. Keep the block to a single call. Blocks of
    several threads may overlap.

    Yields:
        Nothing.
    """
    sys.stderr.flush()
    with _LOCK:
        if _SAVED[1] == 0:
            _SAVED[0] = os.dup(2)
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 2)
            os.close(null)
        _SAVED[1] += 1
    try:
        yield
    finally:
        with _LOCK:
            _SAVED[1] -= 1
            if _SAVED[1] == 0:
                os.dup2(_SAVED[0], 2)
                os.close(_SAVED[0])
