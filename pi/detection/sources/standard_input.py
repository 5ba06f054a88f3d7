"""A video that another program writes into this one: ``rpicam-vid -t 0 -o - | detect.py -``."""

from __future__ import annotations

import os
from functools import partial

from ..errors import InputError
from .capture import open_stream_capture
from .live import LiveOptions
from .live_source import LiveSource

_NAME = "stdin"
_HOW = "pipe a video into it, as in: rpicam-vid -t 0 -o - | python3 detect.py -"


def open_standard_input(options: LiveOptions) -> LiveSource:
    """Opens standard input.

    Args:
        options: How it is read; it cannot be opened again.

    Returns:
        A recording where the data state its length, as an MP4 file does; otherwise something live.

    Raises:
        InputError: It is a terminal or closed, or no video comes.
    """
    try:
        os.fstat(0)
    except OSError:
        raise InputError(f"{_NAME}: closed; {_HOW}") from None
    if os.isatty(0):
        raise InputError(f"{_NAME}: a terminal; {_HOW}")
    return LiveSource(_NAME, partial(open_stream_capture, "pipe:0"), options, lambda: _HOW, False)
