"""From the command line to what is watched."""

from __future__ import annotations

import argparse
from typing import Sequence

from ..backends.model_bundle import read_bundle
from .plan import WatchPlan
from .watch_file import check_watch_file, read_watch_file


def plan_of(options: argparse.Namespace, labels: Sequence[str]) -> WatchPlan:
    """Returns what the options ask for.

    Args:
        options: ``watch``, the file or None, and ``track``.
        labels: Class names of the model.

    Raises:
        InputError: Something in the file is wrong.
    """
    plan = read_watch_file(options.watch, labels) if options.watch else WatchPlan()
    return plan._replace(track=True) if options.track else plan


def check(options: argparse.Namespace) -> int:
    """Checks the model folder and the watch file, and prints the verdict in lines.

    Args:
        options: ``model`` and ``watch``, the file or None.

    Returns:
        The exit code: 1 where something is wrong with the watch file.

    Raises:
        InputError: The model folder is damaged, or the watch file cannot be read.
    """
    bundle = read_bundle(options.model)
    print(f"{bundle.folder}: fine, classes: {', '.join(bundle.labels)}")
    if options.watch is None:
        return 0
    plan, problems = check_watch_file(options.watch, bundle.labels)
    for problem in problems:
        print(f"{options.watch}: {problem}")
    if not problems:
        print(f"{options.watch}: fine, {_amounts(plan)}")
    return 1 if problems else 0


def _amounts(plan: WatchPlan) -> str:
    parts = ("zones", "masks", "lines", "actions", "thresholds")
    return ", ".join(f"{len(getattr(plan, part))} {part}" for part in parts)
