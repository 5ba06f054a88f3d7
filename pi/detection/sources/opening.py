"""Opens what the SOURCEs name."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import List, Sequence

from ..errors import InputError, UsageError
from .address import without_password
from .files import find
from .image_source import ImageSource
from .live import PICAMERA, STANDARD_INPUT, STREAM, CameraOptions, LiveOptions, is_live
from .source import Input, Source
from .source_list import SourceList, distinct_names

_NEWEST, _AS_IT_IS = LiveOptions(), CameraOptions()


def open_sources(
    texts: Sequence[str], options: LiveOptions = _NEWEST, asked: CameraOptions = _AS_IT_IS
) -> Source:
    """Opens what the SOURCEs name, as one source.

    Args:
        texts: One camera's number or device, ``picamera``, one stream's address or ``-`` for
            standard input; or one or more images, folders and videos.
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
    if live:
        return _open_live(live[0], options, asked)
    found = [find(_path(text)) for text in texts]
    names = iter(distinct_names([path for one in found for path in one.paths]))
    groups = [[_input(path, next(names), one.kind) for path in one.paths] for one in found]
    openers = [partial(_open, one.kind, group) for one, group in zip(found, groups)]
    if len(openers) == 1:
        return openers[0]()
    return SourceList([file for group in groups for file in group], openers)


def _open_live(text: str, options: LiveOptions, asked: CameraOptions) -> Source:
    # Each needs modules of its own, which a folder of photos does not wait for.
    if text == STANDARD_INPUT:
        from .standard_input import open_standard_input

        return open_standard_input(options)
    if PICAMERA.fullmatch(text):
        from .picamera import open_picamera

        return open_picamera(text, options, asked)
    if STREAM.fullmatch(text):
        from .stream import open_stream

        return open_stream(text, options)
    from .camera import open_camera

    return open_camera(text, options, asked)


def _path(text: str) -> Path:
    path = Path(text)
    if "://" in text and not os.path.lexists(text):
        raise InputError(
            f"{without_password(text)}: no such kind of stream; expected an address that starts"
            " with rtsp://, http://, https://, tcp:// or udp://"
        )
    return path


def _input(path: Path, name: str, kind: str) -> Input:
    return Input(path, name, "video" if kind == "video" else "image")


def _open(kind: str, inputs: List[Input]) -> Source:
    if kind == "video":
        from .video_source import VideoSource

        return VideoSource(inputs[0])
    return ImageSource(kind, inputs)
