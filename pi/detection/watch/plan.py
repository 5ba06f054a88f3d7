"""What ``watch.json`` and the command line ask for, as plain values."""

from __future__ import annotations

from typing import Mapping, NamedTuple, Optional, Tuple

from ..structures import Line, Zone

ANCHORS = ("bottom", "center")
SHORTEST_TIMEOUT = 0.1  # seconds of an action


class Action(NamedTuple):
    """A command that runs when an object appears.

    Attributes:
        label: Class name.
        command: For the shell; what was detected is in its environment.
        zone: Name of the zone in which the object must be; None for anywhere.
        frames: On how many frames the object must have been detected.
        cooldown: Seconds of the stream between two runs of this command, at least.
        timeout: Seconds after which the command is killed.
    """

    label: str
    command: str
    zone: Optional[str] = None
    frames: int = 3
    cooldown: float = 10.0
    timeout: float = 30.0


class WatchPlan(NamedTuple):
    """What is reported of the detections, and what is done with them.

    Attributes:
        zones: Where there are any, a detection outside all of them is not reported.
        masks: A detection inside one of them is dropped before anything else.
        lines: Objects that cross them are counted.
        actions: Commands that run when an object appears.
        thresholds: Lowest score by class name; other classes have that of the command line.
        min_size: Least width and height of a box, in shares of the image's.
        anchor: The point of a box that lies in a zone or crosses a line: "bottom" (the middle of
            its lower edge, where things stand) or "center".
        track: Whether objects get numbers.
        lost_after: Seconds for which an object that is not detected keeps its number.
    """

    zones: Tuple[Zone, ...] = ()
    masks: Tuple[Zone, ...] = ()
    lines: Tuple[Line, ...] = ()
    actions: Tuple[Action, ...] = ()
    thresholds: Mapping[str, float] = {}
    min_size: Tuple[float, float] = (0.0, 0.0)
    anchor: str = "bottom"
    track: bool = False
    lost_after: float = 2.0

    @property
    def tracks(self) -> bool:
        """Whether anything asked for needs tracking."""
        return self.track or bool(self.lines) or bool(self.actions)
