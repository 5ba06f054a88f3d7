"""A stream from the network: RTSP, HTTP (MJPEG, too), TCP, UDP."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from ..errors import reason_of
from .address import without_password
from .capture import open_stream_capture
from .live import LiveOptions
from .live_source import LiveSource

_PORTS = {"http": 80, "https": 443, "rtsp": 554, "rtsps": 322}


def open_stream(address: str, options: LiveOptions) -> LiveSource:
    """Opens a stream.

    Args:
        address: Starts with ``rtsp://``, ``http://``, ``tcp://`` or ``udp://``; may hold a
            password.
        options: How it is read.

    Returns:
        The stream. What states its length, as a file on a web server does, is a recording, of
        which no frame is left out.

    Raises:
        InputError: It cannot be opened, or gives no image.
    """
    return LiveSource(
        without_password(address),
        lambda: open_stream_capture(address),
        options,
        lambda: _remedy(address),
    )


def _remedy(address: str) -> str:
    """Returns what to do, after asking why the stream cannot be opened."""
    scheme = address.partition(":")[0].lower()
    if scheme == "udp":
        return "check that something is sent to this port of this device"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "check the address; letters such as / in a password are written %2F"
    return _asked(host, _PORTS.get(scheme, 0) if port is None else port)


def _asked(host: str, port: int) -> str:
    try:
        socket.create_connection((host, port), timeout=3).close()
    except socket.gaierror:
        return f"the host {host} is unknown; check the address and the network"
    except OSError as error:
        said = f"port {port} of {host} does not answer ({reason_of(error)})"
        return f"{said}; check address and network"
    return f"{host} answers, but not with a video; check the path, the user and the password"
