"""Chooses from the command line and the source where the detections go."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, List, NamedTuple, Optional, Sequence, Set, Tuple

from ..device import display
from ..drawing import Painter
from ..errors import InputError, UsageError, require_utf_8
from ..images import SUFFIXES as IMAGE_SUFFIXES
from ..sources.source import Source
from .image_sinks import ImageFile, ImageFolder, image_name, require_replaceable
from .lines import JsonLines, ProgressLine, TextLines
from .sink import VIDEO_CODECS, Sink

if TYPE_CHECKING:
    from .window import Window

_LOG = logging.getLogger(__name__)

# A Pi detects at a few frames a second: more would be copies.
_LIVE_RATE = 10.0
_NOUNS = {
    "image": "an image",
    "folder": "a folder",
    "video": "a video",
    "live": "a camera or stream",
    "several": "several files",
}


class Output(NamedTuple):
    """An OUTPUT that suits the source.

    Attributes:
        path: The file or folder.
        kind: "image", "video" or "folder".
        force: Whether it may be written over files that are not ours.
    """

    path: Path
    kind: str
    force: bool


def check_outputs(texts: Sequence[str], source: Source, force: bool) -> List[Output]:
    """Checks that what is to be written suits the source, and destroys nothing.

    Args:
        texts: Images, videos, or folders, which may not exist yet.
        source: The source of the frames.
        force: Whether files may be written over that we did not make.

    Returns:
        An output for each text.

    Raises:
        UsageError: One is of no known kind, does not suit the source, or stands there twice.
        InputError: One would overwrite the source or a file that is not ours, or its folder does
            not exist.
    """
    outputs = [Output(Path(text), _kind(text, source), force) for text in texts]
    for index, output in enumerate(outputs):
        if output.path in [other.path for other in outputs[:index]]:
            raise UsageError(f"OUTPUT {output.path} is there twice; give each one once")
        _check_existing(output, source)
        if output.kind == "video":
            require_utf_8(output.path)
        if output.kind != "folder" and not output.path.parent.is_dir():
            parent = output.path.parent
            raise InputError(f"{output.path}: the folder {parent} does not exist; make it first")
    return outputs


def check_table(path: Path, source: Source) -> None:
    """Checks that a table is none of the files that are read.

    Args:
        path: Of the table, which may not exist yet.
        source: The source of the frames.

    Raises:
        InputError: It would overwrite the source.
    """
    if path.exists() and _identity(path) in _read_files(source):
        raise InputError(f"{path}: would overwrite the source; choose another file for --csv")


def choose_sinks(
    outputs: Sequence[Output],
    options: argparse.Namespace,
    source: Source,
    painter: Painter,
    others: Sequence[Sink] = (),
) -> List[Sink]:
    """Creates the sinks of the detections.

    Args:
        outputs: As ``check_outputs`` gives them.
        options: ``json``: whether to print JSON lines on standard output; ``headless``: whether no
            window may be opened.
        source: The source of the frames.
        painter: Draws the results.
        others: Sinks that are no files and no window.

    Returns:
        The sinks, not yet entered. Where there would be none: a window, or lines of text where
        there can be none.
    """
    sinks: List[Sink] = [JsonLines(sys.stdout)] if options.json else []
    sinks += [_output_sink(output, source, painter) for output in outputs]
    sinks += others
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
    elif suffix in VIDEO_CODECS:
        kind, suits = "video", source.kind in ("video", "live")
    else:
        raise UsageError(
            f"OUTPUT ends in {suffix}, expected a folder or a file ending in"
            f" {' '.join(IMAGE_SUFFIXES)} {' '.join(sorted(VIDEO_CODECS))}"
        )
    if not suits:
        raise UsageError(
            f"OUTPUT {output} is {_NOUNS[kind]}, the source is {_NOUNS[source.kind]};"
            " a folder takes all"
        )
    return kind


def _check_existing(output: Output, source: Source) -> None:
    """Raises where a file that would be replaced is read by the source, or is not ours."""
    if output.kind == "folder":
        images = [file for file in source.inputs if file.kind == "image"]
        targets = [output.path / image_name(file.name) for file in images]
    else:
        targets = [output.path]
    read = _read_files(source)
    for target in targets:
        if target.exists() and _identity(target) in read:
            raise InputError(f"{target}: would overwrite the source; choose another OUTPUT")
        require_replaceable(target, output.force)


def _read_files(source: Source) -> Set[Tuple[int, int]]:
    return {_identity(file.path) for file in source.inputs}


def _identity(path: Path) -> Tuple[int, int]:
    """Tells files apart, whatever their names and links."""
    status = path.stat()
    return status.st_dev, status.st_ino


def _output_sink(output: Output, source: Source, painter: Painter) -> Sink:
    if output.kind == "folder":
        return ImageFolder(output.path, painter, output.force)
    if output.kind == "image":
        return ImageFile(output.path, painter)
    from .video_writer import VideoFile

    return VideoFile(output.path, painter, _LIVE_RATE if source.kind == "live" else source.rate)


def _window(painter: Painter, headless: bool) -> Optional[Window]:
    """Returns a window where one can be opened, and says why where it cannot."""
    if headless:
        return None
    reason = display.unavailable_reason()
    if reason is None:
        from .window import Window

        return Window(painter)
    if reason:
        _LOG.warning("no window, detections are printed: %s; --headless opens none", reason)
    return None
