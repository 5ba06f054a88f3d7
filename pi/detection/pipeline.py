"""Frames in, results out: what runs between a source and the sinks."""

from __future__ import annotations

from typing import Callable, Iterable, Sequence

from .sinks.sink import Sink
from .structures import Frame, Result


def run(frames: Iterable[Frame], process: Callable[[Frame], Result], sinks: Sequence[Sink]) -> None:
    """Processes every frame and gives its result to every sink, in order.

    Args:
        frames: Of a source.
        process: Finds the objects on a frame.
        sinks: Entered; they stay so.

    Raises:
        InputError: A frame cannot be read, processed or written.
        WindowClosed: The user closed the window.
    """
    for frame in frames:
        result = process(frame)
        for sink in sinks:
            sink.write(result)
