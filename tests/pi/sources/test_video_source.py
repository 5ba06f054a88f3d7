"""Videos, frame by frame."""

import contextlib

import numpy as np
import pytest

from detection.sources.opening import open_sources


def frames_of(source):
    errors = []
    with contextlib.closing(source):
        return list(source.frames(errors.append)), errors


@pytest.mark.parametrize("name", ["clip.avi", "clip.mp4", "clip.mkv", "clip.mov"])
def test_a_video(tmp_path, make_video, name):
    make_video(tmp_path / name, frames=10, rate=8.0)
    source = open_sources([str(tmp_path / name)])
    assert (source.kind, source.total, source.rate) == ("video", 10, 8.0)
    frames, errors = frames_of(source)
    assert [frame.number for frame in frames] == list(range(1, 11))
    assert {frame.name for frame in frames} == {name}
    assert frames[0].image.shape == (48, 64, 3)
    brightness = [frame.image.mean() for frame in frames]
    np.testing.assert_allclose(brightness, [20 + 10 * n for n in range(10)], atol=6)
    assert errors == []


def test_a_video_is_red_first(tmp_path):
    import cv2

    writer = cv2.VideoWriter(
        str(tmp_path / "red.avi"), cv2.VideoWriter_fourcc(*"MJPG"), 10, (64, 48)
    )
    writer.write(np.full((48, 64, 3), (0, 0, 255), np.uint8))
    writer.release()
    (frame,), _ = frames_of(open_sources([str(tmp_path / "red.avi")]))
    red, green, blue = frame.image.mean(axis=(0, 1))
    assert red > 200 and green < 60 and blue < 60


def test_a_video_cut_short(tmp_path, make_video, caplog):
    path = tmp_path / "cut.avi"
    make_video(path, frames=20, width=320, height=240)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    frames, _ = frames_of(open_sources([str(path)]))
    assert 0 < len(frames) < 18
    assert f"ended after {len(frames)} of 20 frames" in caplog.text
    assert "cut.avi" in caplog.text
