"""Several sources as one, and the names of their files."""

import contextlib
import os
from pathlib import Path

import pytest

from detection.sources.opening import open_sources
from detection.sources.source_list import distinct_names


@pytest.mark.parametrize(
    "paths, names",
    [
        pytest.param([], [], id="none"),
        pytest.param(["/a/1.jpg", "/b/2.jpg"], ["1.jpg", "2.jpg"], id="different"),
        pytest.param(["/a/1.jpg", "/b/1.jpg", "2.jpg"], ["a/1.jpg", "b/1.jpg", "2.jpg"], id="same"),
        pytest.param(["/x/a/1.jpg", "/y/a/1.jpg"], ["x/a/1.jpg", "y/a/1.jpg"], id="same folder"),
        pytest.param(["/a/1.jpg", "/b/../a/1.jpg"], ["1.jpg", "1.jpg"], id="one file twice"),
        pytest.param(["/1.jpg", "/a/1.jpg"], ["//1.jpg", "a/1.jpg"], id="at the root"),
        pytest.param(["a\\b.jpg", "c\n.jpg"], ["a\\b.jpg", "c\n.jpg"], id="odd, but text"),
        pytest.param(
            ["caf\\xe9.jpg", os.fsdecode(b"caf\xe9.jpg"), "é.jpg"],
            ["caf\\\\xe9.jpg", "caf\\xe9.jpg", "é.jpg"],
            id="one that is no text, and one that spells it",
        ),
    ],
)
def test_names(paths, names):
    assert distinct_names([Path(path) for path in paths]) == names


def test_files_of_the_same_name(tmp_path, make_image):
    for name in ("a/1.png", "b/1.png"):
        make_image(tmp_path / name)
    source = open_sources([str(tmp_path / "a"), str(tmp_path / "b")])
    assert source.total == 2
    with contextlib.closing(source):
        frames = list(source.frames(print))
    assert [frame.name for frame in frames] == ["a/1.png", "b/1.png"]


def test_a_bad_file_among_good_ones(tmp_path, make_image, make_video):
    make_image(tmp_path / "a.png")
    (tmp_path / "b.mp4").write_bytes(b"text\n" * 100)
    make_video(tmp_path / "c.avi", frames=1)
    errors = []
    source = open_sources([str(tmp_path / name) for name in ("a.png", "b.mp4", "c.avi")])
    assert [frame.name for frame in source.frames(errors.append)] == ["a.png", "c.avi"]
    (error,) = errors
    assert "b.mp4: " in str(error)
