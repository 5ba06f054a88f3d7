"""How many detect at a time, and on how many threads each.

Two that run the model on one thread each get more frames done than one on two threads: the
runtimes do not split every layer, and while one worker reads a frame the other still detects. A
camera is served by one worker on all cores, so that what is shown is as new as it can be.
"""

from __future__ import annotations

from typing import Callable, List, Sequence, Tuple

from .backends.settings import Settings
from .pipeline import Detect
from .structures import Detection, Frame

# Each holds a copy of the model, some 60 MB of an SSD: these fit into 512 MB, the smallest Pi's.
_USUAL, _MOST = 2, 4


def shared(settings: Settings, alone: bool) -> Tuple[int, Settings]:
    """Shares the cores out to workers.

    Args:
        settings: Its threads are all that may run at a time.
        alone: Whether each frame is to be done as soon as can be, as a camera's, or is the only
            one.

    Returns:
        The number of workers, and the settings of each.
    """
    cores = settings.thread_count()
    workers = 1 if alone else min(_USUAL, cores)
    return workers, settings._replace(threads=cores // workers)


def fitting(number: int, settings: Settings, threads: int) -> int:
    """Returns how many workers keep the cores busy, where each uses fewer threads than it may.

    TensorFlow Lite runs on one thread where more would lose a class: more workers make up for it.

    Args:
        number: Of ``shared``, more than one.
        settings: Of each worker.
        threads: How many a worker uses.
    """
    cores = number * settings.thread_count()
    return max(number, min(_MOST, cores // threads))


def detects(number: int, first: Detect, another: Callable[[], Detect]) -> List[Detect]:
    """Returns what the workers run.

    Args:
        number: How many workers there are.
        first: Of the first worker.
        another: Loads a detector and returns what runs on it. Each of the other workers calls it
            by itself, when it gets its first frame.

    Returns:
        One for each worker.
    """
    return [first, *(_loading(another) for _ in range(number - 1))]


def _loading(load: Callable[[], Detect]) -> Detect:
    own: List[Detect] = []

    def run(frame: Frame) -> Sequence[Detection]:
        if not own:
            own.append(load())
        return own[0](frame)

    return run
