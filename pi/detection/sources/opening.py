"""Opens what SOURCE names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Sequence

from ..errors import InputError
from ..images import SUFFIXES as IMAGE_SUFFIXES
from .image_source import ImageSource
from .source import Source
from .video_source import CAMERA, VideoSource

VIDEO_SUFFIXES = (".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm")

_STREAM = re.compile(r"(?:https?|rtsps?)://.+", re.IGNORECASE)


def open_source(text: str) -> Source:
    """Opens what SOURCE names.

    Args:
        text: An image, a folder, a video, a camera's number or ``/dev/video`` device, or an
            address that starts with ``rtsp://`` or ``http://``.

    Returns:
        The source.

    Raises:
        InputError: It does not exist, is empty, or cannot be opened.
    """
    if CAMERA.fullmatch(text) or _STREAM.fullmatch(text):
        return VideoSource(text, None)
    path = Path(text)
    if path.is_dir():
        return ImageSource(path, "folder", _images_in(path))
    if not path.is_file():
        raise InputError(f"{path}: no such image, folder or video; check the path")
    if path.suffix.lower() in IMAGE_SUFFIXES:
        return ImageSource(path, "image", [path])
    if path.suffix.lower() not in VIDEO_SUFFIXES:
        raise InputError(
            f"{path}: neither an image ({' '.join(IMAGE_SUFFIXES)}) nor a video"
            f" ({' '.join(VIDEO_SUFFIXES)}); give it the suffix of what it is"
        )
    if path.stat().st_size == 0:
        raise InputError(f"{path}: empty (0 bytes); copy or record the video again")
    return VideoSource(text, path)


def _images_in(folder: Path) -> Sequence[Path]:
    try:
        # Names that start with a dot: macOS's shadow files, unfinished files of another run.
        paths = sorted(
            path
            for path in folder.iterdir()
            if path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith(".")
        )
    except OSError as error:
        raise InputError(f"{folder}: cannot be read ({error.strerror}); check its rights") from None
    if not paths:
        raise InputError(
            f"{folder}: no images in this folder; expected files ending in"
            f" {' '.join(IMAGE_SUFFIXES)} (folders inside it are not searched)"
        )
    return paths
