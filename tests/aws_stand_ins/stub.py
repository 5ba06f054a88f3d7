"""A line to moto on which AWS's errors are played, and S3's rules that moto does not keep.

stub.plan(refusal("ThrottlingException"), passed, to="sagemaker Describe")
stub.owners["my-bucket"] = "999999999999"     # of another account
stub.regions["my-bucket"] = "us-west-2"       # of another region: 301 PermanentRedirect
stub.kms = True                               # ETags that are no MD5
stub.asked                                    # every request, in its order
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Dict, List, Pattern, Tuple
from urllib.parse import urlsplit

from aws_stand_ins import asked as asked_of
from aws_stand_ins.answers import Answer, Reply, refusal
from aws_stand_ins.asked import Asked

# Headers that belong to one line only.
_OF_THE_LINE = {"connection", "transfer-encoding", "content-length", "keep-alive", "date", "server"}
_ETAG = re.compile(r'(?<=<ETag>)(?:"|&quot;|&#34;)?([0-9a-f]{32}(?:-\d+)?)')


class Stub(ThreadingHTTPServer):
    """Answers as planned, and passes everything else on.

    Attributes:
        asked: every request, in its order.
        owners: the account that owns a bucket, where it is not the account that asks.
        regions: the region of a bucket, where it is not that of moto.
        kms: whether ETags are those of objects that KMS encrypts.
    """

    daemon_threads = True

    def __init__(self, backend: str):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.backend = urlsplit(backend).netloc
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.asked: List[Asked] = []
        self.owners: Dict[str, str] = {}
        self.regions: Dict[str, str] = {}
        self.kms = False
        self._planned: List[Tuple[Pattern[str], Answer]] = []
        self._etags: Dict[str, str] = {}
        self._lock = threading.Lock()

    def plan(self, *answers: Answer, to: str = "") -> None:
        """The next requests are answered so, one after the other.

        Args:
            answers: see :mod:`aws_stand_ins.answers`.
            to: an expression that the titles of those requests match; others are passed on.
        """
        with self._lock:
            self._planned += [(re.compile(to), answer) for answer in answers]

    @property
    def left(self) -> int:
        """How many planned answers nobody has asked for."""
        return len(self._planned)

    def titles(self, of: str = "") -> List[str]:
        """Titles of the requests so far that match an expression, in their order."""
        return [one.title for one in self.asked if re.search(of, one.title)]

    def close(self) -> None:
        """Ends what it has begun."""

    def reply(self, asked: Asked) -> Reply:
        """The answer to a request."""
        with self._lock:
            self.asked.append(asked)
            answer = self._next(asked)
        if answer:
            return answer(asked, lambda: self.forward(asked))
        broken = asked_of.breaches_of(asked)
        if broken:
            return refusal("ValidationException", broken)(asked, lambda: Reply(0))
        refused = self._refused_bucket(asked)
        return refused(asked, lambda: Reply(0)) if refused else self.forward(asked)

    def _next(self, asked: Asked):
        for index, (wanted, answer) in enumerate(self._planned):
            if wanted.search(asked.title):
                del self._planned[index]
                return answer
        return None

    def _refused_bucket(self, asked: Asked):
        bucket = re.match(r"s3 \w+ /([^/?]+)", asked.title)
        if not bucket:
            return None
        owner = self.owners.get(bucket.group(1))
        expected = asked.headers.get("x-amz-expected-bucket-owner")
        if owner and expected != owner:
            return refusal("AccessDenied", "Access Denied", 403)
        region = self.regions.get(bucket.group(1))
        if region and asked.region != region:
            text = (
                "The bucket you are attempting to access must be addressed using the specified "
                "endpoint. Please send all future requests to this endpoint."
            )
            return refusal("PermanentRedirect", text, 301, **{"x-amz-bucket-region": region})
        return None

    def forward(self, asked: Asked) -> Reply:
        """Asks the server behind."""
        method, _, path = asked.operation.partition(" ")
        if asked.protocol != "rest-xml":
            method, path = "POST", "/"
        headers = {key: value for key, value in asked.headers.items() if key not in _OF_THE_LINE}
        headers.pop("expect", None)
        connection = http.client.HTTPConnection(self.backend, timeout=120)
        try:
            connection.request(method, path, self._theirs(asked.body), headers)
            answer = connection.getresponse()
            kept = {key: value for key, value in answer.getheaders()}
            return self._ours(Reply(answer.status, kept, answer.read()))
        finally:
            connection.close()

    def _ours(self, reply: Reply) -> Reply:
        """The same with the ETags of KMS, where those are wanted."""
        if not self.kms:
            return reply
        headers = {
            key: f'"{self._opaque(value.strip(chr(34)))}"' if key.lower() == "etag" else value
            for key, value in reply.headers.items()
        }
        if b"<ETag>" not in reply.body:
            return reply._replace(headers=headers)
        text = reply.body.decode("utf-8")
        text = _ETAG.sub(lambda m: m.group().replace(m.group(1), self._opaque(m.group(1))), text)
        return reply._replace(headers=headers, body=text.encode("utf-8"))

    def _opaque(self, etag: str) -> str:
        digest, dash, parts = etag.partition("-")
        opaque = hashlib.sha256(f"kms{digest}".encode()).hexdigest()[:32] + dash + parts
        self._etags[opaque] = etag
        return opaque

    def _theirs(self, body: bytes) -> bytes:
        if not self.kms or b"CompleteMultipartUpload" not in body[:200]:
            return body
        for opaque, etag in self._etags.items():
            body = body.replace(opaque.encode(), etag.encode())
        return body


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _do(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = asked_of.read(self.command, self.path, dict(self.headers.items()), body)
        with contextlib.suppress(ConnectionError):  # who asked may have gone
            self._send(self.server.reply(asked))

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _do  # noqa: N815

    def _send(self, reply: Reply):
        if reply.status == 0:
            self._hang_up()
            return
        self.send_response_only(reply.status)
        length = len(reply.body)
        for key, value in reply.headers.items():
            if key.lower() == "content-length" and self.command == "HEAD":
                length = int(value)
            elif key.lower() not in _OF_THE_LINE:
                self.send_header(key, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body[: reply.most])
        if reply.most is not None:
            self._hang_up()

    def _hang_up(self):
        self.close_connection = True
        self.wfile.flush()
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def running(stub: Stub):
    """A stub at work for as long as the body."""
    thread = threading.Thread(target=stub.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        stub.close()
        stub.shutdown()
        stub.server_close()
        thread.join()
