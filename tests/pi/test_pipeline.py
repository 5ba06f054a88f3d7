"""Frames in, results out: in order, at the same time, and over at once when something is wrong."""

import os
import signal
import threading
import time

import pytest
from pi_results import grey

from detection import pipeline
from detection.errors import InputError
from detection.sinks.sink import Sink
from detection.structures import Detection, Result

LONG = 30  # seconds that no test takes


class Kept(Sink):
    def __init__(self, write=lambda result: None):
        self.results, self._write = [], write

    def write(self, result):
        self.results.append(result)
        self._write(result)

    @property
    def numbers(self):
        return [result.frame.number for result in self.results]


def frames(count):
    return (grey(number=number) for number in range(1, count + 1))


def complete(frame, detections):
    return Result(frame, tuple(detections))


def nothing(frame):
    return []


def run(source, detects, *sinks):
    pipeline.run(source, detects, complete, sinks)


@pytest.fixture(autouse=True)
def no_thread_is_left():
    before = threading.active_count()
    yield
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == before


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_every_sink_gets_every_result_in_order(workers):
    """The first worker is the slowest."""

    def slow(frame):
        time.sleep(0.02)
        return [Detection("cup", frame.number / 100, (0, 0, 1, 1))]

    def fast(frame):
        return [Detection("cup", frame.number / 100, (0, 0, 1, 1))]

    sinks = [Kept(), Kept()]
    run(frames(20), [slow, *[fast] * (workers - 1)], *sinks)
    for sink in sinks:
        assert sink.numbers == list(range(1, 21))
        scores = [result.detections[0].score for result in sink.results]
        assert scores == [number / 100 for number in sink.numbers]


def test_no_frames():
    sink = Kept()
    run(frames(0), [nothing, nothing], sink)
    assert sink.results == []


def test_detecting_and_writing_overlap():
    """Both are under way at one moment, or each would wait for the other for good."""
    writing, detecting = threading.Event(), threading.Event()

    def detect(frame):
        if frame.number == 2:
            detecting.set()
            assert writing.wait(LONG)
        return []

    def write(result):
        if result.frame.number == 1:
            writing.set()
            assert detecting.wait(LONG)

    run(frames(3), [detect], Kept(write))


def test_two_detect_at_one_moment():
    both = threading.Barrier(2, timeout=LONG)

    def detect(frame):
        both.wait()
        return []

    sink = Kept()
    run(frames(4), [detect, detect], sink)
    assert sink.numbers == [1, 2, 3, 4]


@pytest.mark.parametrize("workers", [1, 2])
def test_no_more_frames_are_read_than_there_are_workers(workers):
    """So that memory is bounded, and a frame of a camera is new when it is detected on."""
    read, ahead = [], []

    def counted():
        for frame in frames(12):
            read.append(frame.number)
            yield frame

    def write(result):
        time.sleep(0.02)
        ahead.append(len(read) - result.frame.number)

    run(counted(), [nothing] * workers, Kept(write))
    assert 0 <= max(ahead) <= workers


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_while_detecting_comes_in_its_place(workers):
    def detect(frame):
        if frame.number == 4:
            raise InputError("four")
        return []

    sink = Kept()
    with pytest.raises(InputError, match="four"):
        run(frames(100), [detect] * workers, sink)
    assert sink.numbers == [1, 2, 3]


def test_an_error_while_reading_comes_after_what_was_read():
    def broken():
        yield from frames(3)
        raise InputError("no more")

    sink = Kept()
    with pytest.raises(InputError, match="no more"):
        run(broken(), [nothing, nothing], sink)
    assert sink.numbers == [1, 2, 3]


def test_an_error_while_writing_ends_it():
    def write(result):
        raise InputError("full")

    endless = iter(lambda: grey(number=1), None)
    with pytest.raises(InputError, match="full"):
        run(endless, [nothing, nothing], Kept(write))


@pytest.fixture()
def in_the_foreground():
    """Ctrl-C as a program in the foreground has it; one in the background ignores it."""
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, former)


@pytest.mark.usefixtures("in_the_foreground")
@pytest.mark.parametrize("at", ["detecting", "reading"])
def test_ctrl_c_arrives_at_once(at):
    """While a detection takes long, or a camera gives nothing."""
    over = threading.Event()

    def wait(place):
        if place == at:
            threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
            over.wait(LONG)

    def reading():
        yield grey(number=1)
        wait("reading")

    def detecting(frame):
        wait("detecting")
        return []

    started = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            run(reading(), [detecting], Kept())
    finally:
        over.set()
    assert time.monotonic() - started < 5
