"""Brings a model folder here: from a folder, a zip archive, or an address of one."""

from __future__ import annotations

import hashlib
import http.client
import re
import shutil
import urllib.request
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO, List, Optional

from ..backends.model_bundle import DESCRIPTION
from ..errors import InputError, UsageError, one_line, reason_of
from ..sources.address import split_address

_ADDRESSES = ("http://", "https://")
_PATIENCE = 30  # seconds without a byte
_BLOCK = 1 << 20


def check_arguments(source: str, sha256: Optional[str]) -> None:
    """Tells whether a source and a sha256 go together, before anything is done.

    Args:
        source: A folder, a zip archive, or an address of one.
        sha256: Of the archive, or None.

    Raises:
        UsageError: They do not.
    """
    if sha256 is not None and not re.fullmatch("[0-9a-fA-F]{64}", sha256):
        raise UsageError(f"--sha256 {sha256}: expected 64 hexadecimal digits, as sha256sum prints")
    if source.startswith(_ADDRESSES):
        parts = split_address(source)
        if parts is None:
            raise UsageError(f"--update {source}: no address; expected http(s)://host/pi.zip")
        if "@" in parts.netloc:
            raise UsageError("--update: no password in the address; fetch the file, then name it")
        if sha256 is None:
            raise UsageError(
                f"--update {source}: an address needs --sha256, as sha256sum prints it"
            )
    elif sha256 is not None and Path(source).is_dir():
        raise UsageError(f"--update {source}: is a folder, --sha256 is of a zip archive")


def fetch(source: str, sha256: Optional[str], folder: Path) -> Path:
    """Copies a model here, whole.

    Args:
        source: As ``check_arguments`` let it pass.
        sha256: What the archive must have, or None.
        folder: An empty folder to put it in.

    Returns:
        The new model folder, below ``folder``. Its files are not checked yet.

    Raises:
        InputError: There is no model, or another than expected, or it cannot be fetched.
    """
    target = folder / "model"
    if Path(source).is_dir():
        target.mkdir()
        for path in sorted(Path(source).iterdir()):
            if path.is_file():
                shutil.copyfile(str(path), str(target / path.name))
        return target
    archive = Path(source)
    if source.startswith(_ADDRESSES):
        archive = folder / "model.zip"
        _download(source, archive)
    elif not archive.is_file():
        raise InputError(f"{source}: no such folder or file; expected a model folder or pi.zip")
    if sha256 is not None:
        _check(source, archive, sha256.lower())
    _unpack(source, archive, target)
    return target


def _download(address: str, path: Path) -> None:
    try:
        with urllib.request.urlopen(address, timeout=_PATIENCE) as answer, path.open("wb") as file:
            shutil.copyfileobj(answer, file, _BLOCK)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise InputError(
            f"{address}: not fetched ({reason_of(error)}); see to the address and the network"
        ) from None


def _check(source: str, path: Path, expected: str) -> None:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(_BLOCK), b""):
            digest.update(block)
    if digest.hexdigest() != expected:
        raise InputError(
            f"{source}: its sha256 is {digest.hexdigest()}, expected {expected}; it was cut short"
            " or is another file: fetch it again, or give the sha256 of this one"
        )


def _unpack(source: str, path: Path, target: Path) -> None:
    """Unpacks the files beside the archive's only ``model.json``, whatever folder they are in."""
    try:
        with zipfile.ZipFile(str(path)) as archive:
            names = _members(archive, source)
            target.mkdir()
            for name in names:
                with archive.open(name) as packed:
                    _write(packed, target / _base(name))
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise InputError(
            f"{source}: not a complete zip archive ({one_line(error)});"
            " make it again with python -m helpers bundle --zip"
        ) from None


def _members(archive: zipfile.ZipFile, source: str) -> List[str]:
    names = [name for name in archive.namelist() if not name.endswith("/")]
    folders = [PurePosixPath(name).parent for name in names if _base(name) == DESCRIPTION]
    if len(folders) != 1:
        raise InputError(
            f"{source}: holds {len(folders)} {DESCRIPTION}, expected one; make it with"
            " python -m helpers bundle --zip"
        )
    return [name for name in names if PurePosixPath(name).parent == folders[0]]


def _base(name: str) -> str:
    return PurePosixPath(name).name


def _write(packed: IO[bytes], path: Path) -> None:
    with path.open("wb") as file:
        shutil.copyfileobj(packed, file, _BLOCK)
