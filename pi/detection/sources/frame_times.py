"""When each frame of a video is shown."""

from __future__ import annotations

# What a container leaves out is at most so long; a longer leap is a clock that was set.
_LONGEST_GAP = 600.0


class FrameTimes:
    """Makes times that only grow of the positions that OpenCV gives.

    Frames may lie at any distance (variable frame rate). Raw H.264 and MJPEG know no times, the
    clock of a transport stream jumps, and some frames carry no time of their own.
    """

    def __init__(self, rate: float) -> None:
        """Starts before the first frame.

        Args:
            rate: Frames a second, for those without a time.
        """
        self._step = 1 / rate
        self._offset = 0.0
        self._position = 0.0
        self._last = -1.0

    def next(self, position: float) -> float:
        """Returns when a frame is shown.

        Args:
            position: Seconds as the container says, in the order of the frames.

        Returns:
            Seconds since the first frame.
        """
        if self._last < 0:
            time, self._offset = 0.0, position
        else:
            time = position - self._offset
            if not self._last < time <= self._last + _LONGEST_GAP:
                time = self._last + self._step
                if position != self._position:
                    self._offset = position - time
        self._position, self._last = position, time
        return time
