"""A page on the network that shows what the detector sees."""

from __future__ import annotations

import errno
import hmac
import http.cookies
import http.server
import ipaddress
import json
import logging
import secrets
import socket
import sys
import threading
import time
import urllib.parse
from collections import deque
from typing import Any, Deque, Dict, Optional, Tuple

import cv2

from ..device.health import health
from ..drawing import Painter
from ..errors import InputError, reason_of
from ..images import to_bgr
from ..structures import Result
from .live_page_html import PAGE, TOKEN_FORM
from .page_address import host_and_port
from .record import record
from .sink import Sink

_LOG = logging.getLogger(__name__)

_PATIENCE = 5.0  # seconds for a client to take what is sent
_MOST_STREAMS = 8
_QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 80]
_COOKIE = "token"
_BOUNDARY = "frame"
_UNKNOWN_HOST = "take 127.0.0.1 for this device alone, 0.0.0.0 for all that reach it"
_REMEDIES = {
    errno.EADDRINUSE: "choose another port, or end what has it (ss -ltnp)",
    errno.EACCES: "choose a port from 1024 on",
}


class LivePage(Sink):
    """Serves the frames with their boxes as MJPEG, and the detections as JSON.

    ``/`` is the page, ``/stream.mjpg``, ``/frame.jpg`` and ``/detections.json`` are for programs.
    Each client has a thread of its own, which draws and encodes: one that is slow or hangs gets
    fewer frames and slows nobody; without clients nothing is drawn.
    """

    def __init__(self, address: str, token: Optional[str], painter: Painter) -> None:
        """Opens the port.

        Args:
            address: ``http://HOST:PORT``. Port 0 takes any free one.
            token: What clients must know; None asks for one of its own making where the page can
                be reached from other devices.
            painter: Draws the results.

        Raises:
            UsageError: The address is none.
            InputError: The port cannot be opened.
        """
        host, port = host_and_port(address)
        local = _is_local(host)
        if token is None and not local:
            token = secrets.token_urlsafe(9)
        self._latest = _Latest(painter)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        kind = type("_ServerOfFamily", (_Server,), {"address_family": family})
        try:
            self._server: _Server = kind((host, port), _Client)
        except OSError as error:
            remedy = _REMEDIES.get(error.errno or 0, _UNKNOWN_HOST)
            raise InputError(
                f"{address}: cannot be opened ({reason_of(error)}); {remedy}"
            ) from None
        self._server.latest, self._server.token, self._server.local = self._latest, token, local
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True).start()
        self.address = _shown(host, self._server.server_address[1])
        _LOG.warning("live page: %s%s", self.address, f" with the token {token}" if token else "")

    def write(self, result: Result) -> None:
        """Makes a result the current one; does not wait for anybody."""
        self._latest.put(result)

    def close(self, error: Optional[BaseException]) -> None:
        """Closes the port and lets the clients go."""
        self._latest.end()
        self._server.shutdown()
        self._server.server_close()


class _Latest:
    """The current result, drawn and encoded at most once, and only where there is a client."""

    def __init__(self, painter: Painter) -> None:
        self._painter = painter
        self._changed = threading.Condition()
        self._encoding = threading.Lock()
        self._result: Optional[Result] = None
        self._number = 0
        self._jpeg: Tuple[int, bytes] = (0, b"")
        self._times: Deque[float] = deque(maxlen=30)
        self.ended = False

    def put(self, result: Result) -> None:
        with self._changed:
            self._result, self._number = result, self._number + 1
            self._times.append(time.monotonic())
            self._changed.notify_all()

    def end(self) -> None:
        with self._changed:
            self.ended = True
            self._changed.notify_all()

    def state(self) -> Optional[Dict[str, Any]]:
        """Returns the JSON object of the page; None before the first frame."""
        with self._changed:
            result, times = self._result, list(self._times)
        if result is None:
            return None
        # Up to now: where no frame comes any more, the rate falls.
        passed = time.monotonic() - times[0]
        rate = (len(times) - 1) / passed if passed > 0 else 0.0
        return {**record(result), "fps": round(rate, 2), **health()._asdict()}

    def jpeg(self, after: int) -> Tuple[int, bytes]:
        """Waits for a frame newer than a number; returns its number and JPEG, or (0, b"")."""
        with self._changed:
            self._changed.wait_for(lambda: self.ended or self._number > after, _PATIENCE)
            number, result = self._number, self._result
        if self.ended or result is None or number <= after:
            return 0, b""
        with self._encoding:
            if self._jpeg[0] < number:
                image = to_bgr(self._painter.paint(result))
                _, data = cv2.imencode(".jpg", image, _QUALITY)
                self._jpeg = (number, data.tobytes())
            return self._jpeg


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    latest: _Latest
    token: Optional[str]
    local: bool

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.streams = threading.BoundedSemaphore(_MOST_STREAMS)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keeps a client that leaves or hangs from printing a traceback; others are errors."""
        if not isinstance(sys.exc_info()[1], OSError):
            _LOG.warning("live page: %s", sys.exc_info()[1])


class _Client(http.server.BaseHTTPRequestHandler):
    server: _Server
    timeout = _PATIENCE
    server_version, sys_version = "detect.py", ""

    def do_GET(self) -> None:
        """Answers a request."""
        parts = urllib.parse.urlsplit(self.path)
        if not self._is_allowed(urllib.parse.parse_qs(parts.query)):
            return
        paths = {"/": self._page, "/stream.mjpg": self._stream, "/frame.jpg": self._frame}
        paths["/detections.json"] = self._json
        if parts.path in paths:
            paths[parts.path]()
        else:
            self._answer(404, "text/plain", b"not here; the page is at /\n")

    def log_message(self, format: str, *arguments: Any) -> None:
        """Prints nothing: a page asks twice a second."""

    def _is_allowed(self, query: Dict[str, Any]) -> bool:
        token = self.server.token
        if token is None:
            # A foreign page whose name was made to point at this device must not see through it.
            host = urllib.parse.urlsplit(f"//{self.headers.get('Host', '')}").hostname or ""
            if not self.server.local or _is_local(host):
                return True
            self._answer(403, "text/plain", b"open it as localhost\n")
            return False
        cookies: http.cookies.SimpleCookie[str] = http.cookies.SimpleCookie(
            self.headers.get("Cookie", "")
        )
        given = query.get("token", [cookies[_COOKIE].value if _COOKIE in cookies else ""])[0]
        if hmac.compare_digest(given.encode(), token.encode()):
            return True
        self._answer(403, "text/html; charset=utf-8", TOKEN_FORM.encode())
        return False

    def _page(self) -> None:
        self._answer(200, "text/html; charset=utf-8", PAGE.encode())

    def _json(self) -> None:
        state = self.server.latest.state()
        self._answer(200 if state else 204, "application/json", json.dumps(state).encode())

    def _frame(self) -> None:
        number, data = self.server.latest.jpeg(after=0)
        self._answer(200 if number else 503, "image/jpeg", data)

    def _stream(self) -> None:
        if not self.server.streams.acquire(blocking=False):
            self._answer(503, "text/plain", b"too many clients\n")
            return
        try:
            self._start(200, f"multipart/x-mixed-replace; boundary={_BOUNDARY}")
            number = 0
            while not self.server.latest.ended:
                newer, data = self.server.latest.jpeg(after=number)
                if newer:
                    number = newer
                    self._send_part(data)
        finally:
            self.server.streams.release()

    def _send_part(self, data: bytes) -> None:
        head = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n"
        self.wfile.write(head.encode() + data + b"\r\n")

    def _answer(self, code: int, kind: str, content: bytes) -> None:
        body = b"" if code == 204 else content
        self._start(code, kind, len(body))
        self.wfile.write(body)

    def _start(self, code: int, kind: str, length: Optional[int] = None) -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        if length is not None:
            self.send_header("Content-Length", str(length))
        if self.server.token is not None and code == 200:
            cookie = f"{_COOKIE}={self.server.token}; HttpOnly; SameSite=Strict; Path=/"
            self.send_header("Set-Cookie", cookie)
        self.end_headers()


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _shown(host: str, port: int) -> str:
    """Returns an address that can be opened from elsewhere where the page can."""
    if host in ("0.0.0.0", "::"):
        host = f"{socket.gethostname()}.local"
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}/"
