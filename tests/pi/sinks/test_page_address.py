"""The address of a live page."""

import pytest

from detection.errors import UsageError
from detection.sinks.page_address import host_and_port, is_page


@pytest.mark.parametrize(
    "output, expected",
    [("http://localhost:80", True), ("HTTP://a:1", True), ("http", False), ("https://a:1", False)],
)
def test_pages_are_told_from_files(output, expected):
    assert is_page(output) == expected


@pytest.mark.parametrize(
    "address, expected",
    [
        ("http://localhost:8000", ("localhost", 8000)),
        ("http://0.0.0.0:0/", ("0.0.0.0", 0)),
        ("http://[::1]:80", ("::1", 80)),
    ],
    ids=["localhost", "any free port", "IPv6"],
)
def test_host_and_port(address, expected):
    assert host_and_port(address) == expected


@pytest.mark.parametrize(
    "address",
    [
        "http://a",
        "http://:80",
        "http://a:x",
        "http://a:80/b",
        "http://me:pw@a:80",
        "http://a:99999",
    ],
)
def test_no_address(address):
    with pytest.raises(UsageError, match="OUTPUT"):
        host_and_port(address)
