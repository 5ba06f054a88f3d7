"""Decides from the command line and the source where the detections go."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import List, Optional, Sequence, Union

import cv2

from draw import class_colours
from errors import InputError, UsageError
from images import SUFFIXES as IMAGE_SUFFIXES
from recording import CODECS, VideoFile
from sinks import ImageFile, ImageFolder, JsonLines, Lines, Progress, Sink, Window
from sources import Images, Video

Source = Union[Images, Video]

# A small computer detects at a few frames a second: more would be copies.
_LIVE_RATE = 10.0


def check_output(output: str, source: Source) -> str:
    """Finds out what OUTPUT means and whether it goes with the source.

    Args:
        output: An image, a video, or a folder, which may not exist yet.
        source: What will be looked at.

    Returns:
        "image", "video" or "folder".

    Raises:
        UsageError: OUTPUT is of no kind we know, or not of the source's kind.
        InputError: OUTPUT would overwrite the source, or its folder does not exist.
    """
    path = Path(output)
    kind = _kind(output, source)
    target = path / source.origin.name if kind == "folder" and source.kind == "image" else path
    if source.origin is not None and target.exists() and target.samefile(source.origin):
        raise InputError(f"{output}: would overwrite the source; choose another OUTPUT")
    if kind != "folder" and not path.parent.is_dir():
        raise InputError(f"{output}: the folder {path.parent} does not exist; make it first")
    return kind


def choose_sinks(
    output: Optional[str], source: Source, labels: Sequence[str], as_json: bool, headless: bool
) -> List[Sink]:
    """Makes what the detections are written to.

    Args:
        output: As ``check_output`` takes it; None for none.
        source: What will be looked at.
        labels: Class names in the order of their ids.
        as_json: Whether JSON lines are wanted on standard output.
        headless: Whether no window may be opened.

    Returns:
        The sinks, not yet entered. Without an output and JSON: a window, or lines of text where
        there can be none.
    """
    sinks: List[Sink] = [JsonLines(sys.stdout)] if as_json else []
    if output is not None:
        sinks.append(_output_sink(Path(output), check_output(output, source), source, labels))
    if not sinks:
        sinks.append(_window(labels, headless) or Lines(sys.stdout))
    talks = any(isinstance(sink, (JsonLines, Lines)) for sink in sinks) and sys.stdout.isatty()
    if sys.stderr.isatty() and source.total != 1 and not talks:
        sinks.append(Progress(source.total))
    return sinks


def _kind(output: str, source: Source) -> str:
    if "://" in output:
        raise UsageError(f"OUTPUT is a file or a folder, got {output}")
    suffix = Path(output).suffix.lower()
    if not suffix or output.endswith(os.sep) or Path(output).is_dir():
        return "folder"
    if suffix in IMAGE_SUFFIXES:
        kind, fits = "image", source.kind == "image"
    elif suffix in CODECS:
        kind, fits = "video", source.kind in ("video", "live")
    else:
        raise UsageError(
            f"OUTPUT ends in {suffix}, expected a folder or a file ending in"
            f" {' '.join(IMAGE_SUFFIXES)} {' '.join(sorted(CODECS))}"
        )
    if not fits:
        raise UsageError(f"OUTPUT {output} is a {kind}, the source is a {source.kind}")
    return kind


def _output_sink(path: Path, kind: str, source: Source, labels: Sequence[str]) -> Sink:
    colours = class_colours(labels)
    if kind == "folder":
        return ImageFolder(path, colours)
    if kind == "image":
        return ImageFile(path, colours)
    if source.kind == "live":
        return VideoFile(path, colours, _LIVE_RATE, time.monotonic)
    return VideoFile(path, colours, source.rate)


def _window(labels: Sequence[str], headless: bool) -> Optional[Window]:
    """Returns a window where there is a display and this OpenCV can use it."""
    # Asking OpenCV without a display ends the whole process.
    displays = ("DISPLAY", "WAYLAND_DISPLAY")
    if headless or (sys.platform == "linux" and not any(map(os.environ.get, displays))):
        return None
    try:
        return Window(class_colours(labels))
    except cv2.error:
        return None
