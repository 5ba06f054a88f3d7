"""How a verb is added to the command line."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any, Callable, Dict, Optional, Sequence

from helpers.steps.validate_dataset import LAYOUTS
from helpers.structures.errors import BadInput
from helpers.workspace import Workspace

Run = Callable[[Namespace], Optional[int]]


def add_verb(verbs: Any, name: str, run: Run, text: str) -> ArgumentParser:
    """Adds a verb and returns its parser.

    Args:
        verbs: of ``add_subparsers``.
        name: of the verb.
        run: takes the parsed options; returns the exit code, ``None`` for 0.
        text: what the verb does, one sentence.
    """
    parser = verbs.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    parser.set_defaults(run=run)
    return parser


def add_work(parser: ArgumentParser) -> None:
    """Adds the option for the work folder."""
    parser.add_argument("--work", metavar="DIR", help="work folder; default: $WORK or work/")


def add_reading(parser: ArgumentParser) -> None:
    """Adds the options for what annotations leave open."""
    parser.add_argument(
        "--attribute",
        default="",
        metavar="NAME",
        help="attribute that holds the class (json) or the boxes (manifest)",
    )
    parser.add_argument(
        "--layout",
        default="",
        choices=LAYOUTS,
        metavar="LAYOUT",
        help="of the lines of YOLO text, or of COCO's bbox, where the numbers leave it open: "
        f"{', '.join(LAYOUTS)}",
    )
    parser.add_argument(
        "--columns",
        default="",
        metavar="NAMES",
        help="what the columns of a table hold, as in filename,class,x,y,w,h",
    )
    parser.add_argument(
        "--class-map",
        default="",
        metavar="OLD=NEW,...",
        help="classes to rename or merge, as in kitten=cat, or to leave out, as in background=; "
        "*= leaves out all that are not named",
    )


def add_grouping(parser: ArgumentParser) -> None:
    """Adds the options for which images share a split."""
    parser.add_argument(
        "--group-by",
        default="auto",
        metavar="{auto,none,REGEX}",
        help="which images share a split, besides near-duplicates: copies, tiles and video frames "
        "by name, series by how similar they are and bursts by time; none of these; or those in "
        "whose path REGEX matches the same text (of its groups, where it has some), as in "
        "'^(.+)_[0-9]+'",
    )
    parser.add_argument(
        "--resplit",
        action="store_true",
        help="split anew what comes divided by folders or lists named train, valid and test",
    )


def cache() -> Path:
    """Where results of unchanged files are kept."""
    return Workspace.at().cache


def pairs(texts: Sequence[str], option: str = "--hyperparameter") -> Dict[str, str]:
    """Values by name, from ``NAME=VALUE`` texts.

    Args:
        texts: as they were given.
        option: that gave them, for the message.

    Raises:
        BadInput: a text has no ``=``.
    """
    for text in texts:
        if "=" not in text:
            raise BadInput.of(option, repr(text), "NAME=VALUE", "Add the value.")
    return dict(text.split("=", 1) for text in texts)
