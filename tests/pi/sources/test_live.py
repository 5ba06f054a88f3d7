"""What a SOURCE's name says, before anything is opened."""

import pytest

from detection.sources.live import is_live


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "2025",
        "-",
        "picamera",
        "picamera1",
        "/dev/video0",
        "/dev/v4l/by-id/usb-cam-index0",
        "rtsp://me:s3cret@door/1",
        "HTTP://door/a.mjpg",
        "udp://:5000",
    ],
)
def test_cameras_and_streams(text):
    assert is_live(text)


@pytest.mark.parametrize("text", ["1.jpg", "/dev/null", "picamera.mp4", "ftp://door/1", "", "--"])
def test_anything_else(text):
    assert not is_live(text)


def test_a_folder_called_by_a_number_is_no_camera(tmp_path, monkeypatch):
    (tmp_path / "2024").mkdir()
    monkeypatch.chdir(tmp_path)
    assert not is_live("2024")
    assert is_live("2025")
