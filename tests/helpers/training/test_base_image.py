"""Which image a base's name means: asked of Docker, then of a registry."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from helpers.training import base_image
from helpers.training.base_image import BASES, BaseImage

DIGEST = "sha256:" + "ab" * 32
OTHER = "sha256:" + "cd" * 32
CHALLENGE = 'Bearer realm="http://%s/token",service="registry",scope="repository:a/b:pull"'


class _Registry(BaseHTTPRequestHandler):
    """One image, ``a/b:1``; with a token, where the server says so."""

    def do_HEAD(self):  # noqa: N802
        if self.server.wants and self.headers.get("Authorization") != "Bearer secret":
            self.send_response(401)
            self.send_header("WWW-Authenticate", self.server.wants)
        elif self.path == "/v2/a/b/manifests/1" and "image.index" in self.headers["Accept"]:
            self.send_response(200)
            self.send_header("Docker-Content-Digest", self.server.digest)
        else:
            self.send_response(404)
        self.end_headers()

    def do_GET(self):  # noqa: N802
        right = "service=registry" in self.path and "scope=repository%3Aa%2Fb%3Apull" in self.path
        self.send_response(200 if right else 400)
        self.end_headers()
        self.wfile.write(json.dumps({"token": "secret"}).encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def registry():
    """A registry on this machine: set ``wants`` for a challenge, ``digest`` for its answer."""
    server = HTTPServer(("127.0.0.1", 0), _Registry)
    server.wants, server.digest = "", DIGEST
    server.name = f"127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "name, expected",
    [
        ("python:3.7-slim", ("registry-1.docker.io", "library/python", "3.7-slim")),
        ("tensorflow/tensorflow:1", ("registry-1.docker.io", "tensorflow/tensorflow", "1")),
        ("localhost:5000/a/b", ("localhost:5000", "a/b", "latest")),
        ("public.ecr.aws/a/b:1.2", ("public.ecr.aws", "a/b", "1.2")),
        ("localhost/a:1", ("localhost", "a", "1")),
    ],
    ids=["official", "of a user", "port without tag", "registry", "localhost"],
)
def test_names_are_read_as_docker_reads_them(name, expected):
    assert base_image.split(name) == expected


@pytest.mark.parametrize(
    "change, path, expected",
    [
        pytest.param({}, "a/b:1", DIGEST, id="open"),
        pytest.param({"wants": CHALLENGE}, "a/b:1", DIGEST, id="token for anybody"),
        pytest.param({"wants": 'Basic realm="x"'}, "a/b:1", "", id="login wanted"),
        pytest.param({"wants": "Bearer nonsense"}, "a/b:1", "", id="broken challenge"),
        pytest.param({"digest": "sha256:short"}, "a/b:1", "", id="no digest"),
        pytest.param({}, "a/b:2", "", id="no such tag"),
    ],
)
def test_a_registry_tells_the_digest(registry, change, path, expected):
    for key, value in change.items():
        setattr(registry, key, value % registry.name if "%s" in value else value)
    assert base_image.registry_digest(f"{registry.name}/{path}") == expected


def test_a_registry_that_is_not_there_tells_nothing():
    assert base_image.registry_digest("127.0.0.1:1/a:1") == ""


def test_without_docker_the_registry_is_asked(registry, programs):
    name = f"{registry.name}/a/b:1"
    assert base_image.resolve(name) == BaseImage(f"{name}@{DIGEST}", DIGEST)
    registry.digest = OTHER
    assert base_image.resolve(name).identity == OTHER


@pytest.mark.parametrize(
    "name, digests, expected",
    [
        pytest.param("own:1", [], BaseImage("own:1", OTHER), id="made here"),
        pytest.param("a/b:1", [f"a/b@{DIGEST}"], BaseImage(f"a/b:1@{DIGEST}", DIGEST), id="pulled"),
        pytest.param("a/b:1", [f"c/d@{DIGEST}"], BaseImage("a/b:1", OTHER), id="pulled elsewise"),
        pytest.param("a@" + DIGEST, [], BaseImage("a@" + DIGEST, DIGEST), id="by its digest"),
    ],
)
def test_what_docker_knows_of_a_base(programs, name, digests, expected):
    image = json.dumps({"Id": OTHER, "RepoDigests": digests})
    programs(docker=f"echo '{image}'")
    assert base_image.resolve(name) == expected


def test_a_name_that_nobody_knows_stands_for_itself(programs):
    assert base_image.resolve("127.0.0.1:1/a:1") == BaseImage("127.0.0.1:1/a:1", "127.0.0.1:1/a:1")


@pytest.mark.parametrize("short", sorted(BASES))
def test_short_names(programs, short):
    programs(docker=f"""echo '{{"Id": "{OTHER}"}}'""")
    assert base_image.resolve(short) == BaseImage(BASES[short], OTHER)
