"""Live streams whose frames say when they were made, for the tests of the Pi's program."""

import base64
import contextlib
import http.server
import socket
import subprocess
import threading
import time
from pathlib import Path

import cv2
import numpy as np

BITS = 40  # milliseconds since 1970, modulo 2 ** 40
CELL = 8
RATE = 20.0
SYSTEM_PYTHON = "/usr/bin/python3"
RTSP_SERVER = Path(__file__).with_name("pi") / "rtsp_server.py"


def clock_image(seconds, width=320, height=64):
    """A frame that shows a time: five rows of eight black or white squares."""
    image = np.full((height, width, 3), 128, np.uint8)
    moment = int(seconds * 1000) % 2**BITS
    for bit in range(BITS):
        row, column = divmod(bit, 8)
        top, left = CELL * row, CELL * column
        image[top : top + CELL, left : left + CELL] = 255 * (moment >> bit & 1)
    return image


def shown_time(image):
    """The time on a frame, seconds since 1970 modulo ``2 ** 40`` milliseconds."""
    middles = [divmod(bit, 8) for bit in range(BITS)]
    half = CELL // 2
    white = [image[CELL * row + half, CELL * column + half, 1] > 128 for row, column in middles]
    return sum(1 << bit for bit, is_white in enumerate(white) if is_white) / 1000


def age(image):
    """Seconds since a frame was made."""
    return time.time() % (2**BITS / 1000) - shown_time(image)


class MotionJpegServer:
    """A camera in the network: MJPEG over HTTP, as ESP32 and IP cameras send it.

    Attributes:
        stalled: Set it, and connections stay open but nothing comes any more.
        address: Without user and password.
    """

    def __init__(self, port=0, login=None):
        self.stalled = threading.Event()
        self.connections = 0
        self._login = login and base64.b64encode(login.encode()).decode()
        self._ended = threading.Event()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.address = f"http://127.0.0.1:{self.port}/stream"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        """Breaks all connections off and refuses new ones."""
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(server):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                login = self.headers.get("Authorization", "").partition("Basic ")[2]
                if server._login and login != server._login:
                    self.send_response(401)
                    self.send_header("WWW-Authenticate", 'Basic realm="camera"')
                    self.end_headers()
                    return
                server.connections += 1
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
                self.end_headers()
                with contextlib.suppress(OSError):
                    while not server._ended.wait(1 / RATE):
                        if not server.stalled.is_set():
                            self._send_frame()

            def _send_frame(self):
                _, jpeg = cv2.imencode(".jpg", clock_image(time.time()))
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                self.wfile.write(head.encode() + jpeg.tobytes() + b"\r\n")

            def log_message(self, *arguments):
                """Tests are silent."""

        return Handler


def free_port():
    """A TCP port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RtspServer:
    """An RTSP camera with a password, as a process that can be killed, stopped and continued."""

    USER, PASSWORD = "me", "s3cr"

    def __init__(self, port=None):
        self.port = port or free_port()
        self.shown = f"rtsp://127.0.0.1:{self.port}/clock"
        self.address = self.shown.replace("//", f"//{self.USER}:{self.PASSWORD}@")
        self.process = subprocess.Popen(
            [SYSTEM_PYTHON, str(RTSP_SERVER), str(self.port), self.USER, self.PASSWORD],
            stdout=subprocess.PIPE,
            universal_newlines=True,
        )
        assert self.process.stdout.readline() == "ready\n"

    def close(self):
        """Kills it: connections break off, new ones are refused."""
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class FfmpegStream:
    """Frames that ffmpeg encodes and sends, into its standard output or to an address."""

    def __init__(self, *output, stdout=None):
        command = "ffmpeg -v error -f rawvideo -pix_fmt bgr24 -s 320x64 -r 20 -i - -pix_fmt yuv420p"
        encoder = "-c:v libx264 -tune zerolatency -preset ultrafast -g 20 -f mpegts"
        self.process = subprocess.Popen(
            [*command.split(), *encoder.split(), *output], stdin=subprocess.PIPE, stdout=stdout
        )
        self._ended = threading.Event()
        self._feeder = threading.Thread(target=self._feed, daemon=True)
        self._feeder.start()

    def close(self):
        """Ends the process, whether it sends, waits or is stopped."""
        self._ended.set()
        self.process.kill()
        self.process.wait()
        self._feeder.join()
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()

    def _feed(self):
        with contextlib.suppress(BrokenPipeError):
            while not self._ended.wait(1 / RATE):
                self.process.stdin.write(clock_image(time.time()).tobytes())
                self.process.stdin.flush()
