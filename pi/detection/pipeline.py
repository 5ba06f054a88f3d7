"""Frames in, results out: what runs between a source and the sinks.

Workers, a thread each, take the frames one after another and detect on them; meanwhile this thread
completes, draws and writes the results, in the order of the frames. OpenCV and TensorFlow Lite let
go of Python's lock while they work, so that all of it overlaps. A worker takes a frame only when
nothing is left for it to do: of a camera it gets the newest one.
"""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Callable, Dict, Iterable, Iterator, Optional, Sequence, Tuple, Type, Union

from .sinks.sink import Sink
from .structures import Detection, Frame, Result

Detect = Callable[[Frame], Sequence[Detection]]
Complete = Callable[[Frame, Sequence[Detection]], Result]
_Detected = Tuple[Frame, Sequence[Detection]]

_PATIENCE = 0.5  # seconds that those at work are given to stop


def run(
    frames: Iterable[Frame], detects: Sequence[Detect], complete: Complete, sinks: Sequence[Sink]
) -> None:
    """Processes every frame and gives its result to every sink, in order.

    Args:
        frames: Of a source. They are read by the workers, one at a time.
        detects: Find the objects on a frame; one for each worker, which alone calls it.
        complete: Makes a result of a frame and what was found on it; called in order.
        sinks: Entered; they stay so.

    Raises:
        InputError: A frame cannot be read, processed or written. What comes before it has been
            written.
        WindowClosed: The user closed the window.
    """
    with _Workers(iter(frames), detects) as workers:
        for frame, detections in workers.in_order():
            result = complete(frame, detections)
            for sink in sinks:
                sink.write(result)


class _Workers:
    """Threads that detect; a context manager that stops them."""

    def __init__(self, frames: Iterator[Frame], detects: Sequence[Detect]) -> None:
        self._frames = frames
        # Who holds it reads. No other lock is taken for long.
        self._reading = threading.Lock()
        self._changed = threading.Condition()
        self._room = threading.Semaphore(len(detects))
        self._done: Dict[int, Union[_Detected, BaseException]] = {}
        self._taken = 0
        self._ended = False
        self._threads = [
            threading.Thread(
                target=self._work, args=(detect,), name=f"detect-{number}", daemon=True
            )
            for number, detect in enumerate(detects, start=1)
        ]

    def __enter__(self) -> _Workers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        error_type: Optional[Type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self._end()
        for _ in self._threads:
            self._room.release()
        deadline = time.monotonic() + _PATIENCE
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def in_order(self) -> Iterator[_Detected]:
        """Yields each frame with what was found on it; raises what a worker met in its place."""
        number = 0
        while True:
            outcome = self._outcome(number)
            if outcome is None:
                return
            if isinstance(outcome, BaseException):
                raise outcome
            self._room.release()
            yield outcome
            number += 1

    def _outcome(self, number: int) -> Union[_Detected, BaseException, None]:
        """Waits for what became of a frame; None where there is no such frame."""
        with self._changed:
            self._changed.wait_for(
                lambda: number in self._done or (self._ended and number >= self._taken)
            )
            return self._done.pop(number, None)

    def _work(self, detect: Detect) -> None:
        while True:
            self._room.acquire()
            with self._reading:
                if self._ended:
                    return
                number = self._taken
                frame = self._next()
            if frame is None:
                return
            try:
                self._put(number, (frame, detect(frame)))
            except BaseException as error:
                self._put(number, error)

    def _next(self) -> Optional[Frame]:
        """Returns the next frame; None after the last one or an error, which is passed on."""
        number = self._taken
        try:
            frame = next(self._frames)
        except StopIteration:
            self._end()
            return None
        except BaseException as error:
            self._put(number, error)
            return None
        with self._changed:
            self._taken += 1
        return frame

    def _put(self, number: int, outcome: Union[_Detected, BaseException]) -> None:
        with self._changed:
            self._done[number] = outcome
            self._ended |= isinstance(outcome, BaseException)
            self._changed.notify_all()

    def _end(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify_all()
