"""What is done with detections, on the command line."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..tiling import Grid, parse_grid


def add(parser: argparse.ArgumentParser) -> None:
    """Adds ``watch``, ``check``, ``track`` and ``tiles``.

    Args:
        parser: Of the command line.
    """
    parser.add_argument(
        "--watch",
        type=Path,
        metavar="FILE",
        help="a watch.json: zones, masks, lines across which objects are counted, thresholds of"
        " classes, actions (detection/watch/watch_file.py has an example)",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="say everything that is wrong with the model folder and the watch.json, and end",
    )
    parser.add_argument(
        "--track",
        action="store_true",
        help="give each object of a video, camera or stream a number that it keeps",
    )
    parser.add_argument(
        "--tiles",
        type=_grid,
        metavar="auto|COLUMNSxROWS",
        help="for small objects: also look at overlapping tiles of each image; the time grows with"
        " their number, which is said at the first image",
    )


def _grid(text: str) -> Grid:
    try:
        return parse_grid(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
