"""Ends the process, whatever its threads are doing."""

from __future__ import annotations

import os
import sys
import threading
from typing import Callable, NoReturn


def leave(main: Callable[[], int]) -> NoReturn:
    """Runs a program and ends the process with its exit code.

    A thread may be inside a C++ library, where a camera keeps it waiting. When Python shuts down
    and such a thread comes back, Python before 3.14 ends it by unwinding its stack, and C++ aborts
    the process: exit 134, "FATAL: exception not rethrown". So Python does not shut down then; what
    had to be written has been.

    Args:
        main: Returns the exit code, or leaves by way of ``SystemExit``.
    """
    try:
        code = main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    if not any(thread.daemon for thread in threading.enumerate()):
        sys.exit(code)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # a full disk, or no one reads any more
        code = code or 1
    os._exit(code)
