"""Cameras. No test machine has one, so what OpenCV would open is written here."""

import os

import cv2
import numpy as np
import pytest

from detection.errors import InputError
from detection.sources import camera
from detection.sources.camera import open_camera, require_usable
from detection.sources.live import CameraOptions, LiveOptions


class FakeCapture:
    """Stands for ``cv2.VideoCapture``: a camera of at most 1280x720 pixels that knows MJPG."""

    def __init__(self):
        self.asked = []
        self.damaged = 0
        self._values = {
            cv2.CAP_PROP_FRAME_WIDTH: 640.0,
            cv2.CAP_PROP_FRAME_HEIGHT: 480.0,
            cv2.CAP_PROP_FPS: 30.0,
            cv2.CAP_PROP_FOURCC: float(cv2.VideoWriter_fourcc(*"YUYV")),
            cv2.CAP_PROP_FRAME_COUNT: -1.0,
        }
        self._most = {cv2.CAP_PROP_FRAME_WIDTH: 1280.0, cv2.CAP_PROP_FRAME_HEIGHT: 720.0}

    def set(self, property_id, value):
        self.asked.append(property_id)
        self._values[property_id] = min(float(value), self._most.get(property_id, value))

    def get(self, property_id):
        return self._values[property_id]

    def read(self):
        if self.damaged:
            self.damaged -= 1
            return False, None
        shape = [int(self._values[size]) for size in (4, 3)]
        return True, np.full((*shape, 3), (255, 0, 0), np.uint8)

    def release(self):
        """It may be opened again."""


@pytest.fixture()
def fake(monkeypatch, tmp_path):
    opened = FakeCapture()
    monkeypatch.setattr(camera, "open_device_capture", lambda device: opened)
    monkeypatch.setattr(camera, "require_usable", lambda path: None)
    return opened


def first_frame(options):
    source = open_camera("0", LiveOptions(), options)
    frame = next(source.frames(pytest.fail))
    source.close()
    return frame


def test_what_was_got_is_said(fake, caplog):
    frame = first_frame(CameraOptions((1920, 1080), 15.0, "MJPG"))
    assert frame.image.shape == (720, 1280, 3)
    assert frame.image[0, 0].tolist() == [0, 0, 255]  # OpenCV's blue comes last
    (line,) = (record.getMessage() for record in caplog.records)
    assert line.startswith("0: gives 1280x720 pixels, 15 frames a second, MJPG (asked for 1920x108")


def test_the_format_is_asked_for_first(fake):
    first_frame(CameraOptions((640, 480), 15.0, "MJPG"))
    first, *sizes, last = fake.asked
    assert (first, last) == (cv2.CAP_PROP_FOURCC, cv2.CAP_PROP_FPS)
    assert sizes == [cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT]


def test_a_few_damaged_images_are_passed_over(fake, caplog):
    fake.damaged = 4
    source = open_camera("0", LiveOptions(), CameraOptions())
    assert next(source.frames(pytest.fail)).number == 1
    source.close()
    assert source.interruptions == 0


def test_a_camera_that_gives_nothing_but_damaged_images(fake):
    fake.damaged = 10**9
    with pytest.raises(InputError, match="^0: gives "):
        open_camera("0", LiveOptions(), CameraOptions())


@pytest.mark.parametrize(
    "asked, line",
    [
        (CameraOptions(), "gives 640x480 pixels, 30 frames a second, YUYV"),
        (CameraOptions(format="YUYV"), "gives 640x480 pixels, 30 frames a second, YUYV"),
    ],
    ids=["nothing", "what it gives"],
)
def test_nothing_more_is_said_where_all_was_got(fake, caplog, asked, line):
    first_frame(asked)
    assert [record.getMessage() for record in caplog.records] == [f"0: {line}"]


def test_a_camera_without_the_right(tmp_path, monkeypatch):
    """A real file, and the answer that a user outside the group ``video`` gets; root gets none."""
    device = tmp_path / "video0"
    device.touch()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(InputError, match="no right"):
        require_usable(device)
    assert "usermod -aG video" in camera._remedy(device)


def test_a_camera_that_is_not_there_names_those_that_are(tmp_path, monkeypatch):
    by_id = tmp_path / "usb-Cam-index0"
    by_id.touch()
    monkeypatch.setattr(camera, "_BY_ID", tmp_path)
    assert str(by_id) in camera._remedy(tmp_path / "video9")


def test_a_camera_by_its_name_is_opened_by_its_number(tmp_path, monkeypatch, fake):
    opened = []
    monkeypatch.setattr(camera, "open_device_capture", lambda device: opened.append(device) or fake)
    monkeypatch.setattr(os.path, "realpath", lambda path: "/dev/video2")
    open_camera("/dev/v4l/by-id/usb-Cam-index0", LiveOptions(), CameraOptions()).close()
    assert opened == [2]
