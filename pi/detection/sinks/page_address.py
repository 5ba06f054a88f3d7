"""The address of a live page, as OUTPUT names it."""

from __future__ import annotations

import urllib.parse
from typing import Tuple

from ..errors import UsageError


def is_page(output: str) -> bool:
    """Tells whether an OUTPUT is a live page, not a file or folder.

    Args:
        output: As given.
    """
    return output.lower().startswith("http://")


def host_and_port(address: str) -> Tuple[str, int]:
    """Returns where a live page is to be served.

    Args:
        address: ``http://HOST:PORT``.

    Raises:
        UsageError: It is none.
    """
    try:
        parts = urllib.parse.urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or port is None or parts.path.strip("/") or parts.username:
        raise UsageError(
            f"OUTPUT is a file, a folder or a page such as http://localhost:8000, got {address}"
        )
    return host, port
