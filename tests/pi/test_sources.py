"""SOURCE means an image, a folder, a video, a camera or a stream."""

import contextlib
import functools
import http.server
import threading

import numpy as np
import pytest

from detection.errors import InputError
from detection.sources import open_source

TEXT = b"text\n" * 200


def frames_of(source):
    errors = []
    with contextlib.closing(source):
        return list(source.frames(errors.append)), errors


def test_an_image(tmp_path, make_image):
    image = make_image(tmp_path / "one.PNG")
    source = open_source(str(tmp_path / "one.PNG"))
    assert (source.kind, source.total, source.origin) == ("image", 1, tmp_path / "one.PNG")
    (frame,), errors = frames_of(source)
    assert (frame.name, frame.number, errors) == ("one.PNG", None, [])
    assert np.array_equal(frame.image, image)


def test_a_folder_in_the_order_of_names(tmp_path, make_image):
    for name in ("b.png", "a.JPG", "c.bmp", ".hidden.png", "deeper/d.png"):
        make_image(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no image")
    source = open_source(str(tmp_path))
    assert (source.kind, source.total) == ("folder", 3)
    frames, errors = frames_of(source)
    assert [frame.name for frame in frames] == ["a.JPG", "b.png", "c.bmp"]
    assert errors == []


def test_a_bad_image_among_good_ones(tmp_path, make_image):
    make_image(tmp_path / "a.png")
    (tmp_path / "b.jpg").write_text("text")
    make_image(tmp_path / "c.png")
    frames, errors = frames_of(open_source(str(tmp_path)))
    assert [frame.name for frame in frames] == ["a.png", "c.png"]
    assert len(errors) == 1
    assert "b.jpg" in str(errors[0])


@pytest.mark.parametrize("name", ["clip.avi", "clip.mp4", "clip.mkv", "clip.mov"])
def test_a_video(tmp_path, make_video, name):
    make_video(tmp_path / name, frames=10, rate=8.0)
    source = open_source(str(tmp_path / name))
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
    (frame,), _ = frames_of(open_source(str(tmp_path / "red.avi")))
    red, green, blue = frame.image.mean(axis=(0, 1))
    assert red > 200 and green < 60 and blue < 60


def test_a_video_cut_short(tmp_path, make_video, caplog):
    path = tmp_path / "cut.avi"
    make_video(path, frames=20, width=320, height=240)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    frames, _ = frames_of(open_source(str(path)))
    assert 0 < len(frames) < 18
    assert f"ended after {len(frames)} of 20 frames" in caplog.text
    assert "cut.avi" in caplog.text


def test_a_stream_over_http(tmp_path, make_video):
    make_video(tmp_path / "clip.avi", frames=5)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}/clip.avi"
        source = open_source(address)
        assert (source.kind, source.origin, source.total) == ("live", None, None)
        frames, _ = frames_of(source)
        with pytest.raises(InputError, match="missing.avi: .*opened.* address"):
            open_source(address.replace("clip", "missing"))
        server.shutdown()
    assert [frame.number for frame in frames] == [1, 2, 3, 4, 5]


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
        open_source(str(tmp_path / name))


def test_a_folder_without_images(tmp_path):
    (tmp_path / "notes.txt").write_text("text")
    with pytest.raises(InputError, match=f"{tmp_path}: no images"):
        open_source(str(tmp_path))


@pytest.mark.parametrize("camera", ["63", "/dev/video63"])
def test_missing_camera(camera):
    with pytest.raises(InputError, match=f"^{camera}: .*opened.*/dev/video"):
        open_source(camera)
