"""Downloads from a real server: broken off, resumed, changed meanwhile, refused, offline."""

import random
import socket
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from serving import serving

from helpers.pretrained import download
from helpers.structures.errors import BadInput, MissingPart

CONTENT = random.Random(0).getrandbits(8 * 300000).to_bytes(300000, "big")
OTHERWISE = "Get it elsewhere."


@pytest.fixture()
def server():
    with serving() as running:
        running.contents["/a.tar.gz"] = CONTENT
        running.versions["/a.tar.gz"] = '"v1"'
        yield running


def fetch(server, target, path="/a.tar.gz", patience=5):
    return download.fetch(server.url + path, target, OTHERWISE, patience)


def test_a_whole_file_is_the_only_one_left(server, tmp_path):
    target = fetch(server, tmp_path / "deep" / "a.tar.gz")
    assert target.read_bytes() == CONTENT and server.asked == [""]
    assert [path.name for path in target.parent.iterdir()] == ["a.tar.gz"]


def test_an_interrupted_download_is_resumed(server, tmp_path):
    server.breaks = [100000, 0, 50000]
    with pytest.raises(
        MissingPart, match=f"after 100000 bytes, .* 100000 of 300000 bytes.*{OTHERWISE}"
    ):
        fetch(server, tmp_path / "a.tar.gz")
    assert not (tmp_path / "a.tar.gz").exists()
    assert fetch(server, tmp_path / "a.tar.gz").read_bytes() == CONTENT
    assert server.asked == ["", "bytes=100000-", "bytes=100000-", "bytes=150000-"]


@settings(max_examples=15, deadline=None)
@given(
    breaks=st.lists(st.integers(1, 299999), max_size=5),
    ranges=st.booleans(),
    version=st.sampled_from(['"v1"', 'W/"weak"', ""]),
)
def test_a_download_survives_any_interruptions(tmp_path_factory, breaks, ranges, version):
    """As long as something new comes; a server that starts over each time has to get further."""
    with serving() as server:
        server.contents["/a.tar.gz"] = CONTENT
        server.versions["/a.tar.gz"] = version
        server.ranges, server.breaks = ranges, list(breaks)
        target = tmp_path_factory.mktemp("download") / "a.tar.gz"
        for _ in range(len(breaks) + 1):
            try:
                fetch(server, target)
                break
            except MissingPart:
                assert not target.exists()
        assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("change", ["version", "size", "no version"])
def test_two_versions_are_never_joined(server, tmp_path, change):
    server.breaks = [100000, 0]
    with pytest.raises(MissingPart):
        fetch(server, tmp_path / "a.tar.gz")
    new = CONTENT[::-1] if change == "version" else CONTENT[:50]
    server.contents["/a.tar.gz"] = new
    server.versions["/a.tar.gz"] = "" if change == "no version" else '"v2"'
    assert fetch(server, tmp_path / "a.tar.gz").read_bytes() == new


def test_another_part_than_was_asked_for_is_not_joined(server, tmp_path):
    server.breaks, server.early = [100000], 10
    with pytest.raises(MissingPart, match="after 100000 bytes.*another part"):
        fetch(server, tmp_path / "a.tar.gz")
    server.early = 0
    assert fetch(server, tmp_path / "a.tar.gz").read_bytes() == CONTENT


def test_another_address_starts_over(server, tmp_path):
    server.breaks = [100000, 0]
    with pytest.raises(MissingPart):
        fetch(server, tmp_path / "a.tar.gz")
    server.contents["/b.tar.gz"], server.versions["/b.tar.gz"] = CONTENT[::-1], '"v1"'
    assert fetch(server, tmp_path / "a.tar.gz", "/b.tar.gz").read_bytes() == CONTENT[::-1]


def test_a_part_that_is_the_whole_is_fetched_again(server, tmp_path):
    """As after a kill between the last byte and the renaming."""
    server.breaks = [0]
    with pytest.raises(MissingPart):
        fetch(server, tmp_path / "a.tar.gz")
    (tmp_path / "a.tar.gz.part").write_bytes(CONTENT)
    assert fetch(server, tmp_path / "a.tar.gz").read_bytes() == CONTENT


def test_a_file_that_the_server_does_not_have(server, tmp_path):
    with pytest.raises(BadInput, match=f"/none.tar.gz: .*404 Not Found. {OTHERWISE}"):
        fetch(server, tmp_path / "a.tar.gz", "/none.tar.gz")
    assert list(tmp_path.iterdir()) == []


def closed_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.mark.parametrize(
    "host", ["127.0.0.1:{port}", "no-such-host.invalid"], ids=["closed port", "unknown host"]
)
def test_offline_fails_at_once_in_a_single_line(tmp_path, host):
    url = f"http://{host.format(port=closed_port())}/a.tar.gz"
    start = time.monotonic()
    with pytest.raises(MissingPart) as caught:
        download.fetch(url, tmp_path / "a.tar.gz", OTHERWISE)
    assert time.monotonic() - start < download.PATIENCE + 5
    error = str(caught.value)
    assert error.startswith(f"{url}: ") and error.endswith(f"). {OTHERWISE}")
    assert "reached (" in error  # with nothing kept
    assert "\n" not in error and not list(tmp_path.iterdir())


def test_a_silent_server_times_out(server, tmp_path):
    server.silent = True
    start = time.monotonic()
    with pytest.raises(MissingPart, match="timed out"):
        fetch(server, tmp_path / "a.tar.gz", patience=0.3)
    assert time.monotonic() - start < 1.4


def test_a_file_above_the_limit_is_not_fetched(server, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "LARGEST", 1000)
    with pytest.raises(BadInput, match="300000 bytes, .* 1000"):
        fetch(server, tmp_path / "a.tar.gz")
    assert not list(tmp_path.glob("*.gz*"))


def test_a_target_that_cannot_be_written(server, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="file: .*written"):
        fetch(server, tmp_path / "file" / "a.tar.gz")
