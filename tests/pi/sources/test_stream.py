"""Streams of each kind, from real servers."""

import contextlib
import functools
import http.server
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pi_streams import MotionJpegServer

from detection.errors import InputError
from detection.sources.live import LiveOptions
from detection.sources.stream import open_stream

SYSTEM_PYTHON = "/usr/bin/python3"


@contextlib.contextmanager
def files_over_http(folder):
    """Serves a folder; gives its address."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            """Tests are silent."""

    handler = functools.partial(Handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def frames_of(address):
    errors = []
    with contextlib.closing(open_stream(address, LiveOptions())) as source:
        return source, list(source.frames(errors.append)), errors


def test_a_recording_on_a_web_server_is_read_frame_by_frame_and_ends(tmp_path, make_video):
    make_video(tmp_path / "clip.avi", frames=12, rate=8.0)
    with files_over_http(tmp_path) as address:
        source, frames, errors = frames_of(f"{address}/clip.avi")
    assert (source.kind, source.total, source.rate) == ("video", 12, 8.0)
    assert [frame.number for frame in frames] == list(range(1, 13))
    assert frames[-1].stream_time == pytest.approx(11 / 8, abs=0.01)
    assert {frame.name for frame in frames} == {f"{address}/clip.avi"}
    assert errors == []


def test_a_recording_that_was_cut_short_is_reported(tmp_path, make_video):
    path = tmp_path / "cut.avi"
    make_video(path, frames=20, width=320, height=240)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with files_over_http(tmp_path) as address:
        _, frames, errors = frames_of(f"{address}/cut.avi")
    assert 0 < len(frames) < 18
    assert [f"after {len(frames)} of 20" in str(error) for error in errors] == [True]


@pytest.mark.parametrize(
    "address, values",
    [
        pytest.param("http://127.0.0.1:9/a", ["port 9", "refused"], id="no server"),
        pytest.param("http://no.such.host.invalid/a", ["no.such.host", "unknown"], id="no host"),
        pytest.param("rtsp://me:s3cr/t@127.0.0.1:9/a", ["127.0.0.1:9", "%2F"], id="slash"),
    ],
)
def test_why_it_cannot_be_opened(address, values):
    with pytest.raises(InputError) as refused:
        open_stream(address, LiveOptions())
    assert [value for value in values if value not in str(refused.value)] == []
    assert "s3cr" not in str(refused.value)


@pytest.mark.parametrize("source", ["http://me:s3cr@127.0.0.1:9/a", "rtsp://127.0.0.1:9/a", "63"])
@pytest.mark.parametrize("python", [sys.executable, SYSTEM_PYTHON], ids=["this", "Debian's OpenCV"])
def test_libraries_are_silent(pi_folder, refused, python, source):
    """Debian's OpenCV knows GStreamer, too, whose lines came before ours."""
    if not Path(python).exists():
        pytest.skip("no Python of Debian; apt install python3-opencv")
    result = subprocess.run(
        [python, str(pi_folder / "detect.py"), source],
        stderr=subprocess.PIPE,
        universal_newlines=True,
    )
    refused(result, source.replace("me:s3cr@", ""), "opened")


@pytest.mark.parametrize(
    "login, path", [("me:other", "/stream"), ("me:s3cr", "/stream?pw=s3cr")], ids=["wrong", "right"]
)
def test_a_password(login, path):
    server = MotionJpegServer(login="me:s3cr")
    address = server.address.replace("//", f"//{login}@").replace("/stream", path)
    try:
        if login == "me:s3cr":
            with contextlib.closing(open_stream(address, LiveOptions())) as source:
                name = next(source.frames(pytest.fail)).name
            assert name == f"{server.address}?pw=..."
        else:
            with pytest.raises(InputError, match=f"^{server.address}: .*password") as refused:
                open_stream(address, LiveOptions())
            assert login not in str(refused.value)
    finally:
        server.close()
