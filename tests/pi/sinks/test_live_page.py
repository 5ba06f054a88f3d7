"""The live page: stream, JSON, token; clients that hang slow nobody."""

import json
import re
import socket
import time
import urllib.error
import urllib.request

import cv2
import numpy as np
import pytest
from pi_results import grey, result
from waiting import until

from detection.drawing import Painter
from detection.errors import InputError
from detection.sinks import live_page
from detection.sinks.live_page import LivePage
from detection.structures import Detection

CUP = Detection("cup", 0.9, (5.0, 5.0, 40.0, 40.0))


def seen(level, number=1):
    return result(grey(level, number=number)._replace(time=1e9, stream_time=0.5), CUP)


@pytest.fixture()
def open_page():
    pages = []

    def open_it(address="http://127.0.0.1:0", token=None):
        pages.append(LivePage(address, token, Painter(["cup"])))
        return pages[-1]

    yield open_it
    for page in pages:
        page.close(None)


def local(page):
    """Its address from here."""
    return re.sub(r"//[^/]*:", "//127.0.0.1:", page.address)


def get(url, **headers):
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def decoded(data):
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


def test_the_current_frame_as_page_image_and_json(open_page):
    page = open_page()
    assert get(page.address + "detections.json")[::2] == (204, b"")
    page.write(seen(50))
    page.write(seen(150, number=2))
    code, headers, body = get(page.address)
    assert (code, b"<!DOCTYPE html>" in body) == (200, True)
    assert headers["Content-Type"].startswith("text/html")
    state = json.loads(get(page.address + "detections.json")[2].decode())
    assert (state["frame"], state["detections"][0]["label"]) == (2, "cup")
    assert {"time", "fps", "temperature", "throttled"} <= set(state)
    code, headers, body = get(page.address + "frame.jpg")
    assert headers["Content-Type"] == "image/jpeg"
    assert decoded(body)[46, 60] == pytest.approx([150] * 3, abs=4)  # beside the box
    assert get(page.address + "nothing")[0] == 404


def test_the_stream_gives_each_new_frame(open_page):
    page = open_page()
    page.write(seen(50))
    with urllib.request.urlopen(page.address + "stream.mjpg", timeout=10) as stream:
        for level in (50, 120, 200):
            length = None
            while length is None:
                found = re.match(rb"Content-Length: (\d+)", stream.readline())
                length = found and int(found.group(1))
            stream.readline()
            assert decoded(stream.read(length))[46, 60] == pytest.approx([level] * 3, abs=4)
            page.write(seen(level + 70 if level == 50 else 200))


def test_without_clients_nothing_is_drawn(open_page, monkeypatch):
    page = open_page()
    monkeypatch.setattr(Painter, "paint", None)
    for number in range(1, 100):
        page.write(seen(50, number))


def test_clients_that_hang_slow_nobody_and_are_let_go(open_page, monkeypatch):
    monkeypatch.setattr(live_page._Client, "timeout", 0.5)
    page = open_page()
    host = ("127.0.0.1", int(page.address.split(":")[2].strip("/")))
    hanging = [socket.create_connection(host) for _ in range(12)]
    for client in hanging[:6]:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        client.sendall(b"GET /stream.mjpg HTTP/1.0\r\nHost: localhost\r\n\r\n")
    rough = np.random.RandomState(0).randint(0, 256, (480, 640, 3)).astype(np.uint8)
    started = time.monotonic()
    longest = 0.0
    for number in range(1, 60):
        before = time.monotonic()
        page.write(result(grey(number=number)._replace(image=rough)))
        longest = max(longest, time.monotonic() - before)
        time.sleep(0.02)
    assert longest < 0.5 and time.monotonic() - started < 10
    until(lambda: page._server.streams._value == live_page._MOST_STREAMS)
    for client in hanging:
        client.close()


def test_too_many_streams_are_refused(open_page, monkeypatch):
    monkeypatch.setattr(live_page, "_MOST_STREAMS", 1)
    page = open_page()
    page.write(seen(50))
    with urllib.request.urlopen(page.address + "stream.mjpg", timeout=10):
        assert get(page.address + "stream.mjpg")[0] == 503
        assert get(page.address + "detections.json")[0] == 200


def test_from_elsewhere_a_token_is_asked_for(open_page, caplog):
    page = open_page("http://0.0.0.0:0")
    page.write(seen(50))
    token = page._server.token
    assert len(token) >= 12 and token in caplog.text
    address = local(page)
    for path in ("", "detections.json", "frame.jpg", "stream.mjpg"):
        assert get(f"{address}{path}?token=wrong")[0] == 403
        assert get(address + path)[0] == 403
    code, headers, _ = get(f"{address}?token={token}")
    cookie = headers["Set-Cookie"].partition(";")[0]
    assert "HttpOnly" in headers["Set-Cookie"]
    assert code == 200
    assert get(address + "detections.json", Cookie=cookie)[0] == 200
    assert get(address + "detections.json", Cookie="token=wrong")[0] == 403


@pytest.mark.parametrize(
    "host, code", [("localhost:80", 204), ("127.0.0.1", 204), ("evil.example", 403), ("", 403)]
)
def test_a_foreign_name_for_this_device_is_refused(open_page, host, code):
    assert get(open_page().address + "detections.json", Host=host)[0] == code


def test_the_port_is_free_after_the_end(open_page):
    page = open_page()
    address = page.address.rstrip("/")
    with pytest.raises(InputError, match=f"{address}: .*port"):
        open_page(address)
    page.close(None)
    assert open_page(address).address == page.address
