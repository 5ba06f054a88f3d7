"""Streams that are slow to be looked at, cut, stalled and brought back, on a real MJPEG server."""

import contextlib
import threading
import time

import pytest
from pi_streams import RATE, MotionJpegServer, age

from detection.errors import InputError
from detection.sources.live import LiveOptions
from detection.sources.stream import open_stream


@pytest.fixture()
def server():
    server = MotionJpegServer()
    yield server
    server.close()


@contextlib.contextmanager
def stream_of(server, **options):
    with contextlib.closing(open_stream(server.address, LiveOptions(**options))) as source:
        yield source


def later(seconds, act):
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()


def test_a_slow_detector_sees_the_newest_frame(server):
    ages = []
    with stream_of(server) as source:
        assert (source.kind, source.total) == ("live", None)
        for frame in source.frames(pytest.fail):
            time.sleep(0.4)  # detection
            ages.append(age(frame.image))
            if frame.number == 8:
                break
    assert max(ages) < 0.4 + 1 / RATE + 0.25  # a detection, a frame, and a busy machine
    assert frame.stream_time == pytest.approx(7 * 0.4, abs=0.5)
    assert abs(frame.time - time.time()) < 2


def test_every_frame_on_demand(server):
    with stream_of(server, every_frame=True) as source:
        frames = source.frames(pytest.fail)
        times = []
        for frame, _ in zip(frames, range(6)):
            time.sleep(0.2)
            times.append(age(frame.image))
    assert times == sorted(times)  # older and older: none was left out
    assert times[-1] > times[0] + 0.3


def test_a_stall_is_noticed_and_overcome(server, caplog):
    with stream_of(server, stall=1.0) as source:
        frames = source.frames(pytest.fail)
        next(frames)
        server.stalled.set()
        later(2.0, server.stalled.clear)
        stalled = time.monotonic()
        while time.monotonic() - stalled < 0.9:
            next(frames)  # what was still under way, then the first after the stall
        assert 1.0 < time.monotonic() - stalled < 6
        assert (source.interruptions, server.connections) == (1, 2)
        assert age(next(frames).image) < 1
    said = [record.getMessage() for record in caplog.records]
    assert [line.partition(": ")[0] for line in said] == [server.address] * 2
    assert "no image for 1 s" in said[0] and "interruption 1" in said[1]


def test_a_stream_that_is_cut_comes_back(server, caplog):
    with stream_of(server) as source:
        frames = source.frames(pytest.fail)
        number = next(frames).number
        server.close()
        returned = []
        later(2.0, lambda: returned.append(MotionJpegServer(server.port)))
        while not returned:
            number = next(frames).number
        frame = next(frames)
        assert (frame.number, source.interruptions) == (number + 1, 1)
        assert age(frame.image) < 1
        returned[0].close()
    assert len(caplog.records) == 2
    assert "ended" in caplog.records[0].getMessage()


def test_it_is_given_up(server, caplog):
    errors = []
    with stream_of(server, give_up=2.0) as source:
        frames = source.frames(errors.append)
        next(frames)
        server.close()
        later(10, source.close)  # lest the test goes on for ever
        started = time.monotonic()
        assert len(list(frames)) < RATE  # the frames end: what was recorded is kept
    assert 1.5 < time.monotonic() - started < 5
    assert len(caplog.records) == 1
    assert [str(error).startswith(f"{server.address}: no image for 2 s") for error in errors] == [
        True
    ]


def test_closing_ends_the_frames_in_another_thread(server):
    server_stalls = server.stalled.set
    with stream_of(server) as source:
        frames = source.frames(pytest.fail)
        next(frames)
        server_stalls()
        later(1.0, source.close)
        started = time.monotonic()
        assert len(list(frames)) < RATE
    assert time.monotonic() - started < 4


def test_a_stream_without_an_image(server, monkeypatch):
    monkeypatch.setattr("detection.sources.live_source._FIRST_IMAGE", 1.0)
    server.stalled.set()
    with pytest.raises(InputError, match=f"^{server.address}: .*127.0.0.1 answers"):
        open_stream(server.address, LiveOptions())
