"""Finds the images and videos that a path stands for, by their content."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import List, NamedTuple, Optional, Sequence

from ..errors import InputError
from ..images import SUFFIXES as IMAGE_SUFFIXES
from ..media_kind import Media, is_mjpeg, media_kind

_LOG = logging.getLogger(__name__)

# What is not known by its content is taken by its suffix, so that it is told what is wrong with it.
VIDEO_SUFFIXES = frozenset(
    {
        ".3gp",
        ".asf",
        ".avi",
        ".flv",
        ".gif",
        ".h264",
        ".h265",
        ".hevc",
        ".m2ts",
        ".m4v",
        ".mjpeg",
        ".mjpg",
        ".mkv",
        ".mov",
        ".mp4",
        ".mpeg",
        ".mpg",
        ".mts",
        ".ogv",
        ".ts",
        ".vob",
        ".webm",
        ".wmv",
    }
)
_NAMED = 5


class Found(NamedTuple):
    """The files that one SOURCE stands for.

    Attributes:
        kind: "image", "folder" or "video".
        paths: Of the images or the video.
    """

    kind: str
    paths: Sequence[Path]


def find(path: Path) -> Found:
    """Finds what is to be read.

    Args:
        path: An image, a video, or a folder of images.

    Returns:
        At least one file.

    Raises:
        InputError: It does not exist, is empty, or is of no known kind.
        OSError: It cannot be read.
    """
    if path.is_dir():
        return Found("folder", _images_in(path))
    if not path.is_file():
        raise InputError(f"{path}: no such image, folder or video; check the path")
    if path.stat().st_size == 0:
        raise InputError(f"{path}: empty (0 bytes); copy or record it again")
    media, suffix = media_kind(path), path.suffix.lower()
    if _is_video(media) or is_mjpeg(path, media) or (media is None and suffix in VIDEO_SUFFIXES):
        return Found("video", [path])
    if media is None and suffix not in IMAGE_SUFFIXES:
        raise InputError(
            f"{path}: neither an image nor a video; expected JPEG, PNG, WebP, BMP or TIFF, or MP4,"
            " MOV, AVI, Matroska, WebM, MPEG or H.264"
        )
    return Found("image", [path])


def _is_video(media: Optional[Media]) -> bool:
    return media is not None and media.kind == "video"


def _images_in(folder: Path) -> List[Path]:
    """Lists the images of a folder, and says which videos are left out."""
    images, videos = [], []
    # Names that start with a dot: macOS's shadow files, unfinished files of another run.
    for path in sorted(path for path in folder.iterdir() if not path.name.startswith(".")):
        # Of these names the content is looked at when they are read.
        if path.suffix.lower() in IMAGE_SUFFIXES:
            images.append(path)
        elif path.is_file():
            media = media_kind(path)
            if _is_video(media) or path.suffix.lower() in VIDEO_SUFFIXES:
                videos.append(path.name)
            elif media is not None:
                images.append(path)
    named = ", ".join(videos[:_NAMED])
    more = f" and {len(videos) - _NAMED} more" if len(videos) > _NAMED else ""
    if not images:
        also = f"; videos are SOURCEs of their own: {named}{more}" if videos else ""
        raise InputError(
            f"{folder}: no images in this folder (it is searched without those inside"
            f" it){also}; give one with images"
        )
    if videos:
        _LOG.warning(
            "%s: a folder stands for its images; videos are SOURCEs of their own, left out: %s%s",
            folder,
            named,
            more,
        )
    return images
