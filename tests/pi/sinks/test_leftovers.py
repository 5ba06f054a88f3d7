"""Videos of killed runs are rescued, the rest is deleted; nothing else is touched."""

import os
import subprocess
import sys

import pytest

from detection.sinks.leftovers import has_frame, remove_images, rescue


@pytest.fixture(scope="module")
def gone():
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.parametrize("suffix", [".mp4", ".avi", ".mov"])
def test_a_video_is_rescued(tmp_path, make_video, gone, suffix, caplog):
    make_video(tmp_path / f".clip.{gone}.part{suffix}", frames=5)
    (tmp_path / f"clip-rescued-1{suffix}").write_text("another")
    (tmp_path / f".clip.{gone}.part.1.mp4").write_text("a segment")
    rescue(tmp_path / f"clip{suffix}")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [f"clip-rescued-1{suffix}", f"clip-rescued-2{suffix}"]
    assert has_frame(tmp_path / names[1], 5)
    assert [names[1] in record.getMessage() for record in caplog.records] == [True]


@pytest.mark.parametrize("content", [b"", b"text"], ids=["empty", "no video"])
@pytest.mark.parametrize("suffix", [".mp4", ".avi"])
def test_one_without_frames_is_deleted(tmp_path, gone, suffix, content):
    (tmp_path / f".clip.{gone}.part{suffix}").write_bytes(content)
    rescue(tmp_path / f"clip{suffix}")
    assert list(tmp_path.iterdir()) == []


def test_our_own_number_is_that_of_a_run_before_us(tmp_path, make_video):
    """In a container every run may have the same."""
    make_video(tmp_path / f".clip.{os.getpid()}.part.mp4", frames=5)
    rescue(tmp_path / "clip.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["clip-rescued-1.mp4"]


def test_other_files_stay(tmp_path, gone):
    names = [
        f".clip.{os.getppid()}.part.mp4",
        f".other.{gone}.part.mp4",
        f".clip.{gone}.mp4",
        "clip.mp4",
        ".notes.part.txt",
    ]
    for name in names:
        (tmp_path / name).write_text("content")
    rescue(tmp_path / "clip.mp4")
    remove_images(tmp_path, (".jpg",))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


def test_unfinished_images_are_deleted(tmp_path, gone):
    for name in (f".a.{gone}.part.JPG", f".b.{gone}.part.txt", "a.jpg"):
        (tmp_path / name).write_text("content")
    remove_images(tmp_path, (".jpg",))
    assert sorted(path.name for path in tmp_path.iterdir()) == [f".b.{gone}.part.txt", "a.jpg"]
