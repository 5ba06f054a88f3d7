"""Taking a checkpoint and its config out of an archive that nobody here has packed.

Nothing is written under a name that stands in the archive: the few files that are wanted are told
by their names and written under ours. An archive with anything in it that could reach elsewhere
is refused as a whole.
"""

from __future__ import annotations

import re
import shutil
import tarfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Iterator, List, Optional

from helpers.structures.errors import BadInput
from helpers.system import files
from helpers.workspace import TrainingChannel

CONFIG = TrainingChannel.CONFIG
PREFIX = "model.ckpt"
LARGEST = 8 << 30  # bytes, unpacked, of all that is in an archive
MOST = 10_000  # files and folders in it
_WANTED = re.compile(r"(model\.ckpt(?:-\d+)?)\.(index|meta|data-\d{5}-of-\d{5})")
_REMEDY = "Use an archive of the model zoo."


def checkpoint(archive: Path, out: Path) -> List[Path]:
    """Writes an archive's ``model.ckpt.*`` and ``pipeline.config`` into a folder.

    Args:
        archive: ``.tar.gz``, or another compression of the same.
        out: an existing folder.

    Returns:
        The files, sorted.

    Raises:
        BadInput: the archive is cut off, broken or dangerous, or holds no such files.
    """
    written, prefixes = set(), set()
    try:
        with tarfile.open(str(archive), "r:*") as tar:
            for member in _checked(archive, tar):
                name = _wanted(member.name, prefixes)
                if name in written or len(prefixes) > 1:
                    raise BadInput.of(
                        archive,
                        f"{member.name} beside another of its kind",
                        "one checkpoint",
                        _REMEDY,
                    )
                if name:
                    _write(tar, member, out / name)
                    written.add(name)
            _read_to_the_end(archive, tar)
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        if getattr(error, "filename", None) or getattr(error, "errno", None):
            raise files.unwritable(archive, error) from error
        raise BadInput.of(
            archive,
            f"an archive that is cut off or broken ({error})",
            "a whole .tar.gz",
            "Delete it and fetch it again.",
        ) from error
    data = [name for name in written if ".data-" in name]
    if not {CONFIG, f"{PREFIX}.index"} <= written or not data:
        raise BadInput.of(
            archive,
            f"no whole checkpoint ({', '.join(sorted(written)) or 'none'})",
            f"{PREFIX}.index, {PREFIX}.data-* and {CONFIG}",
            _REMEDY,
        )
    return sorted(out / name for name in written)


def _checked(archive: Path, tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """The files in an archive.

    Raises:
        BadInput: a member is a link or a device, would lie outside, or there is too much of it.
    """
    total = 0
    for number, member in enumerate(tar, start=1):
        total += member.size
        path = PurePosixPath(member.name)
        if not (member.isfile() or member.isdir()):
            raise BadInput.of(
                archive, f"{member.name}, a link or device", "files and folders", _REMEDY
            )
        if path.is_absolute() or ".." in path.parts or "\\" in member.name:
            raise BadInput.of(
                archive, f"the name {member.name}", "names inside the archive's own folder", _REMEDY
            )
        if total > LARGEST or number > MOST:
            raise BadInput.of(
                archive, f"more than {LARGEST} bytes or {MOST} files", "less", _REMEDY
            )
        if member.isfile():
            yield member


def _read_to_the_end(archive: Path, tar: tarfile.TarFile) -> None:
    """Reads what follows the last member, so that the checksum at the very end is looked at."""
    for number, _ in enumerate(iter(lambda: tar.fileobj.read(1 << 20), b"")):
        if number << 20 > LARGEST:
            raise BadInput.of(archive, f"more than {LARGEST} bytes", "less", _REMEDY)


def _wanted(name: str, prefixes: set) -> Optional[str]:
    """The name to write a member under; adds a checkpoint's own prefix to those seen."""
    path = PurePosixPath(name)
    if len(path.parts) > 2:
        return None  # of the saved model
    if path.name == CONFIG:
        return CONFIG
    found = _WANTED.fullmatch(path.name)
    if found:
        prefixes.add(found.group(1))
    return f"{PREFIX}.{found.group(2)}" if found else None


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    with tar.extractfile(member) as source, open(str(path), "wb") as target:
        shutil.copyfileobj(source, target)
