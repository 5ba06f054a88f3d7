"""SOURCE means an image, a folder, a video, a camera or a stream."""

import contextlib
import functools
import http.server
import threading

import numpy as np
import pytest

from detection.errors import InputError
from detection.sources.opening import open_source

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
