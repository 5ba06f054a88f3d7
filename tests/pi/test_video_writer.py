"""Frames with their boxes become a video, complete or not at all."""

import cv2
import numpy as np
import pytest

from detection.drawing import class_colours
from detection.errors import InputError
from detection.sources import Frame
from detection.video_writer import VideoFile

COLOURS = class_colours(["cup", "ball"])


def grey(level=128, width=64, height=48, name="one.png", number=None):
    return Frame(np.full((height, width, 3), level, np.uint8), name, number)


def video_frames(path):
    capture = cv2.VideoCapture(str(path))
    frames = []
    while True:
        read, image = capture.read()
        if not read:
            return frames
        frames.append(image)


@pytest.mark.parametrize("name", ["out.avi", "out.mp4", "out.mov"])
@pytest.mark.parametrize("frames", [1, 12])
def test_a_video(tmp_path, name, frames):
    with VideoFile(tmp_path / name, COLOURS, 10.0) as sink:
        for number in range(frames):
            sink.write(grey(20 + 15 * number, number=number + 1), [])
    written = video_frames(tmp_path / name)
    np.testing.assert_allclose(
        [image.mean() for image in written], [20 + 15 * number for number in range(frames)], atol=8
    )
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_video_that_breaks_off_leaves_the_old_one(tmp_path):
    path = tmp_path / "out.avi"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt):
        with VideoFile(path, COLOURS, 10.0) as sink:
            sink.write(grey(), [])
            raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_video_without_frames_leaves_the_old_one(tmp_path):
    (tmp_path / "out.avi").write_text("old")
    with VideoFile(tmp_path / "out.avi", COLOURS, 10.0):
        pass
    assert (tmp_path / "out.avi").read_text() == "old"


def test_a_video_that_cannot_be_written(tmp_path):
    with pytest.raises(InputError, match="out.avi: .*written; .*folder"):
        with VideoFile(tmp_path / "nowhere" / "out.avi", COLOURS, 10.0) as sink:
            sink.write(grey(), [])


def test_frames_that_change_their_size(tmp_path):
    with pytest.raises(InputError, match="out.avi.*changed"):
        with VideoFile(tmp_path / "out.avi", COLOURS, 10.0) as sink:
            sink.write(grey(), [])
            sink.write(grey(width=32), [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["out.avi", "out.mp4", "out.mov"])
@pytest.mark.parametrize("frames", [50, 300])
def test_a_video_on_a_full_disk_leaves_the_old_one(tmp_path, name, frames):
    resource = pytest.importorskip("resource")
    path = tmp_path / name
    path.write_text("old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        with pytest.raises(InputError, match=f"{name}: .*written; .*space"):
            with VideoFile(path, COLOURS, 10.0) as sink:
                sink.write(grey(), [])
                resource.setrlimit(resource.RLIMIT_FSIZE, (20000, hard))
                for number in range(frames):
                    rough = np.random.RandomState(number).randint(0, 256, (48, 64, 3))
                    sink.write(Frame(rough.astype(np.uint8), "clip", 1), [])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "times, levels",
    [
        ([0.0, 0.1, 0.2, 0.3], [40, 80, 120, 160]),
        ([0.0, 0.3, 0.4], [40, 80, 80, 80, 120]),
        ([0.0, 0.05, 0.1], [40, 120]),
    ],
    ids=["on time", "late", "early"],
)
def test_a_live_video_lasts_as_long_as_what_it_shows(tmp_path, times, levels):
    clock = iter([0.0] + [time + 1e-6 for time in times])
    with VideoFile(tmp_path / "live.avi", COLOURS, 10.0, lambda: next(clock)) as sink:
        for number, _ in enumerate(times, start=1):
            sink.write(grey(40 * number, number=number), [])
    brightness = [image.mean() for image in video_frames(tmp_path / "live.avi")]
    np.testing.assert_allclose(brightness, levels, atol=8)
