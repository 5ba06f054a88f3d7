"""The mark that tells our files from those of the user."""

import shutil
import subprocess

import cv2
import numpy as np
import pytest
from pi_results import grey, result

from detection.drawing import Painter
from detection.images import read_image, write_image
from detection.output_marker import is_ours
from detection.sinks.video_writer import VideoFile

SUFFIXES = [".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_image_with_the_mark(tmp_path, make_image, suffix, capfd):
    image = make_image(tmp_path / f"plain{suffix}")
    write_image(tmp_path / f"signed{suffix}", image, sign=True)
    assert is_ours(tmp_path / f"signed{suffix}")
    assert not is_ours(tmp_path / f"plain{suffix}")
    plain, signed = (read_image(tmp_path / f"{name}{suffix}") for name in ("plain", "signed"))
    assert np.array_equal(plain, signed)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_pillow_reads_it_and_saves_it_without_the_mark(tmp_path, make_image, suffix):
    """Whoever works on an image owns it."""
    pillow = pytest.importorskip("PIL.Image")
    write_image(tmp_path / f"a{suffix}", make_image(tmp_path / "plain.png"), sign=True)
    with pillow.open(str(tmp_path / f"a{suffix}")) as image:
        image.load()
        image.save(str(tmp_path / f"b{suffix}"))
    assert not is_ours(tmp_path / f"b{suffix}")


@pytest.mark.parametrize("suffix", [".avi", ".mov", ".mp4"])
def test_a_video_with_the_mark(tmp_path, make_video, suffix):
    path = tmp_path / f"out{suffix}"
    with VideoFile(path, Painter(["cup"]), 10.0) as sink:
        for number in range(1, 6):
            sink.write(result(grey(40 * number, number=number)))
    make_video(tmp_path / f"plain{suffix}")
    assert is_ours(path) and not is_ours(tmp_path / f"plain{suffix}")
    capture = cv2.VideoCapture(str(path))
    levels = [capture.read()[1].mean() for _ in range(5)]
    np.testing.assert_allclose(levels, [40, 80, 120, 160, 200], atol=8)
    assert not capture.read()[0]


@pytest.mark.parametrize("suffix", [".avi", ".mov", ".mp4"])
def test_ffmpeg_finds_nothing_wrong_with_it(tmp_path, suffix):
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is missing: apt-get install ffmpeg")
    path = tmp_path / f"out{suffix}"
    with VideoFile(path, Painter(["cup"]), 10.0) as sink:
        sink.write(result(grey(number=1)))
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "null", "-"]
    ran = subprocess.run(command, stderr=subprocess.PIPE, check=True)
    assert ran.stderr == b""


def test_files_too_short_for_a_mark(tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "short").write_bytes(b"abc")
    assert not is_ours(tmp_path / "empty") and not is_ours(tmp_path / "short")
