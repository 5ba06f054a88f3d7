"""What the training image is made of: the files that Docker gets, their digest, and a ZIP of them.

``.dockerignore`` lets the same files in; a test compares the two.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Dict

from helpers.structures.errors import MissingPart
from helpers.workspace import ROOT

DOCKERFILE = "docker/Dockerfile"
INCLUDED = ("docker", "helpers", "pyproject.toml", "README.md", "LICENSE", "NOTICE")
LEFT_OUT = ("docker/README.md", "docker/base.sh")

_EXECUTABLE, _PLAIN = 0o100755, 0o100644
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first date that a ZIP can hold


def source_files(root: Path = ROOT) -> Dict[str, Path]:
    """The files that an image is built from, the Dockerfile among them.

    Args:
        root: of the repository.

    Returns:
        File by its path below ``root`` with slashes, sorted. Hidden files and compiled modules are
        none of them.

    Raises:
        MissingPart: this is no copy of the repository.
    """
    if not (root / DOCKERFILE).is_file():
        raise MissingPart(
            f"{root / DOCKERFILE}: not there, so no image can be built. "
            "Run this in a clone of the repository."
        )
    paths = [path for name in INCLUDED for path in (root / name, *(root / name).rglob("*"))]
    files = {path.relative_to(root).as_posix(): path for path in paths if path.is_file()}
    return {name: files[name] for name in sorted(files) if _is_source(name)}


def _is_source(name: str) -> bool:
    hidden = any(part.startswith(".") or part == "__pycache__" for part in name.split("/"))
    return not hidden and name not in LEFT_OUT and not name.endswith((".pyc", ".pyo"))


def digest(root: Path = ROOT) -> str:
    """SHA-256 of the names, the contents and the executable bits of the sources, in hexadecimal.

    Args:
        root: of the repository; neither its place nor git's state is part of the digest.

    Raises:
        MissingPart: this is no copy of the repository.
    """
    whole = hashlib.sha256()
    for name, path in source_files(root).items():
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{name}\0{_mode(path):o}\0{content}\n".encode())
    return whole.hexdigest()


def packed(root: Path = ROOT) -> bytes:
    """A ZIP of the sources, the same bytes for the same sources.

    Raises:
        MissingPart: this is no copy of the repository.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in source_files(root).items():
            member = zipfile.ZipInfo(name, _EPOCH)
            member.external_attr = _mode(path) << 16
            member.create_system = 3  # Unix: the executable bits count
            archive.writestr(member, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _mode(path: Path) -> int:
    return _EXECUTABLE if path.stat().st_mode & 0o100 else _PLAIN
