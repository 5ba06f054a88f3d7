"""Zip archives that others packed, wheels among them, read as carefully as tar archives."""

from __future__ import annotations

import stat
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import Collection, Dict, Iterator, List

from helpers.system import files
from helpers.system.archives import Limits, broken, require_inside, special_member, too_much


@contextmanager
def opened(archive: Path) -> Iterator[zipfile.ZipFile]:
    """Opens a zip archive.

    Args:
        archive: the file.

    Raises:
        BadInput: the archive is cut off or broken, or the disk does not take what is unpacked.
    """
    try:
        with zipfile.ZipFile(str(archive)) as opened_zip:
            yield opened_zip
    except OSError as error:
        raise files.unwritable(archive, error) from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise broken(archive, error, ".zip") from error


def checked_members(
    archive: Path,
    content: zipfile.ZipFile,
    limits: Limits,
    remedy: str,
    prefixes: Collection[str] = ("",),
) -> List[zipfile.ZipInfo]:
    """The files and folders in an archive, once all of them are known to be harmless.

    Args:
        archive: the file, for the message.
        content: that is read.
        limits: of what it may hold.
        remedy: what the user can do about a refused archive.
        prefixes: of the names that are wanted; others, such as links, are left where they are.

    Raises:
        BadInput: a member is a link or a device, would lie outside, or there is too much of it.
    """
    everything = content.infolist()
    members = [member for member in everything if member.filename.startswith(tuple(prefixes))]
    for member in members:
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise special_member(archive, member.filename, remedy)
        require_inside(archive, member.filename, remedy)
    if limits.exceeded(sum(member.file_size for member in everything), len(everything)):
        raise too_much(archive, limits, remedy)
    return members


def read_files(
    archive: Path, names: Collection[str], limits: Limits, remedy: str
) -> Dict[str, bytes]:
    """The bytes of some files of an archive, which is checked as a whole.

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
    with opened(archive) as content:
        members = checked_members(archive, content, limits, remedy)
        return {
            member.filename: content.read(member) for member in members if member.filename in names
        }


def unpack(archive: Path, folder: Path, prefixes: Collection[str], limits: Limits) -> None:
    """Unpacks the files whose names begin with one of some prefixes.

    Args:
        archive: the file.
        folder: to unpack into; nothing is written when the archive is refused.
        prefixes: folders or files of the archive.
        limits: of what the archive may hold.

    Raises:
        BadInput: as :func:`checked_members` and :func:`opened`.
    """
    with opened(archive) as content:
        for member in checked_members(archive, content, limits, "Do not use it.", prefixes):
            content.extract(member, str(folder))
