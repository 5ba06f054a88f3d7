"""From the command line to what is watched."""

from __future__ import annotations

import argparse
from typing import Sequence

from ..backends.model_bundle import read_bundle
from ..errors import UsageError
from .plan import Action, WatchPlan


def plan_of(options: argparse.Namespace, labels: Sequence[str]) -> WatchPlan:
    """Returns what the options ask for.

    Args:
        options: ``watch``, the file or None; ``track``; ``on``, pairs of a class name and a
            command, and ``on_frames``, ``on_cooldown``, ``on_timeout`` for them.
        labels: Class names of the model.

    Raises:
        InputError: Something in the file is wrong.
        UsageError: A class is none of the model's.
    """
    # What reads and judges a watch file is imported where there is one: a start is short.
    plan = WatchPlan()
    if options.watch:
        from .watch_file import read_watch_file

        plan = read_watch_file(options.watch, labels)
    for label, command in options.on:
        if not command.strip():
            raise UsageError(f"--on {label}: an empty command; expected one of the shell")
        if label not in labels:
            from .json_checks import nearest

            raise UsageError(f"--on {label}: no class of the model; {nearest(label, labels)}")
    settings = (None, options.on_frames, options.on_cooldown, options.on_timeout)
    actions = tuple(Action(label, command, *settings) for label, command in options.on)
    return plan._replace(track=plan.track or options.track, actions=plan.actions + actions)


def check(options: argparse.Namespace) -> int:
    """Checks the model folder and the watch file, and prints the verdict in lines.

    Args:
        options: ``model`` and ``watch``, the file or None.

    Returns:
        The exit code: 1 where something is wrong with the watch file.

    Raises:
        InputError: The model folder is damaged, or the watch file cannot be read.
    """
    from .watch_file import check_watch_file

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
