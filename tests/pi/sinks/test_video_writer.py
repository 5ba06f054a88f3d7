"""Frames with their boxes become a video, complete or not at all."""

import contextlib
import shutil
import subprocess

import cv2
import numpy as np
import pytest
from pi_results import grey, result

from detection.drawing import Painter
from detection.errors import InputError
from detection.sinks import video_writer
from detection.sinks.video_writer import VideoFile
from detection.sources.opening import open_sources
from detection.structures import Frame

PAINTER = Painter(["cup", "ball"])


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
    with VideoFile(tmp_path / name, PAINTER, 10.0) as sink:
        for number in range(frames):
            sink.write(result(grey(20 + 15 * number, number=number + 1)))
    written = video_frames(tmp_path / name)
    np.testing.assert_allclose(
        [image.mean() for image in written], [20 + 15 * number for number in range(frames)], atol=8
    )
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_video_that_breaks_off_leaves_the_old_one(tmp_path):
    path = tmp_path / "out.avi"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt):
        with VideoFile(path, PAINTER, 10.0) as sink:
            sink.write(result(grey()))
            raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_video_without_frames_leaves_the_old_one(tmp_path):
    (tmp_path / "out.avi").write_text("old")
    with VideoFile(tmp_path / "out.avi", PAINTER, 10.0):
        pass
    assert (tmp_path / "out.avi").read_text() == "old"


def test_a_video_that_cannot_be_written(tmp_path):
    with pytest.raises(InputError, match="out.avi: .*written; .*folder"):
        with VideoFile(tmp_path / "nowhere" / "out.avi", PAINTER, 10.0) as sink:
            sink.write(result(grey()))


def test_frames_that_change_their_size(tmp_path):
    with pytest.raises(InputError, match="out.avi.*changed"):
        with VideoFile(tmp_path / "out.avi", PAINTER, 10.0) as sink:
            sink.write(result(grey()))
            sink.write(result(grey(width=32)))
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
            with VideoFile(path, PAINTER, 10.0) as sink:
                sink.write(result(grey()))
                resource.setrlimit(resource.RLIMIT_FSIZE, (20000, hard))
                for number in range(frames):
                    rough = np.random.RandomState(number).randint(0, 256, (48, 64, 3))
                    sink.write(result(Frame(rough.astype(np.uint8), "clip", 1)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "times, levels",
    [
        ([0.0, 0.1, 0.2, 0.3], [40, 80, 120, 160]),
        ([7.0, 7.1, 7.2], [40, 80, 120]),
        ([0.0, 0.3, 0.4], [40, 40, 40, 80, 120]),
        ([0.0, 0.02, 0.1, 0.13, 0.3], [40, 120, 160, 200]),
        ([None, None, None], [40, 80, 120]),
        ([0.0, 86400.0, 86400.1], [40, 40, 40, 80, 120]),
    ],
    ids=["constant", "begins late", "late", "early", "without times", "away for a day"],
)
def test_a_video_lasts_as_long_as_what_it_shows(tmp_path, times, levels, monkeypatch):
    monkeypatch.setattr(video_writer, "_LONGEST_ABSENCE", 0.2)
    with VideoFile(tmp_path / "out.avi", PAINTER, 10.0) as sink:
        for number, stream_time in enumerate(times, start=1):
            frame = grey(40 * number, number=number)._replace(stream_time=stream_time)
            sink.write(result(frame))
    brightness = [image.mean() for image in video_frames(tmp_path / "out.avi")]
    np.testing.assert_allclose(brightness, levels, atol=8)


def test_constant_rates_keep_every_frame(tmp_path):
    """Whatever the rounding of their times."""
    for rate in (23.976, 25.0, 29.97, 59.94):
        path = tmp_path / f"{rate}.avi"
        with VideoFile(path, PAINTER, rate) as sink:
            for number in range(120):
                time = round(number / rate, 3)
                sink.write(result(grey(number * 2, number=number)._replace(stream_time=time)))
        assert len(video_frames(path)) == 120


@pytest.mark.parametrize("output", ["out.mp4", "out.avi"])
@pytest.mark.parametrize("name", ["vfr.webm", "vfr.mp4"])
def test_a_variable_rate_from_file_to_file(tmp_path, name, output, caplog):
    """One second at 25 frames, then one frame in half a second: 6 seconds."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is missing: apt-get install ffmpeg")
    scene = "testsrc=size=64x48:rate=25:duration=6,select='lt(n,25)+not(mod(n,12))'"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", scene, "-vsync", "vfr"]
    subprocess.run([*command, str(tmp_path / name)], check=True)
    source = open_sources([str(tmp_path / name)])
    with contextlib.closing(source), VideoFile(tmp_path / output, PAINTER, source.rate) as sink:
        frames = 0
        for frame in source.frames(print):
            sink.write(result(frame))
            frames += 1
    assert caplog.text == ""
    assert 30 < frames < 40
    assert len(video_frames(tmp_path / output)) / source.rate == pytest.approx(6.0, abs=0.3)
