"""A web server on this machine that resumes, breaks off, refuses or keeps silent as told."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Dict, List


class Served(HTTPServer):
    """Serves bytes by path.

    Attributes:
        contents: of each path.
        versions: the ETag of each path; without one there is none.
        breaks: how many bytes each answer brings at most, the first one first; then all.
        ranges: whether parts are sent when asked for.
        early: how many bytes before what was asked for a part begins.
        silent: whether answers never come.
        asked: the ``Range`` of every request, or an empty text.
    """

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.contents: Dict[str, bytes] = {}
        self.versions: Dict[str, str] = {}
        self.breaks: List[int] = []
        self.ranges, self.early, self.silent, self.asked = True, 0, False, []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):  # noqa: N802
        server = self.server
        server.asked.append(self.headers.get("Range", ""))
        if server.silent:
            time.sleep(1.5)
            return
        content, version = server.contents.get(self.path), server.versions.get(self.path)
        if content is None:
            self.send_error(404)
            return
        start = self._start(version)
        if start > len(content) or (start and start == len(content)):
            self.send_error(416)
            return
        start = max(0, start - server.early)
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        if version:
            self.send_header("ETag", version)
        self.end_headers()
        most = server.breaks.pop(0) if server.breaks else len(content)
        with contextlib.suppress(ConnectionError):
            self.wfile.write(content[start : start + most])

    def _start(self, version) -> int:
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        same = self.headers.get("If-Range", version) == version
        return int(asked.group(1)) if asked and same and self.server.ranges else 0

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serving():
    """A server that runs for as long as the body."""
    server = Served()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
