"""Tar archives that others packed: nothing of them reaches outside of the folder it belongs in.

An archive with a member that could reach elsewhere is refused as a whole.
"""

from __future__ import annotations

import tarfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Collection, Dict, Iterator, Optional, Union

from helpers.structures.errors import BadInput
from helpers.system import files

_AGAIN = "Delete it and fetch it again."


@dataclass(frozen=True)
class Limits:
    """How much an archive may hold.

    Attributes:
        max_bytes: unpacked, of all that is in the archive; ``None`` sets no limit.
        max_members: files and folders in it; ``None`` sets no limit.
    """

    max_bytes: Optional[int] = None
    max_members: Optional[int] = None

    def exceeded(self, size: int, members: int) -> bool:
        """Whether this many bytes or members are too much."""
        too_large = self.max_bytes is not None and size > self.max_bytes
        return too_large or (self.max_members is not None and members > self.max_members)


UNLIMITED = Limits()


@contextmanager
def opened(archive: Path) -> Iterator[tarfile.TarFile]:
    """Opens a tar archive of any compression.

    Args:
        archive: the file.

    Raises:
        BadInput: the archive is cut off or broken, or the disk does not take what is unpacked.
    """
    try:
        with tarfile.open(str(archive), "r:*") as tar:
            yield tar
    except OSError as error:
        if error.filename or error.errno:
            raise files.unwritable(archive, error) from error
        raise broken(archive, error) from error
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise broken(archive, error) from error


def broken(archive: Path, error: Exception, suffix: str = ".tar.gz") -> BadInput:
    """The refusal of an archive that does not read to its end.

    Args:
        archive: the file.
        error: what reading it said.
        suffix: of such archives.
    """
    return BadInput.of(
        archive, f"an archive that is cut off or broken ({error})", f"a whole {suffix}", _AGAIN
    )


def special_member(archive: Path, name: str, remedy: str) -> BadInput:
    """The refusal of a member that is no file and no folder.

    Args:
        archive: the file.
        name: of the member.
        remedy: what the user can do about a refused archive.
    """
    return BadInput.of(archive, f"{name}, a link or device", "files and folders", remedy)


def too_much(archive: Path, limits: Limits, remedy: str) -> BadInput:
    """The refusal of an archive that holds more than it may.

    Args:
        archive: the file.
        limits: that it exceeds.
        remedy: what the user can do about a refused archive.
    """
    more = f"more than {limits.max_bytes} bytes or {limits.max_members} files"
    return BadInput.of(archive, more, "less", remedy)


def checked_members(
    archive: Path, tar: tarfile.TarFile, limits: Limits, remedy: str
) -> Iterator[tarfile.TarInfo]:
    """The files and folders in an archive, each once it is known to be harmless.

    Args:
        archive: the file, for the message.
        tar: that is read.
        limits: of what it may hold.
        remedy: what the user can do about a refused archive.

    Raises:
        BadInput: a member is a link or a device, would lie outside, or there is too much of it.
    """
    size = 0
    for number, member in enumerate(tar, start=1):
        size += member.size
        if not (member.isfile() or member.isdir()):
            raise special_member(archive, member.name, remedy)
        require_inside(archive, member.name, remedy)
        if limits.exceeded(size, number):
            raise too_much(archive, limits, remedy)
        yield member


def require_inside(archive: Union[str, Path], name: str, remedy: str) -> None:
    """Requires a member's name that stays inside of the folder that is unpacked into.

    Args:
        archive: the file or address, for the message.
        name: of the member.
        remedy: what the user can do about a refused archive.

    Raises:
        BadInput: the name is absolute, goes upwards or has a backslash.
    """
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name:
        raise BadInput.of(
            archive, f"the name {name}", "names inside the archive's own folder", remedy
        )


def read_to_the_end(archive: Path, tar: tarfile.TarFile, limits: Limits, remedy: str) -> None:
    """Reads what follows the last member, so that the checksum at the very end is verified.

    Args:
        archive: the file, for the message.
        tar: whose members have all been read.
        limits: of what may follow.
        remedy: what the user can do about a refused archive.

    Raises:
        BadInput: too much follows.
    """
    stream = tar.fileobj
    for number, _ in enumerate(iter(lambda: stream.read(1 << 20), b"")):  # type: ignore[union-attr]
        if limits.exceeded(number << 20, 0):
            raise BadInput.of(archive, f"more than {limits.max_bytes} bytes", "less", remedy)


def read_files(
    archive: Path, names: Collection[str], limits: Limits, remedy: str
) -> Dict[str, bytes]:
    """The bytes of some files of a tar archive, which is checked as a whole.

    Args:
        archive: the file.
        names: as they stand in the archive.
        limits: of what the archive may hold.
        remedy: what the user can do about a refused archive.

    Returns:
        Bytes by name; names that are not in the archive are left out.

    Raises:
        BadInput: as :func:`checked_members` and :func:`opened`.
    """
    found: Dict[str, bytes] = {}
    with opened(archive) as tar:
        for member in checked_members(archive, tar, limits, remedy):
            if member.name in names and member.isfile():
                found[member.name] = tar.extractfile(member).read()  # type: ignore[union-attr]
        read_to_the_end(archive, tar, limits, remedy)
    return found


def unpack(archive: Path, folder: Path) -> Dict[str, int]:
    """Unpacks all files and folders of a tar archive; links and other kinds are refused.

    Args:
        archive: the file.
        folder: to unpack into; nothing is written when the archive is refused.

    Returns:
        Size by name, in bytes.

    Raises:
        BadInput: the archive is broken or a member would lie outside of the folder.
    """
    with opened(archive) as tar:
        members = list(checked_members(archive, tar, UNLIMITED, "Do not use it."))
        tar.extractall(str(folder), members)
    return {member.name: member.size for member in members if member.isfile()}
