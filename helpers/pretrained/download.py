"""Fetching one large file over HTTP: goes on where it broke off, and is whole or not there.

What has come so far lies beside the target with the suffix ``.part``, and beside that the version
the server gave it (RFC 7233, section 3.2, ``If-Range``): so two versions are never joined.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import socket
import ssl
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Dict, Optional

from helpers.structures.errors import BadInput, MissingPart
from helpers.system import files
from helpers.system.deadline import Deadline

PATIENCE = 5.0  # seconds without an answer
LARGEST = 4 << 30  # bytes; the largest of the model zoo's archives has half of that
_BLOCK = 1 << 18
_SHORTEST = 0.1  # seconds; a socket's limit of 0 would mean none
_NETWORK = (
    urllib.error.URLError,
    http.client.HTTPException,
    ConnectionError,
    socket.timeout,
    ssl.SSLError,
)


def fetch(
    url: str,
    target: Path,
    otherwise: str,
    patience: float = PATIENCE,
    deadline: Optional[Deadline] = None,
) -> Path:
    """Downloads a file, going on for as long as anything comes.

    Args:
        url: ``http://`` or ``https://``.
        target: the file to write.
        otherwise: a sentence that says how to get the file when this does not work.
        patience: seconds to wait for an answer.
        deadline: for all of it; what has come by then is kept.

    Raises:
        BadInput: the server has no such file, or the disk is full.
        MissingPart: the server cannot be reached, breaks off without having sent anything new, or
            the time is over.
    """
    part = target.with_name(f"{target.name}.part")
    deadline = deadline or Deadline()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        while True:
            had = _size(part)
            try:
                _receive(url, part, patience, deadline)
                break
            except _NETWORK as error:
                _give_up(url, error, had, _size(part), otherwise)
        os.replace(str(part), str(target))
    except OSError as error:
        raise files.unwritable(target, error) from error
    _version_file(part).unlink()
    return target


def _give_up(url: str, error: Exception, had: int, has: int, otherwise: str) -> None:
    """Raises what a person can act on, unless something new has come.

    Raises:
        BadInput: the server said that it has no such file.
        MissingPart: the server cannot be reached, or nothing came.
    """
    if isinstance(error, urllib.error.HTTPError):
        raise BadInput(
            f"{url}: the server said {error.code} {error.reason}. {otherwise}"
        ) from error
    if has <= had:
        reason = getattr(error, "reason", error)
        kept = f" after {has} bytes, which are kept" if has else ""
        raise MissingPart(
            f"{url}: cannot be reached{kept} ({reason or type(error).__name__}). {otherwise}"
        ) from error


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _version_file(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _receive(url: str, part: Path, patience: float, deadline: Deadline) -> None:
    """Adds to ``part`` what is missing.

    Raises:
        http.client.HTTPException: the server broke off.
    """
    known = _known_version(url, part)
    headers = {"Range": f"bytes={_size(part)}-", "If-Range": known} if known else {}
    request = urllib.request.Request(url, headers=headers)
    deadline.check(f"Fetching {url}")
    opened = _opened(request, part, max(deadline.at_most(patience), _SHORTEST))
    with contextlib.closing(opened) as response:
        start = _start(response.headers.get("Content-Range")) if response.status == 206 else 0
        if start not in (0, _size(part)):
            raise http.client.HTTPException("another part of the file was sent than asked for")
        length = response.headers.get("Content-Length")
        total = start + int(length) if length else None
        if (total or 0) > LARGEST:
            raise BadInput.of(url, f"{total} bytes", f"at most {LARGEST}", "Check the address.")
        version = response.headers.get("ETag") or response.headers.get("Last-Modified") or ""
        files.write_json(_version_file(part), {"url": url, "version": version})
        _save(response, part, start, total, deadline)


def _known_version(url: str, part: Path) -> str:
    """The version that what has come belongs to; empty where nothing can be gone on with."""
    if not _size(part) or not _version_file(part).exists():
        return ""
    kept: Dict[str, str] = files.read_json(_version_file(part))
    version = kept["version"] if kept["url"] == url else ""
    return "" if version.startswith("W/") else version  # weak: the bytes may differ


def _opened(request: urllib.request.Request, part: Path, patience: float) -> Any:
    try:
        return urllib.request.urlopen(request, timeout=patience)
    except urllib.error.HTTPError as error:
        if error.code != 416:
            raise
        part.unlink()  # longer than the file is: from the start, then
        return urllib.request.urlopen(request.full_url, timeout=patience)


def _start(content_range: Optional[str]) -> int:
    match = re.match(r"bytes (\d+)-", content_range or "")
    return int(match.group(1)) if match else -1


def _save(response: Any, part: Path, start: int, total: Optional[int], deadline: Deadline) -> None:
    from tqdm.auto import tqdm

    with open(str(part), "ab" if start else "wb") as stream, tqdm(
        total=total, initial=start, unit="B", unit_scale=True, disable=None, desc=part.stem
    ) as bar:
        for block in iter(lambda: response.read(_BLOCK), b""):
            stream.write(block)
            bar.update(len(block))
            deadline.check(f"Fetching {response.url}")
            if stream.tell() > LARGEST:
                raise BadInput.of(
                    response.url,
                    f"more than {LARGEST} bytes",
                    "a smaller file",
                    "Check the address.",
                )
    if total is not None and _size(part) < total:
        raise http.client.HTTPException(f"broke off at {_size(part)} of {total} bytes")
