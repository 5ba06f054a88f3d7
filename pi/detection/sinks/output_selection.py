"""Chooses from the command line and the source where the detections go."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import List, Optional

import cv2

from ..drawing import Painter
from ..errors import InputError, UsageError
from ..images import SUFFIXES as IMAGE_SUFFIXES
from ..sources.source import Source
from .image_sinks import ImageFile, ImageFolder
from .lines import JsonLines, ProgressLine, TextLines
from .sink import Sink
from .video_writer import CODECS, VideoFile
from .window import Window

# A Pi detects at a few frames a second: more would be copies.
_LIVE_RATE = 10.0
_NOUNS = {
    "image": "an image",
    "folder": "a folder",
    "video": "a video",
    "live": "a camera or stream",
}


def check_output(output: str, source: Source) -> str:
    """Returns what OUTPUT is and checks that it suits the source.

    Args:
        output: An image, a video, or a folder, which may not exist yet.
        source: The source of the frames.

    Returns:
        "image", "video" or "folder".

    Raises:
        UsageError: OUTPUT is of no known kind, or does not suit the source.
        InputError: OUTPUT would overwrite the source, or its folder does not exist.
    """
    path = Path(output)
    kind = _kind(output, source)
    if source.origin is not None and _is_source(path, kind, source.origin, source.kind):
        raise InputError(f"{output}: would overwrite the source; choose another OUTPUT")
    if kind != "folder" and not path.parent.is_dir():
        raise InputError(f"{output}: the folder {path.parent} does not exist; make it first")
    return kind


def choose_sinks(options: argparse.Namespace, source: Source, painter: Painter) -> List[Sink]:
    """Creates the sinks of the detections.

    Args:
        options: ``output`` as ``check_output`` takes it, or None; ``json``: whether to print JSON
            lines on standard output; ``headless``: whether no window may be opened.
        source: The source of the frames.
        painter: Draws the results.

    Returns:
        The sinks, not yet entered. Without an output and JSON: a window, or lines of text where
        there can be none.
    """
    sinks: List[Sink] = [JsonLines(sys.stdout)] if options.json else []
    if options.output is not None:
        kind = check_output(options.output, source)
        sinks.append(_output_sink(Path(options.output), kind, source, painter))
    if not sinks:
        sinks.append(_window(painter, options.headless) or TextLines(sys.stdout))
    prints = any(isinstance(sink, (JsonLines, TextLines)) for sink in sinks)
    if sys.stderr.isatty() and source.total != 1 and not (prints and sys.stdout.isatty()):
        sinks.append(ProgressLine(source.total))
    return sinks


def _kind(output: str, source: Source) -> str:
    if "://" in output:
        raise UsageError(f"OUTPUT is a file or a folder, got {output}")
    suffix = Path(output).suffix.lower()
    if not suffix or output.endswith(os.sep) or Path(output).is_dir():
        return "folder"
    if suffix in IMAGE_SUFFIXES:
        kind, suits = "image", source.kind == "image"
    elif suffix in CODECS:
        kind, suits = "video", source.kind in ("video", "live")
    else:
        raise UsageError(
            f"OUTPUT ends in {suffix}, expected a folder or a file ending in"
            f" {' '.join(IMAGE_SUFFIXES)} {' '.join(sorted(CODECS))}"
        )
    if not suits:
        raise UsageError(f"OUTPUT {output} is {_NOUNS[kind]}, the source is {_NOUNS[source.kind]}")
    return kind


def _is_source(path: Path, kind: str, origin: Path, source_kind: str) -> bool:
    target = path / origin.name if kind == "folder" and source_kind == "image" else path
    return target.exists() and target.samefile(origin)


def _output_sink(path: Path, kind: str, source: Source, painter: Painter) -> Sink:
    if kind == "folder":
        return ImageFolder(path, painter)
    if kind == "image":
        return ImageFile(path, painter)
    if source.kind == "live":
        return VideoFile(path, painter, _LIVE_RATE, time.monotonic)
    return VideoFile(path, painter, source.rate)


def _window(painter: Painter, headless: bool) -> Optional[Window]:
    """Returns a window where there is a display and this OpenCV can use it."""
    # OpenCV ends the whole process where there is no display.
    displays = ("DISPLAY", "WAYLAND_DISPLAY")
    if headless or (sys.platform == "linux" and not any(map(os.environ.get, displays))):
        return None
    try:
        return Window(painter)
    except cv2.error:
        return None
