"""Where results go beside files and the window, on the command line."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import List, Sequence

from ..drawing import Painter
from ..sinks.page_address import host_and_port, is_page
from ..sinks.sink import Sink

_MEGABYTE = 1 << 20


def add(parser: argparse.ArgumentParser) -> None:
    """Adds ``csv``, ``snapshots``, ``quota``, ``webhook``, ``mqtt``, ``cooldown`` and ``token``.

    Args:
        parser: Of the command line.
    """
    parser.add_argument(
        "--csv", type=Path, metavar="FILE", help="append a row for each detection to a table"
    )
    parser.add_argument(
        "--mqtt",
        metavar="URL",
        help="publish to mqtt://USER:PASSWORD@HOST/TOPIC, for Home Assistant",
    )
    parser.add_argument(
        "--webhook", metavar="URL", help="post the JSON object of a frame where a class appears"
    )
    parser.add_argument(
        "--snapshots", type=Path, metavar="DIR", help="keep an image where a class appears"
    )
    parser.add_argument(
        "--cooldown",
        type=_positive,
        metavar="SECONDS",
        default=10.0,
        help="of a class, after a snapshot and a webhook (default: 10)",
    )
    parser.add_argument(
        "--quota",
        type=_positive,
        metavar="MB",
        default=500.0,
        help="what snapshots may take; the oldest go (default: 500)",
    )
    parser.add_argument(
        "--token",
        type=_token,
        help="what the live page asks for (default: none on localhost, else a new one each time)",
    )


def files(options: argparse.Namespace) -> List[str]:
    """Returns the OUTPUTs that are files or folders, not live pages.

    Args:
        options: ``output``.

    Raises:
        UsageError: The address of a live page is none.
    """
    for page in filter(is_page, options.output):
        host_and_port(page)
    return [output for output in options.output if not is_page(output)]


def sinks(options: argparse.Namespace, painter: Painter, labels: Sequence[str]) -> List[Sink]:
    """Creates the sinks that the options name.

    Args:
        options: As ``add`` and ``output_options`` define them.
        painter: Draws the results.
        labels: Class names in the order of their ids.

    Returns:
        The sinks, not yet entered.

    Raises:
        UsageError: An address is none.
        InputError: A file, folder, port or package cannot be used.
    """
    # What only some options want is imported where they are looked at: a start is short.
    chosen: List[Sink] = []
    for output in filter(is_page, options.output):
        from ..sinks.live_page import LivePage

        chosen.append(LivePage(output, options.token, painter))
    if options.csv is not None:
        from ..sinks.csv_file import CsvFile

        chosen.append(CsvFile(options.csv, options.force))
    if options.snapshots is not None:
        from ..sinks.snapshots import Snapshots

        quota = round(options.quota * _MEGABYTE)
        chosen.append(Snapshots(options.snapshots, painter, options.cooldown, quota))
    if options.webhook is not None:
        from ..sinks.webhook import Webhook

        chosen.append(Webhook(options.webhook, options.cooldown))
    if options.mqtt is not None:
        from ..sinks.mqtt import Mqtt

        chosen.append(Mqtt(options.mqtt, labels))
    return chosen


def _token(text: str) -> str:
    # It goes into an address and a cookie; an empty one would let everybody in.
    if not re.fullmatch("[A-Za-z0-9._~-]+", text):
        raise argparse.ArgumentTypeError(
            f"expected letters, digits and . _ ~ - without blanks, got {text or 'nothing'}"
        )
    return text


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number above 0, got {text}")
    return value
