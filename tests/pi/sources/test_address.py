"""Addresses as they may be shown."""

import pytest

from detection.sources.address import redacted, split_address, without_password

SECRET = "s3cr"


@pytest.mark.parametrize(
    "address, shown",
    [
        pytest.param("rtsp://host/live", "rtsp://host/live", id="nothing secret"),
        pytest.param("rtsp://[::1]:554/live", "rtsp://[::1]:554/live", id="IPv6"),
        pytest.param("rtsp://[::1]/live", "rtsp://[::1]/live", id="IPv6 without port"),
        pytest.param("udp://@:5000", "udp://:5000", id="any host"),
        pytest.param("rtsp://me:s3cr@host:554/live", "rtsp://host:554/live", id="password"),
        pytest.param("rtsp://s3cr@host/live", "rtsp://host/live", id="user alone"),
        pytest.param("rtsp://me:s3c@s3cr@host/a", "rtsp://host/a", id="with an @"),
        pytest.param("rtsp://me:s3cr/s3cr@host/a", "rtsp://host/a", id="with a slash"),
        pytest.param("rtsp://me:s3cr?s3cr@host/a", "rtsp://host/a", id="with a question mark"),
        pytest.param("rtsp://me:s3cr#s3cr@host/a", "rtsp://host/a", id="with a hash"),
        pytest.param("rtsp://me:s3@s3cr/s3cr@host/a", "rtsp://host/a", id="with both"),
        pytest.param("rtsp://me:s3cr", "rtsp://...", id="without a host"),
        pytest.param(
            "http://host/cgi?usr=me&pwd=s3cr&channel=2",
            "http://host/cgi?usr=...&pwd=...&channel=2",
            id="query",
        ),
        pytest.param("http://host/cgi?s3cr", "http://host/cgi?...", id="query without names"),
        pytest.param("http://host/cgi#s3cr", "http://host/cgi", id="fragment"),
        pytest.param(
            "rtsp://host:554/user=me_password=s3cr_channel=1.sdp", "rtsp://host:554/...", id="path"
        ),
        pytest.param("rtsp://host/a/pw=s3cr/x", "rtsp://host/a/...", id="path below a folder"),
        pytest.param("photo=2.jpg", "photo=2.jpg", id="no address"),
    ],
)
def test_without_password(address, shown):
    assert without_password(address) == shown
    assert SECRET not in shown
    assert without_password(shown) == shown


def test_redacted():
    message = "OUTPUT rtsp://me:s3cr@host/a is none, http://host/?pw=s3cr neither; try b=c"
    assert redacted(message) == "OUTPUT rtsp://host/a is none, http://host/?pw=... neither; try b=c"


@pytest.mark.parametrize("mark", [":", ",", ";", "; try another", ")"])
def test_a_mark_behind_an_address_is_not_part_of_it(mark):
    assert redacted(f"http://me:s3cr@host:80{mark}") == f"http://host:80{mark}"


@pytest.mark.parametrize(
    "address, port",
    [("http://host:80/a", 80), ("mqtt://me:s3cr@[::1]:1883/a", 1883), ("http://host", None)],
)
def test_parts(address, port):
    assert split_address(address).port == port


@pytest.mark.parametrize(
    "address",
    ["host/a", "http:///a", "http://h:99999", "http://h:0", "http://[::1/a", "http://h/a b"],
)
def test_no_address(address):
    assert split_address(address) is None
