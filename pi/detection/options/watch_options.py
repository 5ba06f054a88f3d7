"""What is done with detections, on the command line."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

from ..watch.plan import SHORTEST_TIMEOUT, Action

if TYPE_CHECKING:
    from ..tiling import Grid


def add(parser: argparse.ArgumentParser) -> None:
    """Adds ``watch``, ``check``, ``track``, ``tiles``, ``collect``, and ``on`` with its settings.

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
    parser.add_argument(
        "--collect",
        type=Path,
        metavar="DIR",
        help="keep the images that the model is least sure of, with drafts of their annotations,"
        " for the next training",
    )
    parser.add_argument(
        "--collect-limit",
        type=_whole,
        default=200,
        metavar="N",
        help="images that are kept there, at most (default: %(default)s)",
    )
    _add_actions(parser)


def _add_actions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--on",
        nargs=2,
        action="append",
        default=[],
        metavar=("CLASS", "COMMAND"),
        help="run a command of the shell once for each appearance of an object; $DETECT_LABEL,"
        " $DETECT_SCORE, $DETECT_BOX, $DETECT_TRACK, $DETECT_ZONES, $DETECT_SOURCE, $DETECT_FRAME"
        " and $DETECT_TIME say of which",
    )
    defaults = Action("", "")
    parser.add_argument(
        "--on-frames",
        type=_whole,
        default=defaults.frames,
        metavar="N",
        help="frames on which the object must be detected first (default: %(default)s)",
    )
    parser.add_argument(
        "--on-cooldown",
        type=_seconds,
        default=defaults.cooldown,
        metavar="SECONDS",
        help="time between two runs of a command, at least (default: %(default)g)",
    )
    parser.add_argument(
        "--on-timeout",
        type=_timeout,
        default=defaults.timeout,
        metavar="SECONDS",
        help="time after which a command is ended (default: %(default)g)",
    )


def _whole(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number, 1 or more, got {text}")
    return number


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise argparse.ArgumentTypeError(f"expected seconds, 0 or more, got {text}")
    return seconds


def _timeout(text: str) -> float:
    seconds = _seconds(text)
    if seconds < SHORTEST_TIMEOUT:
        raise argparse.ArgumentTypeError(
            f"expected seconds, {SHORTEST_TIMEOUT:g} or more, got {text}"
        )
    return seconds


def _grid(text: str) -> Grid:
    from ..tiling import parse_grid  # which no start without --tiles waits for

    try:
        return parse_grid(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
