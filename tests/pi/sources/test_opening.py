"""The SOURCEs mean images, folders and videos, or a camera or stream."""

import contextlib

import numpy as np
import pytest

from detection.errors import InputError, UsageError
from detection.sources.opening import open_sources

TEXT = b"text\n" * 200


def frames_of(source):
    errors = []
    with contextlib.closing(source):
        return list(source.frames(errors.append)), errors


def test_an_image(tmp_path, make_image):
    image = make_image(tmp_path / "one.PNG")
    source = open_sources([str(tmp_path / "one.PNG")])
    assert (source.kind, source.total) == ("image", 1)
    assert source.inputs == [(tmp_path / "one.PNG", "one.PNG", "image")]
    (frame,), errors = frames_of(source)
    assert (frame.name, frame.number, errors) == ("one.PNG", None, [])
    assert np.array_equal(frame.image, image)


@pytest.mark.parametrize(
    "name, content, message",
    [
        pytest.param("nowhere.jpg", None, "nowhere.jpg: no such", id="missing image"),
        pytest.param("nowhere.mp4", None, "nowhere.mp4: no such", id="missing video"),
        pytest.param("notes.txt", b"text", "notes.txt: neither", id="unknown suffix"),
        pytest.param("none", b"text", "none: neither", id="no suffix"),
        pytest.param("empty.mp4", b"", r"empty.mp4: empty \(0 bytes\)", id="empty video"),
        pytest.param("text.mp4", TEXT, "text.mp4: .*damaged", id="text as MP4"),
        pytest.param("text.avi", TEXT, "text.avi: .*damaged", id="text as AVI"),
    ],
)
def test_invalid_source(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        open_sources([str(tmp_path / name)])


def test_a_folder_without_images(tmp_path):
    (tmp_path / "notes.txt").write_text("text")
    with pytest.raises(InputError, match=f"{tmp_path}: no images"):
        open_sources([str(tmp_path)])


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("63", id="number"),
        pytest.param("/dev/video63", id="device"),
        pytest.param("/dev/v4l/by-id/usb-none-index0", id="by id"),
        pytest.param("http://127.0.0.1:9/clip", id="http"),
        pytest.param("rtsp://127.0.0.1:9/clip", id="rtsp"),
        pytest.param("tcp://127.0.0.1:9", id="tcp"),
    ],
)
def test_a_live_source_that_is_not_there(source):
    with pytest.raises(InputError) as refused:
        open_sources([source])
    assert str(refused.value).startswith(f"{source}: cannot be opened")


def test_several_sources_in_their_order(tmp_path, make_image, make_video):
    make_video(tmp_path / "clip.avi", frames=2)
    for name in ("b.png", "a.png", "folder/d.png", "folder/c.png"):
        make_image(tmp_path / name)
    names = ("b.png", "clip.avi", "folder", "a.png")
    source = open_sources([str(tmp_path / name) for name in names])
    assert (source.kind, source.total) == ("several", None)
    assert [file.path.name for file in source.inputs] == [
        "b.png",
        "clip.avi",
        "c.png",
        "d.png",
        "a.png",
    ]
    frames, errors = frames_of(source)
    assert [(frame.name, frame.number) for frame in frames] == [
        ("b.png", None),
        ("clip.avi", 1),
        ("clip.avi", 2),
        ("c.png", None),
        ("d.png", None),
        ("a.png", None),
    ]
    assert errors == []


def test_one_of_several_does_not_exist(tmp_path, make_image):
    make_image(tmp_path / "a.png")
    with pytest.raises(InputError, match="b.png: no such"):
        open_sources([str(tmp_path / "a.png"), str(tmp_path / "b.png")])


@pytest.mark.parametrize("live", ["0", "rtsp://127.0.0.1/a"])
def test_a_live_source_runs_alone(tmp_path, make_image, live):
    make_image(tmp_path / "a.png")
    with pytest.raises(UsageError, match=f"{live} .*--output"):
        open_sources([str(tmp_path / "a.png"), live])


def test_a_folder_called_by_a_number_is_no_camera(tmp_path, make_image, monkeypatch):
    make_image(tmp_path / "2024" / "a.png")
    monkeypatch.chdir(tmp_path)
    assert open_sources(["2024"]).kind == "folder"
