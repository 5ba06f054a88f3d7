"""An S3 that is not Amazon's: moto's server, and a line to it that can be cut."""

import contextlib
import socket
import subprocess
import sys
import threading
import time
import urllib.request

REGION = "eu-central-1"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def server():
    """The port of a moto server, started for the length of the body."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while not answers(port):
            assert process.poll() is None and time.monotonic() < deadline, "moto does not start"
            time.sleep(0.1)
        yield port
    finally:
        process.kill()
        process.wait()


def answers(port):
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/moto-api/", timeout=5).close()
    except OSError:
        return False
    return True


class Line:
    """Passes TCP connections on to a port; while it is cut, nobody is there."""

    def __init__(self, port):
        self._to, self.port = port, free_port()
        self._listening, self._open = None, set()
        self.restore()

    def restore(self):
        self._listening = socket.socket()
        self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listening.bind(("127.0.0.1", self.port))
        self._listening.listen(50)
        threading.Thread(target=self._serve, args=(self._listening,), daemon=True).start()

    def cut(self):
        for connection in [self._listening, *self._open]:
            with contextlib.suppress(OSError):  # it may have hung up itself
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        self._open.clear()

    def _serve(self, listening):
        while True:
            try:
                near, _ = listening.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                return  # cut
            self._open |= {near, far}
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(source, target), daemon=True).start()

    def _pump(self, source, target):
        with contextlib.suppress(OSError):  # cut in the middle
            while True:
                block = source.recv(1 << 16)
                if not block:
                    break
                target.sendall(block)
            target.shutdown(socket.SHUT_WR)
