"""What a killed run has left beside its output: a video is rescued, the rest deleted."""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path
from typing import Iterator, Match, Tuple

import cv2

from ..errors import InputError, reason_and_remedy

_LOG = logging.getLogger(__name__)

# As ``images.replacing`` calls an unfinished file, and ``SegmentedWriter`` a segment beside it.
_NAME = re.compile(r"\.(?P<stem>.*)\.(?P<process>\d+)\.part(?P<segment>\.[01])?(?P<suffix>\.\w+)")


def rescue(path: Path) -> None:
    """Makes videos of what killed runs have left of a video, and says so.

    What has no frame is deleted. Files of a run that is still going on stay as they are.

    Args:
        path: The video that is about to be written. A rescued one lies beside it:
            ``clip-rescued-1.mp4``.

    Raises:
        InputError: A file cannot be renamed or deleted.
    """
    for part, match in _unfinished(path.parent):
        if match["stem"] != path.stem:
            continue
        try:
            if match["segment"] or not _is_video(part):
                part.unlink()
            else:
                rescued = _free_name(path.with_suffix(match["suffix"]))
                os.replace(str(part), str(rescued))
                _LOG.warning("%s: rescued from a recording that was broken off", rescued)
        except OSError as error:
            raise InputError(
                f"{part}: left by a run that was killed, and cannot be moved"
                f" {reason_and_remedy(error, 'check its folder')}"
            ) from None


def remove_images(folder: Path, suffixes: Tuple[str, ...]) -> None:
    """Deletes what killed runs have left of images.

    Args:
        folder: The folder that images are about to be written to.
        suffixes: Of images, in lower case.

    Raises:
        OSError: A file cannot be deleted.
    """
    for part, match in _unfinished(folder):
        if match["suffix"].lower() in suffixes:
            part.unlink()


def has_frame(path: Path, number: int) -> bool:
    """Tells whether a video's frame can be decoded.

    Args:
        path: The video.
        number: Of the frame, counted from 1.
    """
    capture = cv2.VideoCapture(str(path))
    try:
        # The header alone proves nothing: it may be complete where the frames are not.
        capture.set(cv2.CAP_PROP_POS_FRAMES, number - 1)
        return capture.get(cv2.CAP_PROP_FRAME_COUNT) >= number and capture.read()[0]
    finally:
        capture.release()


def _unfinished(folder: Path) -> Iterator[Tuple[Path, Match[str]]]:
    """Yields the unfinished files of processes that are gone; ours has not begun one yet."""
    for part in sorted(folder.glob(".*.part*.*")):
        match = _NAME.fullmatch(part.name)
        if match and (int(match["process"]) == os.getpid() or not _runs(int(match["process"]))):
            yield part, match


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # another user's
        return True
    return True


def _is_video(part: Path) -> bool:
    if part.suffix.lower() == ".avi" and part.stat().st_size:
        from .avi_repair import repair  # which images do not need

        repair(part)
    return has_frame(part, 1)


def _free_name(path: Path) -> Path:
    number = 1
    while True:
        name = path.with_name(f"{path.stem}-rescued-{number}{path.suffix}")
        if not name.exists():
            return name
        number += 1
