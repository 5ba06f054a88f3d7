"""The model and how it runs, on the command line."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from ..detector import BACKENDS


def add(parser: argparse.ArgumentParser, model: Path) -> None:
    """Adds ``model``, ``backend``, ``threshold`` and ``self_test``.

    Args:
        parser: Of the command line.
        model: The default model folder.
    """
    parser.add_argument(
        "--model",
        type=Path,
        metavar="DIR",
        default=model,
        help="the model folder (default: model/ beside detect.py)",
    )
    parser.add_argument(
        "--backend",
        choices=BACKENDS,
        default="auto",
        help="auto: tflite where it is installed, else opencv (default)",
    )
    parser.add_argument(
        "--threshold",
        type=_score,
        metavar="SCORE",
        help="lowest score to report, 0 to 1 (default: what was chosen for the model, else 0.6)",
    )
    parser.add_argument(
        "--self-test",
        action="store_true",
        help="detect on the model's own test image with every backend that is installed, and say"
        " whether that is what was found where the model was made",
    )


def _score(text: str) -> float:
    try:
        score = float(text)
    except ValueError:
        score = math.nan
    if not 0 <= score <= 1:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 1, got {text}")
    return score
