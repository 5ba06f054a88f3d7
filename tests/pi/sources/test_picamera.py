"""The Pi's own camera. picamera2 needs a Pi's libcamera, so a stand-in for it is written here."""

import sys
import types

import numpy as np
import pytest
from waiting import until

from detection.errors import InputError, UsageError
from detection.sources.live import CameraOptions, LiveOptions
from detection.sources.picamera import open_picamera

RED = (200, 20, 10)
# As ``FORMAT_TABLE`` in picamera2's request.py has it: the order in memory, by the format's name.
IN_MEMORY = {"BGR888": "RGB", "RGB888": "BGR"}


class FakePicamera2:
    """As much of ``picamera2.Picamera2`` as is called, over a red wall."""

    opened = []
    error = None

    def __init__(self, number):
        if FakePicamera2.error is not None:
            raise FakePicamera2.error
        self.number, self.started, self.closed = number, False, False
        FakePicamera2.opened.append(self)

    def create_video_configuration(self, main, controls):
        size = main.get("size", (1280, 720))
        aligned = (size[0] // 32 * 32, size[1] // 2 * 2)
        return {"main": {**main, "size": aligned}, "controls": controls}

    def configure(self, configuration):
        self.configuration = configuration

    def camera_configuration(self):
        return self.configuration

    def start(self):
        self.started = True

    def capture_array(self, name):
        assert self.started
        if FakePicamera2.error is not None:
            raise FakePicamera2.error
        stream = self.configuration[name]
        order = ["RGB".index(channel) for channel in IN_MEMORY[stream["format"]]]
        width, height = stream["size"]
        return np.full((height, width, 3), [RED[channel] for channel in order], np.uint8)

    def close(self):
        self.closed = True


@pytest.fixture()
def picamera2(monkeypatch):
    module = types.ModuleType("picamera2")
    module.Picamera2 = FakePicamera2
    monkeypatch.setitem(sys.modules, "picamera2", module)
    monkeypatch.setattr(FakePicamera2, "opened", [])
    monkeypatch.setattr(FakePicamera2, "error", None)
    return FakePicamera2


def first_frame(text, asked):
    source = open_picamera(text, LiveOptions(), asked)
    frame = next(source.frames(pytest.fail))
    source.close()
    return frame


def test_red_comes_first(picamera2):
    frame = first_frame("picamera", CameraOptions())
    assert (frame.name, frame.image.shape) == ("picamera", (720, 1280, 3))
    assert tuple(frame.image[0, 0]) == RED
    (camera,) = picamera2.opened
    assert camera.number == 0 and camera.closed


def test_size_and_rate_are_asked_for_and_what_was_got_is_said(picamera2, caplog):
    frame = first_frame("picamera1", CameraOptions((650, 481), 10.0))
    (camera,) = picamera2.opened
    assert camera.number == 1
    assert camera.configuration["controls"] == {"FrameDurationLimits": (100_000, 100_000)}
    assert frame.image.shape == (480, 640, 3)
    (record,) = caplog.records
    assert "640x480" in record.getMessage() and "650x481" in record.getMessage()


@pytest.mark.parametrize(
    "error",
    [RuntimeError("Failed to acquire camera"), IndexError("list index out of range")],
    ids=["in use", "none there"],
)
def test_a_camera_that_cannot_be_opened(picamera2, error):
    picamera2.error = error
    with pytest.raises(InputError, match=f"^picamera: .*{error}.*rpicam-hello"):
        open_picamera("picamera", LiveOptions(), CameraOptions())


def test_a_camera_that_fails_later_is_opened_again(picamera2, caplog):
    source = open_picamera("picamera", LiveOptions(), CameraOptions())
    frames = source.frames(pytest.fail)
    next(frames)
    picamera2.error = RuntimeError("Camera frontend has timed out")
    until(lambda: picamera2.opened[0].closed)
    picamera2.error = None
    numbers = [next(frames).number for _ in range(3)]
    source.close()
    assert (numbers, source.interruptions, len(picamera2.opened)) == ([2, 3, 4], 1, 2)
    assert any("timed out" in record.getMessage() for record in caplog.records)


def test_picamera2_is_not_there(monkeypatch):
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(InputError, match=r"^picamera: .*python3-picamera2"):
        open_picamera("picamera", LiveOptions(), CameraOptions())


def test_a_format_is_for_other_cameras(picamera2):
    with pytest.raises(UsageError, match="--camera-format"):
        open_picamera("picamera", LiveOptions(), CameraOptions(format="MJPG"))
