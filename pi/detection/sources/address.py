"""Addresses as they may be shown: without passwords."""

from __future__ import annotations

import re
from typing import Optional
from urllib.parse import SplitResult, urlsplit

# The mark behind an address is the sentence's.
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s'\"]*[^\s'\",:;)]")
_PARTS = re.compile(
    r"(?P<scheme>[^:]+://)(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?P<rest>.*)", re.DOTALL
)
# What sets two streams of one camera apart, and is never secret.
_SHOWN = {"camera", "channel", "fps", "profile", "resolution", "size", "stream", "subtype"}


def without_password(address: str) -> str:
    """Returns an address without user, password and whatever else may be secret.

    Cameras take passwords before an ``@``, in the query (``?usr=me&pwd=secret``), and even in the
    path (``/user=me&password=secret&channel=1``).

    Args:
        address: A stream's address; any other text is returned as it is.

    Returns:
        The address with ``...`` in place of what may be secret: all values of the query but a few
        harmless ones, and all of a path from its first ``=``.
    """
    parts = _PARTS.match(address)
    if parts is None:
        return address
    scheme, authority = parts.group("scheme", "authority")
    rest = address[len(scheme) :]
    port = authority.rpartition(":")[2] if ":" in authority else "0"
    if "@" in authority or not (port.isdigit() or authority.endswith("]")):
        # A password may hold any letter, a slash and a question mark, too.
        host = rest.rpartition("@")[2]
        return without_password(scheme + host) if "@" in rest else f"{scheme}..."
    path, equals, _ = parts.group("path").partition("=")
    folder = f"{path.rpartition('/')[0]}/..." if equals else path
    query = parts.group("rest").partition("#")[0]
    return f"{scheme}{authority}{folder}{_without_values(query)}"


def split_address(address: str) -> Optional[SplitResult]:
    """Returns the parts of an address that names a host.

    Args:
        address: Of a server.

    Returns:
        None where it is none: no host, a port above 65535, a blank, half an IPv6 address.
    """
    try:
        parts = urlsplit(address)
        known = parts.hostname and parts.port != 0 and not re.search(r"[\s\x00-\x1f]", address)
    except ValueError:
        return None
    return parts if known else None


def redacted(message: str) -> str:
    """Returns a message in which every address has lost its password.

    Args:
        message: Any text.
    """
    return _ADDRESS.sub(lambda found: without_password(found.group()), message)


def _without_values(query: str) -> str:
    """Returns a query, from its question mark on, with only harmless values."""
    fields = (field.partition("=") for field in query[1:].split("&") if field)
    shown = [
        f"{name}={value}" if name.lower() in _SHOWN else f"{name}=..." if equals else "..."
        for name, equals, value in fields
    ]
    return "?" + "&".join(shown) if shown else ""
