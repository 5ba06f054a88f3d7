"""When an action is due: once for each appearance of an object."""

from __future__ import annotations

import math
from typing import Dict, List, NamedTuple, Sequence

from ..structures import Detection, Frame, Result
from .plan import Action

# Of this many objects an action remembers what it did; the oldest half is then forgotten.
_REMEMBERED = 2000


class Due(NamedTuple):
    """An action that is due.

    Attributes:
        action: What to do.
        detection: The object for which.
        frame: Where it is.
    """

    action: Action
    detection: Detection
    frame: Frame


class Appearances:
    """Looks for the objects of some actions.

    An object of a video, camera or stream appears once, however long it stays and however often it
    is lost and found; on images, which are not tracked, each image is an appearance of its own.
    """

    def __init__(self, actions: Sequence[Action]) -> None:
        self._watched = [_Watched(action) for action in actions]

    def due(self, result: Result) -> List[Due]:
        """Returns the actions that are due now.

        Args:
            result: Of the next frame.
        """
        return [due for watched in self._watched for due in watched.due(result)]


class _Watched:
    """One action and the objects seen for it."""

    def __init__(self, action: Action) -> None:
        self._action = action
        self._frames: Dict[int, int] = {}
        self._last_run = -math.inf

    def due(self, result: Result) -> List[Due]:
        matching = [one for one in result.detections if self._matches(one)]
        if result.frame.number is None:
            return [Due(self._action, one, result.frame) for one in matching[:1]]
        due = [one for one in matching if self._has_appeared(one)]
        return [Due(self._action, one, result.frame) for one in due if self._may_run(result.frame)]

    def _matches(self, detection: Detection) -> bool:
        action = self._action
        in_zone = action.zone is None or action.zone in detection.zones
        return detection.label == action.label and in_zone

    def _has_appeared(self, detection: Detection) -> bool:
        """Counts a frame of an object; whether there are as many as are needed just now."""
        if detection.track is None:
            return False
        frames = self._frames.pop(detection.track, 0) + 1
        self._frames[detection.track] = frames
        if len(self._frames) > _REMEMBERED:
            for track in list(self._frames)[: _REMEMBERED // 2]:
                del self._frames[track]
        return frames == self._action.frames

    def _may_run(self, frame: Frame) -> bool:
        """Whether the cool-down is over; if so it begins again."""
        now = frame.time if frame.stream_time is None else frame.stream_time
        # In the next video time begins again.
        if self._last_run <= now < self._last_run + self._action.cooldown:
            return False
        self._last_run = now
        return True
