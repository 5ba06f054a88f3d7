"""Messages reach a server, also one that comes back; one that hangs slows nobody."""

import http.server
import json
import socket
import threading
import time

import pytest
from pi_results import grey, result
from waiting import until

from detection.errors import UsageError
from detection.sinks import webhook
from detection.sinks.webhook import Webhook
from detection.structures import Detection

CUP = Detection("cup", 0.9, (1.0, 2.0, 3.0, 4.0))


def seen(number):
    return result(grey(number=number)._replace(stream_time=100.0 * number), CUP)


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        fails = self.server.failures > 0
        self.server.failures -= 1
        if not fails:
            self.server.got.append((self.headers.get("Authorization"), json.loads(body)))
        self.send_response(500 if fails else 200)
        self.end_headers()

    def log_message(self, *arguments):
        return None


@pytest.fixture()
def server():
    with http.server.HTTPServer(("127.0.0.1", 0), Hook) as one:
        one.got, one.failures = [], 0
        threading.Thread(target=one.serve_forever, args=(0.05,), daemon=True).start()
        yield one
        one.shutdown()


def test_a_message_for_each_appearance(server):
    address = f"http://me:s%40fe@127.0.0.1:{server.server_address[1]}/hook"
    with Webhook(address, 10.0) as sink:
        sink.write(seen(1))
        sink.write(result(grey(number=2)))
        sink.write(seen(1))
        sink.write(seen(2))
    (authorization, first), (_, second) = server.got
    assert authorization == "Basic bWU6c0BmZQ=="
    assert (first["frame"], second["frame"]) == (1, 2)
    assert first["detections"][0]["label"] == "cup"


def test_a_server_that_fails_is_tried_again_and_said_once(server, monkeypatch, caplog):
    monkeypatch.setattr(webhook, "_PAUSES", (0.05, 0.05, 0.05))
    server.failures = 2
    with Webhook(f"http://me:secret@127.0.0.1:{server.server_address[1]}/", 10.0) as sink:
        sink.write(seen(1))
        until(lambda: server.got)
    assert len(server.got) == 1
    assert len(caplog.records) == 1
    assert "secret" not in caplog.text


def test_one_that_hangs_slows_nobody(monkeypatch):
    monkeypatch.setattr(webhook, "_FAREWELL", 0.2)
    with socket.socket() as hanging:
        hanging.bind(("127.0.0.1", 0))
        hanging.listen(1)
        sink = Webhook(f"http://127.0.0.1:{hanging.getsockname()[1]}/", 10.0)
        started = time.monotonic()
        for number in range(300):
            sink.write(seen(number))
        sink.close(None)
        assert time.monotonic() - started < 2
    assert sink._messages.qsize() <= webhook._WAITING


@pytest.mark.parametrize("address", ["host/hook", "ftp://host/", "http://"])
def test_no_address(address):
    with pytest.raises(UsageError, match="--webhook"):
        Webhook(address, 10.0)
