"""Where frames come from, on the command line."""

from __future__ import annotations

import argparse


def add(parser: argparse.ArgumentParser) -> None:
    """Adds ``source``, a list.

    Args:
        parser: Of the command line.
    """
    parser.add_argument(
        "source",
        metavar="SOURCE",
        nargs="*",
        help="images, folders of images and videos, as many as you like; or one camera's number,"
        " or one rtsp:// or http:// stream",
    )
