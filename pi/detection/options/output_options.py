"""Where results go, on the command line."""

from __future__ import annotations

import argparse


def add(parser: argparse.ArgumentParser) -> None:
    """Adds ``output``, a list, ``force``, ``headless`` and ``json``.

    Args:
        parser: Of the command line.
    """
    parser.add_argument(
        "--output",
        metavar="OUTPUT",
        action="append",
        default=[],
        help="an image, a folder or a video to write with the boxes drawn, also several times;"
        " it may stand last without --output where it does not exist yet or detect.py made it;"
        " without it: a window, or lines of text where there is no display",
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="write over files that detect.py did not make; never over a SOURCE",
    )
    parser.add_argument("--headless", action="store_true", help="never open a window")
    parser.add_argument(
        "--json", action="store_true", help="one JSON object an image or frame on standard output"
    )
