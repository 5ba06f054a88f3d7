"""Downloads from a real server: broken off, resumed, changed meanwhile, refused, offline."""

import random
import socket
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from serving import serving

from helpers.pipeline_config import download
from helpers.structures.errors import BadInput, MissingPart

CONTENT = random.Random(0).getrandbits(8 * 300000).to_bytes(300000, "big")
OTHERWISE = "Get it elsewhere."


@pytest.fixture()
def server():
    with serving() as running:
        running.contents["/a.tar.gz"] = CONTENT
        running.versions["/a.tar.gz"] = '"one"'
        yield running


def fetch(server, target, path="/a.tar.gz", patience=5):
    return download.fetch(server.url + path, target, OTHERWISE, patience)


def test_a_whole_file_and_nothing_beside_it(server, tmp_path):
    target = fetch(server, tmp_path / "deep" / "a.tar.gz")
    assert target.read_bytes() == CONTENT and server.asked == [""]
    assert [path.name for path in target.parent.iterdir()] == ["a.tar.gz"]


def test_goes_on_where_it_broke_off(server, tmp_path):
    server.breaks = [100000, 0, 50000]
    with pytest.raises(
        MissingPart,
        match="cannot be reached after 100000 bytes, which are kept "
        r".*broke off at 100000 of 300000 bytes.*Get it elsewhere\.",
    ):
        fetch(server, tmp_path / "a.tar.gz")
    assert not (tmp_path / "a.tar.gz").exists()
    assert fetch(server, tmp_path / "a.tar.gz").read_bytes() == CONTENT
    assert server.asked == ["", "bytes=100000-", "bytes=100000-", "bytes=150000-"]


@settings(max_examples=15, deadline=None)
@given(
    breaks=st.lists(st.integers(1, 299999), max_size=5),
    ranges=st.booleans(),
    version=st.sampled_from(['"one"', 'W/"weak"', ""]),
)
def test_however_often_it_breaks_off(tmp_path_factory, breaks, ranges, version):
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


@pytest.mark.parametrize("change", ["version", "content of another size", "no version"])
def test_two_versions_are_never_joined(server, tmp_path, change):
    server.breaks = [100000, 0]
    with pytest.raises(MissingPart):
        fetch(server, tmp_path / "a.tar.gz")
    new = CONTENT[::-1] if change == "version" else CONTENT[:50]
    server.contents["/a.tar.gz"] = new
    server.versions["/a.tar.gz"] = "" if change == "no version" else '"two"'
    assert fetch(server, tmp_path / "a.tar.gz").read_bytes() == new


def test_another_part_than_was_asked_for_is_not_joined(server, tmp_path):
    server.breaks, server.early = [100000], 10
    with pytest.raises(MissingPart, match="after 100000 bytes.*another part of the file was sent"):
        fetch(server, tmp_path / "a.tar.gz")
    server.early = 0
    assert fetch(server, tmp_path / "a.tar.gz").read_bytes() == CONTENT


def test_another_address_starts_over(server, tmp_path):
    server.breaks = [100000, 0]
    with pytest.raises(MissingPart):
        fetch(server, tmp_path / "a.tar.gz")
    server.contents["/b.tar.gz"], server.versions["/b.tar.gz"] = CONTENT[::-1], '"one"'
    assert fetch(server, tmp_path / "a.tar.gz", "/b.tar.gz").read_bytes() == CONTENT[::-1]


def test_a_part_that_is_the_whole_is_fetched_again(server, tmp_path):
    """As after a kill between the last byte and the renaming."""
    server.breaks = [0]
    with pytest.raises(MissingPart):
        fetch(server, tmp_path / "a.tar.gz")
    (tmp_path / "a.tar.gz.part").write_bytes(CONTENT)
    assert fetch(server, tmp_path / "a.tar.gz").read_bytes() == CONTENT


def test_what_the_server_does_not_have(server, tmp_path):
    with pytest.raises(BadInput, match="/none.tar.gz: the server said 404 Not Found. Get it else"):
        fetch(server, tmp_path / "a.tar.gz", "/none.tar.gz")
    assert list(tmp_path.iterdir()) == []


def closed_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "no-such-host.invalid"])
def test_offline_is_said_at_once_in_one_line(tmp_path, host):
    url = f"http://{host.format(port=closed_port())}/a.tar.gz"
    start = time.monotonic()
    with pytest.raises(MissingPart) as caught:
        download.fetch(url, tmp_path / "a.tar.gz", OTHERWISE)
    assert time.monotonic() - start < download.PATIENCE + 5
    said = str(caught.value)
    assert said.startswith(f"{url}: cannot be reached (") and said.endswith(f"). {OTHERWISE}")
    assert "\n" not in said and not list(tmp_path.iterdir())


def test_a_server_that_keeps_silent_is_not_waited_for(server, tmp_path):
    server.silent = True
    start = time.monotonic()
    with pytest.raises(MissingPart, match="timed out"):
        fetch(server, tmp_path / "a.tar.gz", patience=0.3)
    assert time.monotonic() - start < 1.4


def test_a_file_beyond_all_reason_is_not_fetched(server, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "LARGEST", 1000)
    with pytest.raises(BadInput, match="found 300000 bytes, expected at most 1000"):
        fetch(server, tmp_path / "a.tar.gz")
    assert not list(tmp_path.glob("*.gz*"))


def test_a_target_that_cannot_be_written(server, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot be written or read"):
        fetch(server, tmp_path / "file" / "a.tar.gz")
