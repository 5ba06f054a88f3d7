"""A stream for the tests of live sources: MJPEG over HTTP, as cheap network cameras send it."""

import http.server
import threading
import time

import cv2
import numpy as np


class _Camera(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        number, rough = 0, np.random.RandomState(0).randint(0, 256, (120, 160, 3))
        try:
            while not self.server.closed.is_set():
                image = np.roll(rough.astype(np.uint8), number, axis=1)
                data = cv2.imencode(".jpg", image)[1].tobytes()
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n"
                self.wfile.write(head.encode() + data + b"\r\n")
                number += 1
                time.sleep(0.05)
        except OSError:
            self.server.left += 1

    def log_message(self, *arguments):
        return None


class MjpegCamera(http.server.ThreadingHTTPServer):
    """Sends 20 frames a second to everyone who asks, each moved by a pixel."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Camera)
        self.closed, self.left = threading.Event(), 0
        self.address = f"http://127.0.0.1:{self.server_address[1]}/stream.mjpg"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *arguments):
        self.closed.set()
        self.shutdown()
        self.server_close()
