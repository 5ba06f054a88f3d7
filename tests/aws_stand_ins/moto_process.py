"""moto's server in a process of its own; what breaks its service's model is refused as AWS does.

Prints its URL when it is ready and ends with whoever started it.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path
from typing import Any

from aws_stand_ins import asked, tagging

NUMBER = "123456789012"  # of moto's account


class Checked:
    """The server behind a look at each request."""

    def __init__(self, app: Any):
        self._app = app

    def __call__(self, environ: Any, start_response: Any) -> Any:
        if "HTTP_X_AMZ_TARGET" in environ:
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
            headers = {
                name[5:].replace("_", "-"): value
                for name, value in environ.items()
                if name.startswith("HTTP_")
            }
            broken = asked.breaches_of(asked.read("POST", "/", headers, body))
            if broken:
                start_response("400 Bad Request", [("Content-Type", "application/x-amz-json-1.1")])
                answer = {"__type": "ValidationException", "message": broken}
                return [json.dumps(answer).encode()]
            if headers["X-AMZ-TARGET"] == tagging.CREATE_PROJECT:
                tagging.note_project(body)
            if headers["X-AMZ-TARGET"] == tagging.TARGET:
                region = headers["AUTHORIZATION"].split("/")[2]
                start_response("200 OK", [("Content-Type", "application/x-amz-json-1.1")])
                return [tagging.answer(body, NUMBER, region)]
        return self._app(environ, start_response)


class Moto:
    """moto's server in a process of its own.

    Attributes:
        url: of the server.
    """

    def __init__(self):
        folder = Path(__file__).resolve().parents[1]
        paths = [str(folder.parent), str(folder), os.environ.get("PYTHONPATH", "")]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "aws_stand_ins.moto_process"],
            env=dict(os.environ, PYTHONPATH=os.pathsep.join(paths)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            universal_newlines=True,
        )
        self.url = self._process.stdout.readline().strip()
        assert self.url, "moto does not start"

    def reset(self) -> None:
        """Forgets everything that was made in it."""
        urllib.request.urlopen(f"{self.url}/moto-api/reset", data=b"").close()

    def stop(self) -> None:
        """Ends it."""
        self._process.kill()
        self._process.communicate()


def main() -> None:
    """Serves until standard input ends."""
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    app = Checked(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
