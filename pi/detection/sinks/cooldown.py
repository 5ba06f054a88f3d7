"""Lets a class through once, then not again for a while."""

from __future__ import annotations

from typing import Dict, List

from ..structures import Result


class Cooldown:
    """Says which classes on a frame are due."""

    def __init__(self, seconds: float) -> None:
        """Begins with every class due.

        Args:
            seconds: For which a class is not due after it was.
        """
        self._seconds = seconds
        self._last: Dict[str, float] = {}

    def due(self, result: Result) -> List[str]:
        """Returns the classes of a frame that are due; they are not again until it is over.

        Args:
            result: Of one frame. Images, which have no stream time, are always due.
        """
        labels = sorted({detection.label for detection in result.detections})
        now = result.frame.stream_time
        if now is None:
            return labels
        due = [
            label
            for label in labels
            if label not in self._last or not 0 <= now - self._last[label] < self._seconds
        ]
        self._last.update((label, now) for label in due)
        return due
