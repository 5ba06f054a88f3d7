"""What every sink does: take one result after another."""

from __future__ import annotations

import abc
from types import TracebackType
from typing import Optional, Type

from ..structures import Result

# Of the videos that we write, by suffix: codecs that OpenCV's own builds contain.
VIDEO_CODECS = {".avi": "MJPG", ".mov": "mp4v", ".mp4": "mp4v"}


class WindowClosed(Exception):
    """The user closed the window: the program ends with success."""


class Sink(abc.ABC):
    """Takes the result of each frame; a context manager.

    Leaving the context normally completes the output; leaving it by an exception discards what is
    incomplete.
    """

    def __enter__(self) -> Sink:
        return self

    def __exit__(
        self,
        error_type: Optional[Type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.close(error)

    def close(self, error: Optional[BaseException]) -> None:
        """Closes what a sink holds open: a video, a window.

        Args:
            error: What left the context, or None.
        """
        return None

    @abc.abstractmethod
    def write(self, result: Result) -> None:
        """Takes one result.

        Args:
            result: The frame and what was found on it.

        Raises:
            InputError: It cannot be written.
        """
