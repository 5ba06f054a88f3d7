"""The model and how it runs, on the command line."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from ..backends import opencv_backends
from ..backends.settings import DEFAULT, Settings
from ..detector import AUTO, BACKENDS

_MOST_THREADS = 256


def add(parser: argparse.ArgumentParser, model: Path) -> None:
    """Adds ``model``, ``backend``, ``threshold``, ``self_test``, ``benchmark``, and ``settings``'s.

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
        default=AUTO,
        help="auto: the fastest that passes the model's self-test on this device (default)",
    )
    parser.add_argument(
        "--threads",
        type=_threads,
        metavar="N",
        help="how many detect at a time (default: as many as there are cores to use)",
    )
    parser.add_argument(
        "--opencv-backend",
        choices=sorted(opencv_backends.BACKENDS),
        default=DEFAULT,
        help="what OpenCV computes with, where its build has it",
    )
    parser.add_argument(
        "--opencv-target",
        choices=sorted(opencv_backends.TARGETS),
        default=DEFAULT,
        help="on which processor, where its build has it",
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
    parser.add_argument(
        "--benchmark",
        action="store_true",
        help="measure how fast each backend and number of threads is on this device, on SOURCE or"
        " on the model's own test image",
    )


def settings(options: argparse.Namespace) -> Settings:
    """Returns how the backends run.

    Args:
        options: Of the command line.
    """
    return Settings(options.threads, options.opencv_backend, options.opencv_target)


def _threads(text: str) -> int:
    threads = int(text) if text.isdecimal() else 0
    if not 1 <= threads <= _MOST_THREADS:
        raise argparse.ArgumentTypeError(f"expected 1 to {_MOST_THREADS}, got {text}")
    return threads


def _score(text: str) -> float:
    try:
        score = float(text)
    except ValueError:
        score = math.nan
    if not 0 <= score <= 1:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 1, got {text}")
    return score
