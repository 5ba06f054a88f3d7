"""What OpenCV opens."""

import os

import cv2
import pytest

from detection.errors import InputError
from detection.sources.capture import OpenCVCapture, open_device_capture, open_stream_capture


def test_a_recording_has_a_length_and_times(tmp_path, make_video):
    make_video(tmp_path / "clip.avi", frames=3, rate=8.0)
    capture = open_stream_capture(str(tmp_path / "clip.avi"))
    assert (capture.total, capture.rate) == (3, 8.0)
    assert [round(capture.read().seconds, 3) for _ in range(3)] == [0.0, 0.125, 0.25]
    assert capture.read() is None
    capture.close()


@pytest.mark.parametrize(
    "opened",
    [lambda: open_stream_capture("http://127.0.0.1:9/a"), lambda: open_device_capture(63)],
    ids=["stream", "camera"],
)
def test_it_cannot_be_opened(opened):
    with pytest.raises(InputError):
        opened()


def test_the_limits_of_time_are_given(monkeypatch):
    """Against OpenCV's own thirty seconds."""
    if not hasattr(cv2, "CAP_PROP_OPEN_TIMEOUT_MSEC"):
        pytest.skip("this OpenCV knows no limits: before 4.5.2")
    given = []

    class Capture:
        def __init__(self, *arguments):
            given.append(arguments)

        def isOpened(self):
            return False

    monkeypatch.setattr(cv2, "VideoCapture", Capture)
    with pytest.raises(InputError):
        open_stream_capture(os.devnull)
    limits = {cv2.CAP_PROP_OPEN_TIMEOUT_MSEC: 10000, cv2.CAP_PROP_READ_TIMEOUT_MSEC: 10000}
    assert dict(zip(given[0][2][::2], given[0][2][1::2])) == limits


def test_an_error_of_opencv_is_one_of_the_source():
    class Failing:
        def get(self, property_id):
            return 0.0

        def read(self):
            raise cv2.error("Insufficient\nmemory")

    with pytest.raises(InputError, match="Insufficient memory"):
        OpenCVCapture(Failing()).read()
