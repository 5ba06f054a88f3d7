"""A model from a folder, an archive, an address: whole, or refused."""

import hashlib
import http.server
import threading
import zipfile

import pytest

from detection.errors import InputError, UsageError
from detection.updating.fetching import check_arguments, fetch

HEX = "0" * 64
FILES = {"model.json": b"{}", "labels.txt": b"cup\n"}


@pytest.fixture()
def archive(tmp_path):
    """Writes a zip archive with FILES below a folder, and others."""

    def write(folder="pi/model/", **others):
        path = tmp_path / "pi.zip"
        with zipfile.ZipFile(str(path), "w", zipfile.ZIP_DEFLATED) as content:
            for name, data in FILES.items():
                content.writestr(folder + name, data)
            for name, data in others.items():
                content.writestr(name.replace("_", "/"), data)
        return path

    return write


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture()
def place(tmp_path):
    folder = tmp_path / "place"
    folder.mkdir()
    return folder


@pytest.fixture()
def serve():
    """Serves bytes at an address; with ``promised``, as if they were that many."""
    servers = []

    def start(content, promised=None):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200 if content else 404)
                self.send_header("Content-Length", str(promised or len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        servers.append(http.server.HTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}/pi.zip"

    yield start
    for one in servers:
        one.shutdown()
        one.server_close()


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("folder", ["pi/model/", "model/", ""], ids=["pi.zip", "model", "flat"])
def test_an_archive_however_deep(archive, place, folder):
    path = archive(folder, pi_photo="", other_model="x")
    assert content(fetch(str(path), sha256(path).upper(), place)) == FILES


def test_a_folder(tmp_path, place):
    source = tmp_path / "source"
    (source / "deeper").mkdir(parents=True)
    for name, data in FILES.items():
        (source / name).write_bytes(data)
    assert content(fetch(str(source), None, place)) == FILES


def test_an_address(archive, place, serve):
    path = archive()
    assert content(fetch(serve(path.read_bytes()), sha256(path), place)) == FILES


def test_no_member_leaves_the_folder(archive, place):
    path = archive("../../model/")
    assert content(fetch(str(path), None, place)) == FILES
    assert not (place.parent / "model").exists()


def test_an_answer_cut_short(archive, place, serve):
    data = archive().read_bytes()
    with pytest.raises(InputError):
        fetch(serve(data[:-50], promised=len(data)), hashlib.sha256(data).hexdigest(), place)


def test_another_file_than_expected(archive, place):
    with pytest.raises(InputError, match=HEX):
        fetch(str(archive()), HEX, place)


def spoiled(kind, archive):
    path = archive(other_model="x") if kind != "two" else archive(**{"b_model.json": "{}"})
    data = path.read_bytes()
    if kind == "damaged":
        position = data.index(b"labels.txt") + len("labels.txt")
        path.write_bytes(data[:position] + b"\xff\xff" + data[position + 2 :])
    elif kind == "cut short":
        path.write_bytes(data[: len(data) // 2])
    elif kind == "no model":
        with zipfile.ZipFile(str(path), "w") as empty:
            empty.writestr("photo.jpg", b"")
    return path


@pytest.mark.parametrize("kind", ["damaged", "cut short", "no model", "two"])
def test_a_bad_archive_is_named(archive, place, kind):
    path = spoiled(kind, archive)
    with pytest.raises(InputError, match="pi.zip"):
        fetch(str(path), None, place)


@pytest.mark.parametrize("kind", ["refused", "not found", "missing"])
def test_what_cannot_be_had_is_named(place, serve, kind):
    source = {
        "refused": lambda: "http://127.0.0.1:9/pi.zip",
        "not found": lambda: serve(b""),
        "missing": lambda: "no/such.zip",
    }[kind]()
    with pytest.raises(InputError, match=source):
        fetch(source, HEX, place)


@pytest.mark.parametrize(
    "source, sha256_given",
    [
        ("http://host/pi.zip", None),
        ("https://me:secret@host/pi.zip", HEX),
        ("pi.zip", "abc"),
        (".", HEX),
    ],
    ids=["address without sha256", "password", "no sha256", "folder with sha256"],
)
def test_arguments_that_do_not_go_together(source, sha256_given):
    with pytest.raises(UsageError) as refused:
        check_arguments(source, sha256_given)
    assert "secret" not in str(refused.value)
