"""Another model for this device, on the command line."""

from __future__ import annotations

import argparse


def add(parser: argparse.ArgumentParser) -> None:
    """Adds ``update`` and ``sha256``.

    Args:
        parser: Of the command line.
    """
    parser.add_argument(
        "--update",
        metavar="MODEL",
        help="replace the model folder by another one, and end: a folder, a zip archive or its"
        " http(s) address; it is checked and passes its self-test before it takes the place",
    )
    parser.add_argument(
        "--sha256", metavar="HEX", help="with --update: of the archive; needed for an address"
    )
