"""Reading and writing files; written beside the target first, then renamed over it."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
from io import BufferedReader
from pathlib import Path
from typing import Any, Iterator, NamedTuple, TextIO, Union, cast

from helpers.structures.errors import BadInput

PathLike = Union[str, Path]
GIT_LFS_POINTER = b"version https://git-lfs"
_SHORTEST_HEAD = 12  # of the pointer's bytes


class Stamp(NamedTuple):
    """What changes when a file does: a file of the same path and stamp counts as unchanged.

    Attributes:
        size: bytes.
        modified: time of modification, nanoseconds.
    """

    size: int
    modified: int


MISSING = Stamp(-1, -1)


def stamp(path: PathLike) -> Stamp:
    """The size and modification time of a file; ``MISSING`` when it cannot be asked."""
    try:
        status = os.stat(str(path))
    except OSError:
        return MISSING
    return Stamp(status.st_size, status.st_mtime_ns)


def stamp_key(*paths: PathLike) -> str:
    """Eight signs that stay the same as long as path and stamp of each file do."""
    text = "\n".join(f"{Path(path).resolve()} {stamp(path)}" for path in paths)
    return hashlib.sha256(os.fsencode(text)).hexdigest()[:8]


@contextlib.contextmanager
def replacing(path: PathLike) -> Iterator[Path]:
    """Gives a temporary path beside ``path`` to write to; on success it replaces ``path``.

    The suffix stays the same, since some writers choose the format by it. When the body fails, the
    temporary file is removed and ``path`` stays as it was. A device or a pipe is written directly.

    Raises:
        BadInput: the disk is full or the folder cannot be written.
    """
    path = Path(path)
    beside = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    if path.exists() and not (path.is_file() or path.is_dir()):
        beside = path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield beside
        if beside != path:
            os.replace(str(beside), str(path))
    except OSError as error:
        if error.filename == str(beside):
            error.filename = str(path)  # the name that the user gave
        raise unwritable(path, error) from error
    finally:
        if beside != path and os.path.exists(str(beside)):
            beside.unlink()


def unwritable(path: PathLike, error: OSError) -> BadInput:
    """The error for a file that cannot be written, with its remedy."""
    if error.errno == errno.ENOSPC:
        return BadInput(
            f"{path}: the disk is full, nothing was written. Free some space there "
            "or choose another work folder, then run this step again."
        )
    return BadInput(
        f"{error.filename or path}: cannot be written or read "
        f"({error.strerror or error}). Check the path and its permissions."
    )


def refuse_pointer(path: PathLike, head: bytes) -> None:
    """Refuses a Git LFS pointer: a clone without Git LFS has one in place of each large file.

    Args:
        path: of the file, for the message.
        head: its first bytes, 12 or more.

    Raises:
        BadInput: it is one.
    """
    if len(head) >= _SHORTEST_HEAD and GIT_LFS_POINTER[: len(head)] == head[: len(GIT_LFS_POINTER)]:
        raise BadInput.of(
            path,
            "a Git LFS pointer",
            "the file that it stands for",
            "Run 'git lfs pull' in its repository, or download the file itself.",
        )


def write_text(path: PathLike, text: str) -> Path:
    """Writes a UTF-8 text file in one go."""
    with replacing(path) as beside:
        beside.write_bytes(text.encode("utf-8"))
    return Path(path)


def write_bytes(path: PathLike, content: bytes) -> Path:
    """Writes a file in one go."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    return Path(path)


def write_json(path: PathLike, value: Any) -> Path:
    """Writes a JSON file in one go, keys in the order given."""
    return write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def read_text(path: PathLike) -> str:
    """Reads a UTF-8 text file.

    Raises:
        BadInput: the file is missing or not UTF-8.
    """
    with reading(path) as stream:
        return stream.read()


@contextlib.contextmanager
def reading(path: PathLike) -> Iterator[TextIO]:
    """Opens a UTF-8 text file, to be read line by line.

    Raises:
        BadInput: the file is missing or not UTF-8.
    """
    try:
        with open(str(path), encoding="utf-8-sig") as stream:
            refuse_pointer(path, cast(BufferedReader, stream.buffer).peek(len(GIT_LFS_POINTER)))
            try:
                yield stream
            except UnicodeDecodeError as error:
                # The error counts from the start of what was decoded last.
                offset = stream.buffer.tell() - len(error.object) + error.start
                raise BadInput.of(
                    path,
                    f"bytes that are not text (at {offset})",
                    "UTF-8 text",
                    "Save it as UTF-8.",
                ) from error
    except FileNotFoundError as error:
        raise BadInput(
            f"{path}: no such file. Check the path, or run the step that writes it."
        ) from error
    except OSError as error:
        raise unwritable(path, error) from error


def read_json(path: PathLike) -> Any:
    """Reads a JSON file.

    Raises:
        BadInput: the file is missing or not JSON.
    """
    try:
        return json.loads(read_text(path))
    except ValueError as error:
        raise BadInput.of(
            path,
            f"broken JSON ({error})",
            "a JSON file",
            "Delete it and run the step that writes it again.",
        ) from error


def sha256(path: PathLike) -> str:
    """The SHA-256 of a file's bytes, as hexadecimal text."""
    digest = hashlib.sha256()
    with open(str(path), "rb") as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def copy(source: PathLike, target: PathLike) -> Path:
    """Copies one file in one go."""
    with replacing(target) as beside:
        shutil.copyfile(str(source), str(beside))
    return Path(target)
