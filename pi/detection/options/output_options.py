"""Where results go, on the command line."""

from __future__ import annotations

import argparse


def add(parser: argparse.ArgumentParser) -> None:
    """Adds ``output``, ``headless`` and ``json``.

    Args:
        parser: Of the command line.
    """
    parser.add_argument(
        "output",
        metavar="OUTPUT",
        nargs="?",
        help="an image, a folder or a video to write with the boxes drawn;"
        " without it: a window, or lines of text where there is no display",
    )
    parser.add_argument("--headless", action="store_true", help="never open a window")
    parser.add_argument(
        "--json", action="store_true", help="one JSON object an image or frame on standard output"
    )
