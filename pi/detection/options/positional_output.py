"""Tells whether the last of several arguments is the OUTPUT, which may stand without its option."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import List, Sequence, Tuple

from ..images import SUFFIXES as IMAGE_SUFFIXES
from ..media_kind import media_kind
from ..output_marker import is_ours
from ..sources.files import VIDEO_SUFFIXES
from ..sources.live import is_live

_LOG = logging.getLogger(__name__)


def split(arguments: Sequence[str]) -> Tuple[List[str], List[str]]:
    """Divides the arguments without an option into SOURCEs and OUTPUT.

    The last of several is the OUTPUT where it cannot be a source: it does not exist yet, or
    everything in it that could be read was made by ``detect.py``, of something that was not.

    Args:
        arguments: In order.

    Returns:
        The SOURCEs, and the OUTPUT or nothing.

    Raises:
        OSError: A file or folder cannot be read.
    """
    sources, last = list(arguments[:-1]), arguments[-1:]
    if not sources or not _is_output(sources, last[0]):
        return list(arguments), []
    return sources, list(last)


def _is_output(sources: Sequence[str], last: str) -> bool:
    if is_live(last):
        return False
    if not os.path.exists(last):
        return True
    # What we drew on may be a source as well: ``annotated/*.jpg`` are images like any others.
    if any(os.path.exists(source) and _all_ours(Path(source)) for source in sources):
        return False
    path = Path(last)
    ours = _all_ours(path)
    if path.is_dir() and not ours and len(sources) == 1:
        _LOG.warning(
            "%s: holds files that detect.py did not make, so it is a SOURCE too;"
            " to write into it: --output %s",
            last,
            last,
        )
    return ours and (path.is_dir() or len(sources) == 1)


def _all_ours(path: Path) -> bool:
    """Tells whether a file, or every image and video of a folder, was made by us."""
    if path.is_dir():
        return all(is_ours(file) for file in path.iterdir() if _is_media(file))
    return path.is_file() and is_ours(path)


def _is_media(path: Path) -> bool:
    if path.suffix.lower() in (*IMAGE_SUFFIXES, *VIDEO_SUFFIXES):
        return path.is_file()
    return path.is_file() and media_kind(path) is not None
