"""Keeps C libraries from writing to standard error, where users read our message."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Iterator


@contextlib.contextmanager
def silence_stderr() -> Iterator[None]:
    """Sends file descriptor 2 to the null device for the length of a ``with`` block.

    libpng, libjpeg and the TFLite runtimes print there what they also report by a return
    value or an exception, and no setting stops them. Keep the block to a single call.

    Yields:
        Nothing.
    """
    sys.stderr.flush()
    saved = os.dup(2)
    try:
        with open(os.devnull, "w") as null:
            os.dup2(null.fileno(), 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
