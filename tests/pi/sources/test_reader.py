"""A thread that keeps the newest image. Its captures are written here, to block as they must."""

import threading
import time

import numpy as np
import pytest
from waiting import until

from detection.errors import InputError
from detection.sources.capture import Capture, Shot
from detection.sources.reader import Lost, Reader


class Numbers(Capture):
    """Gives numbered images, then ends or blocks."""

    def __init__(self, count, total=None, blocks=False):
        self.total = total
        self.given = 0
        self.closed = threading.Event()
        self.released = threading.Event()
        self._count = count
        if not blocks:
            self.released.set()

    def read(self):
        if self.given == self._count:
            self.released.wait()
            return None
        self.given += 1
        return Shot(np.full((1, 1, 3), self.given, np.uint8), 0.0, 0.0)

    def rgb(self, image):
        return image

    def close(self):
        self.closed.set()


def reader_of(capture, every_frame=False):
    reader = Reader(lambda: capture, every_frame)
    reader.start()
    return reader


def number_of(shot):
    return int(shot.image[0, 0, 0])


def test_the_newest_image_wins():
    capture = Numbers(5)
    reader = reader_of(capture)
    assert capture.closed.wait(5)
    reader.wait(1)
    assert (number_of(reader.take(1)), reader.skipped) == (5, 4)
    with pytest.raises(Lost, match="ended"):
        reader.take(1)


@pytest.mark.parametrize(
    "total, every_frame",
    [pytest.param(5, False, id="recording"), pytest.param(None, True, id="every frame")],
)
def test_nothing_is_left_out(total, every_frame):
    reader = reader_of(Numbers(5, total), every_frame)
    assert [number_of(reader.take(1)) for _ in range(5)] == [1, 2, 3, 4, 5]
    assert reader.skipped == 0


def test_a_read_that_blocks_is_left_and_cleans_up_after_itself():
    capture = Numbers(1, blocks=True)
    reader = reader_of(capture)
    reader.take(1)
    started = time.monotonic()
    with pytest.raises(Lost, match=" 0 s"):
        reader.take(0.2)
    assert 0.15 < time.monotonic() - started < 1
    reader.leave()
    assert not capture.closed.is_set()
    capture.released.set()
    assert capture.closed.wait(5)


def test_leaving_ends_the_waiting_in_another_thread():
    capture = Numbers(0, blocks=True)
    reader = reader_of(capture)
    threading.Timer(0.2, reader.leave).start()
    started = time.monotonic()
    with pytest.raises(Lost):
        reader.take(60)
    assert time.monotonic() - started < 5
    capture.released.set()


def test_leaving_ends_a_reader_that_waits_for_its_image_to_be_taken():
    reader = reader_of(Numbers(5, total=5))
    reader.wait(1)
    reader.leave()
    until(lambda: not reader.is_alive())


@pytest.mark.parametrize("error", [InputError("closed"), ValueError("bug")], ids=["closed", "bug"])
def test_what_goes_wrong_in_the_thread_is_raised_where_images_are_taken(error):
    def connect():
        raise error

    reader = Reader(connect, False)
    reader.start()
    with pytest.raises(type(error), match=str(error)):
        reader.take(5)
