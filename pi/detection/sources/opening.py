"""Opens what the SOURCEs name."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import List, NamedTuple, Sequence

from ..errors import InputError, UsageError
from ..images import SUFFIXES as IMAGE_SUFFIXES
from .camera import CAMERA, CameraOptions, open_camera
from .image_source import ImageSource
from .live_source import LiveOptions
from .source import Input, Source
from .source_list import SourceList, distinct_names
from .stream import STREAM, open_stream
from .video_source import VideoSource

VIDEO_SUFFIXES = (".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm")

_NEWEST, _AS_IT_IS = LiveOptions(), CameraOptions()


class _Found(NamedTuple):
    """The files that one SOURCE stands for; ``kind`` is that of a ``Source``."""

    kind: str
    paths: Sequence[Path]


def is_live(text: str) -> bool:
    """Tells whether a SOURCE is a camera or stream; a file or folder of that name goes first.

    Args:
        text: SOURCE of the command line.
    """
    if os.path.isfile(text) or os.path.isdir(text):
        return False
    return bool(CAMERA.fullmatch(text) or STREAM.fullmatch(text))


def open_sources(
    texts: Sequence[str], options: LiveOptions = _NEWEST, asked: CameraOptions = _AS_IT_IS
) -> Source:
    """Opens what the SOURCEs name, as one source.

    Args:
        texts: One camera's number or device, or one stream's address; or one or more images,
            folders and videos.
        options: How a camera or stream is read.
        asked: What is asked of a camera.

    Returns:
        The source.

    Raises:
        UsageError: A camera or stream is not alone.
        InputError: One does not exist, is empty, or cannot be opened.
    """
    live = [text for text in texts if is_live(text)]
    if live and len(texts) > 1:
        raise UsageError(
            f"{live[0]} is a camera or stream, which runs alone, got {len(texts)} SOURCEs;"
            " what is to be written stands behind --output"
        )
    if live and STREAM.fullmatch(live[0]):
        return open_stream(live[0], options)
    if live:
        return open_camera(live[0], options, asked)
    found = [_find(Path(text)) for text in texts]
    names = iter(distinct_names([path for one in found for path in one.paths]))
    groups = [[_input(path, next(names), one.kind) for path in one.paths] for one in found]
    openers = [partial(_open, one.kind, group) for one, group in zip(found, groups)]
    if len(openers) == 1:
        return openers[0]()
    return SourceList([file for group in groups for file in group], openers)


def _input(path: Path, name: str, kind: str) -> Input:
    return Input(path, name, "video" if kind == "video" else "image")


def _open(kind: str, inputs: List[Input]) -> Source:
    if kind == "video":
        return VideoSource(inputs[0])
    return ImageSource(kind, inputs)


def _find(path: Path) -> _Found:
    if path.is_dir():
        return _Found("folder", _images_in(path))
    if not path.is_file():
        raise InputError(f"{path}: no such image, folder or video; check the path")
    if path.suffix.lower() in IMAGE_SUFFIXES:
        return _Found("image", [path])
    if path.suffix.lower() not in VIDEO_SUFFIXES:
        raise InputError(
            f"{path}: neither an image ({' '.join(IMAGE_SUFFIXES)}) nor a video"
            f" ({' '.join(VIDEO_SUFFIXES)}); give it the suffix of what it is"
        )
    if path.stat().st_size == 0:
        raise InputError(f"{path}: empty (0 bytes); copy or record the video again")
    return _Found("video", [path])


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
