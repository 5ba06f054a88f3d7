"""Runs commands when objects appear."""

from __future__ import annotations

import datetime
from typing import Callable, Dict, Optional, Sequence

from ..structures import Result
from ..watch.appearances import Appearances, Due
from ..watch.plan import Action
from .command_runner import Command, CommandRunner
from .sink import Sink

_GRACE = 1.0  # seconds for commands that run when a camera or stream is stopped


class Actions(Sink):
    """Runs the command of each action once for each appearance.

    What was detected is in the command's environment, never in its text, so that no label can
    become a part of it: ``DETECT_LABEL``, ``DETECT_SCORE``, ``DETECT_BOX`` (four numbers, pixels),
    ``DETECT_TRACK``, ``DETECT_ZONES`` (a line each), ``DETECT_SOURCE``, ``DETECT_FRAME`` and
    ``DETECT_TIME`` (ISO 8601); empty where there is none.
    """

    def __init__(self, actions: Sequence[Action], live: bool, say: Callable[[str], None]) -> None:
        """Starts nothing yet.

        Args:
            actions: What to run and when.
            live: Whether the source has no end: then running commands are not waited for.
            say: Is given a line for what went wrong with a command.
        """
        self._appearances = Appearances(actions)
        self._runner = CommandRunner(say)
        self._live = live

    def write(self, result: Result) -> None:
        """Starts what is due, and waits for nothing."""
        for due in self._appearances.due(result):
            command = Command(due.action.command, variables(due), due.action.timeout)
            self._runner.submit(command)

    def close(self, error: Optional[BaseException]) -> None:
        """Waits for the commands where the source came to its end."""
        self._runner.close(_GRACE if self._live or error is not None else None)


def variables(due: Due) -> Dict[str, str]:
    """Returns what the command of an action finds in its environment.

    Args:
        due: The action and the object.
    """
    detection, frame = due.detection, due.frame
    time = datetime.datetime.fromtimestamp(frame.time).astimezone()
    values = {
        "DETECT_LABEL": detection.label,
        "DETECT_SCORE": f"{detection.score:.4f}",
        "DETECT_BOX": " ".join(f"{value:.1f}" for value in frame.in_file_pixels(detection.box)),
        "DETECT_TRACK": "" if detection.track is None else str(detection.track),
        "DETECT_ZONES": "\n".join(detection.zones),
        "DETECT_SOURCE": frame.name,
        "DETECT_FRAME": "" if frame.number is None else str(frame.number),
        "DETECT_TIME": time.isoformat(timespec="milliseconds"),
    }
    # No environment can hold a zero byte.
    return {name: value.replace("\0", "?") for name, value in values.items()}
