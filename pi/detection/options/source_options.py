"""Where frames come from, on the command line."""

from __future__ import annotations

import argparse


def add(parser: argparse.ArgumentParser) -> None:
    """Adds ``source``.

    Args:
        parser: Of the command line.
    """
    parser.add_argument(
        "source",
        metavar="SOURCE",
        nargs="?",
        help="an image, a folder of images, a video, a camera's number, or an"
        " rtsp:// or http:// stream",
    )
