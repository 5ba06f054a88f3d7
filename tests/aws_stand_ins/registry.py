"""ECR whose registry is a real one on this machine: Debian's docker-registry, with ECR's login.

moto knows repositories but stores no layers; the registry stores them and knows no AWS. What
ECR says of images is read from the registry, all else is moto's.
"""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest

from aws_stand_ins.answers import Reply, refusal
from aws_stand_ins.stub import Stub

PASSWORD = "secret-of-the-registry"
# bcrypt of the password: crypt.crypt(PASSWORD, "$2b$05$" + any 22 letters)
HASH = "$2b$05$abcdefghijklmnopqrstuuIwTm9henchirBqUfvuoNrWExGiIP5SK"
KINDS = (
    "application/vnd.docker.distribution.manifest.v2+json, "
    "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json"
)
DEADLINE = 60.0  # seconds


class Registry:
    """A registry that asks for a login.

    Attributes:
        address: host and port.
    """

    def __init__(self, folder):
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = "127.0.0.1:%d" % free.getsockname()[1]
        (folder / "htpasswd").write_text(f"AWS:{HASH}\n")
        settings = {
            "version": "0.1",
            "http": {"addr": self.address},
            "auth": {"htpasswd": {"realm": "ECR", "path": str(folder / "htpasswd")}},
            "storage": {
                "filesystem": {"rootdirectory": str(folder / "store")},
                "delete": {"enabled": True},
            },
        }
        (folder / "registry.yml").write_text(json.dumps(settings))
        with open(str(folder / "registry.log"), "w") as log:
            self._process = subprocess.Popen(
                ["docker-registry", "serve", str(folder / "registry.yml")], stdout=log, stderr=log
            )
        deadline = time.monotonic() + DEADLINE
        while True:
            assert self._process.poll() is None and time.monotonic() < deadline, "no registry"
            with contextlib.suppress(urllib.error.URLError):
                self.ask("GET", "")
                return
            time.sleep(0.05)

    def ask(self, method, path, body=None, **headers):
        """An answer of its API: its headers and its body."""
        login = base64.b64encode(f"AWS:{PASSWORD}".encode()).decode()
        request = urllib.request.Request(
            f"http://{self.address}/v2/{path}",
            data=body,
            method=method,
            headers={"Authorization": f"Basic {login}", "Accept": KINDS, **headers},
        )
        with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
            return answer.headers, answer.read()

    def login(self):
        """A folder of Docker's settings with the login."""
        folder = self._folder / "login"
        folder.mkdir(exist_ok=True)
        auth = base64.b64encode(f"AWS:{PASSWORD}".encode()).decode()
        settings = {"auths": {self.address: {"auth": auth}}}
        (folder / "config.json").write_text(json.dumps(settings))
        return folder

    def manifest(self, repository, reference):
        """An image's headers and manifest; ``None`` where there is none."""
        try:
            return self.ask("GET", f"{repository}/manifests/{reference}")
        except urllib.error.HTTPError as error:
            assert error.code == 404
            return None

    def stop(self):
        """Ends it."""
        self._process.terminate()
        self._process.wait()


class EcrStub(Stub):
    """As :class:`Stub`, with a registry behind ECR."""

    def __init__(self, backend, registry):
        super().__init__(backend)
        self.registry = registry

    def forward(self, asked):
        """Asks the registry about images, moto about all else."""
        if asked.service != "ecr":
            return super().forward(asked)
        answer = getattr(self, f"_{asked.operation}", None)
        if answer is None:
            reply = super().forward(asked)
            name = f"123456789012.dkr.ecr.{asked.region}.amazonaws.com"
            return reply._replace(
                body=reply.body.replace(name.encode(), self.registry.address.encode())
            )
        found = answer(asked)
        if found is None:
            return refusal("ImageNotFoundException", "no such image")(asked, lambda: Reply(0))
        kind = {"Content-Type": "application/x-amz-json-1.1"}
        return Reply(200, kind, json.dumps(found).encode())

    def _GetAuthorizationToken(self, asked):  # noqa: N802
        token = base64.b64encode(f"AWS:{PASSWORD}".encode()).decode()
        address = f"http://{self.registry.address}"
        return {"authorizationData": [{"authorizationToken": token, "proxyEndpoint": address}]}

    def _DescribeImages(self, asked):  # noqa: N802
        name, (wanted,) = asked.parameters["repositoryName"], asked.parameters["imageIds"]
        found = self.registry.manifest(name, wanted["imageTag"])
        if found is None:
            return None
        layers = json.loads(found[1].decode()).get("layers", [])
        size = sum(layer["size"] for layer in layers)
        digest = found[0]["Docker-Content-Digest"]
        return {"imageDetails": [{"imageDigest": digest, "imageSizeInBytes": size}]}

    def _BatchGetImage(self, asked):  # noqa: N802
        name, (wanted,) = asked.parameters["repositoryName"], asked.parameters["imageIds"]
        found = self.registry.manifest(name, wanted["imageDigest"])
        images = [
            {"imageManifest": body.decode(), "imageManifestMediaType": headers["Content-Type"]}
            for headers, body in filter(None, [found])
        ]
        return {"images": images, "failures": []}

    def _BatchDeleteImage(self, asked):  # noqa: N802
        name, (wanted,) = asked.parameters["repositoryName"], asked.parameters["imageIds"]
        self.registry.ask("DELETE", f"{name}/manifests/{wanted['imageDigest']}")
        return {"imageIds": [wanted], "failures": []}


@pytest.fixture(scope="session")
def registry(tmp_path_factory):
    """A real :class:`Registry` on this machine."""
    if not shutil.which("docker-registry"):
        pytest.skip("docker-registry is missing. Run: sudo apt-get install docker-registry")
    folder = tmp_path_factory.mktemp("registry")
    registry = Registry(folder)
    yield registry
    registry.stop()
    shutil.rmtree(str(folder / "store"), ignore_errors=True)  # half a gigabyte


@pytest.fixture
def ecr_stub(aws, registry, monkeypatch):
    """A line to AWS whose ECR is :func:`registry`: an :class:`EcrStub`."""
    stub = EcrStub(aws, registry)
    thread = threading.Thread(target=stub.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", stub.url)
    yield stub
    stub.shutdown()
    stub.server_close()
    thread.join()
