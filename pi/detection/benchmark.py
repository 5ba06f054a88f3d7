"""Measures how fast this device detects, with each backend and number of threads.

Each stage of a frame is timed by itself, one after the other. The frames a second are those of the
program at work, where the stages overlap; of a camera, they cannot be more than it gives.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from pathlib import Path
from typing import Callable, Dict, Generator, Iterator, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from . import pipeline, workers
from .backends.backend import NoRuntime
from .backends.settings import Settings
from .detector import Detector
from .device.health import health
from .device.host import memory
from .drawing import Painter
from .errors import InputError
from .sinks.image_sinks import ImageFolder
from .sources.source import Source
from .structures import Detection, Frame, Result

STAGES = ("capture", "pre-processing", "inference", "post-processing", "output")
_WARM_UP, _FEWEST, _MOST = 2, 5, 60  # frames
_SECONDS = 3.0  # after which no other frame is started, for each of the two passes


class Plan(NamedTuple):
    """What is measured.

    Attributes:
        open_source: Gives the frames, again each time it is called.
        live: Whether they are those of a camera or stream.
        load: Loads the model for a backend.
        backends: Their names.
        settings: How they run; its threads are the most that are tried.
    """

    open_source: Callable[[], Source]
    live: bool
    load: Callable[[str, Settings], Detector]
    backends: Sequence[str]
    settings: Settings


class Row(NamedTuple):
    """What was measured of a backend on a number of threads.

    Attributes:
        backend: Its name.
        threads: How many run at a time.
        workers: On how many frames these detect at a time, where the stages overlap.
        milliseconds: By stage, the median and the 95th percentile of a frame on all threads.
        rate: Frames a second where the stages overlap.
        memory: Megabytes of the process.
        temperature: Of the processor, degrees Celsius; None where the device does not tell.
    """

    backend: str
    threads: int
    workers: int
    milliseconds: Dict[str, Tuple[float, float]]
    rate: float
    memory: Optional[float]
    temperature: Optional[float]


def rows(plan: Plan) -> Iterator[Row]:
    """Measures every backend on one thread, on two, and on as many as there are cores to use.

    Args:
        plan: What is measured; the backends that this device lacks are left out.

    Yields:
        A row for each.

    Raises:
        InputError: The model or the source is bad, or no backend runs.
    """
    cores = plan.settings.thread_count()
    missing = []
    for backend in plan.backends:
        try:
            for threads in sorted({1, min(2, cores), cores}):
                yield _measured(plan, backend, plan.settings._replace(threads=threads))
        except NoRuntime as error:
            missing.append(error)
    if len(missing) == len(plan.backends):
        raise missing[0]


def _measured(plan: Plan, backend: str, settings: Settings) -> Row:
    number, shares = workers.shared(settings, plan.live)
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(
        _endless(plan.open_source)
    ) as frames:
        detector = plan.load(backend, settings)
        sink = ImageFolder(Path(folder) / "output", Painter(detector.labels))
        spent = [_stages(frames, detector, sink) for _ in _paced()][_WARM_UP:]
        detector = plan.load(backend, shares)
        if not plan.live:
            number = workers.fitting(number, shares, detector.threads)
        rate = _rate(frames, detector, number, sink)
    milliseconds = {stage: _summary(times) for stage, times in zip(STAGES, zip(*spent))}
    threads = settings.thread_count()
    return Row(backend, threads, number, milliseconds, rate, memory(), health().temperature)


def _stages(frames: Iterator[Frame], detector: Detector, sink: ImageFolder) -> List[float]:
    """Processes a frame; returns the milliseconds of each stage."""
    marks = [time.perf_counter()]

    def mark() -> None:
        marks.append(time.perf_counter())

    frame = next(frames)
    mark()
    pixels = detector.prepare(frame.image)
    mark()
    outputs = detector.infer(pixels)
    mark()
    found = detector.finish(outputs, frame.image, detector.threshold)
    mark()
    sink.write(Result(frame, tuple(found)))
    mark()
    return [1000 * (end - start) for start, end in zip(marks, marks[1:])]


def _rate(frames: Iterator[Frame], detector: Detector, number: int, sink: ImageFolder) -> float:
    """Returns the frames a second of the program at work; its first frames do not count."""
    ended: List[float] = []

    def complete(frame: Frame, detections: Sequence[Detection]) -> Result:
        ended.append(time.perf_counter())
        return Result(frame, tuple(detections))

    def detect_with(one: Detector) -> pipeline.Detect:
        return lambda frame: one.detect(frame.image)

    detects = workers.detects(
        number, detect_with(detector), lambda: detect_with(detector.another())
    )
    pipeline.run((next(frames) for _ in _paced()), detects, complete, [sink])
    counted = ended[_WARM_UP:]
    return (len(counted) - 1) / (counted[-1] - counted[0])


def _paced() -> Iterator[int]:
    """Yields numbers of frames until there are enough, or they have taken long enough."""
    started = time.perf_counter()
    for number in range(_MOST):
        if number >= _FEWEST and time.perf_counter() - started > _SECONDS:
            return
        yield number


def _endless(open_source: Callable[[], Source]) -> Generator[Frame, None, None]:
    """Yields the frames of a source over and over."""
    while True:
        with contextlib.closing(open_source()) as source:
            yield from source.frames(_refuse)


def _refuse(error: InputError) -> None:
    raise error


def _summary(times: Sequence[float]) -> Tuple[float, float]:
    median, late = np.percentile(times, [50, 95])
    return float(median), float(late)
