"""Zip archives that others packed, wheels among them, read as carefully as tar archives."""

from __future__ import annotations

import os
import shutil
import stat
import zipfile
import zlib
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Collection, Dict, Iterator, List, Union

from helpers.structures.errors import BadInput
from helpers.system import files
from helpers.system.archives import Limits, broken, require_inside, special_member, too_much

_ENCRYPTED, _NAMES_ARE_UTF8 = 0x1, 0x800  # flags of a member
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_ASIDE = "__MACOSX/"  # what macOS adds about its files
_BY_HAND = "Unpack it yourself, and give the folder."


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
        BadInput: a member is a link or a device, would lie outside, needs a password or a program
            of its own to unpack, or there is too much of it.
    """
    everything = content.infolist()
    members = [member for member in everything if member.filename.startswith(tuple(prefixes))]
    for member in members:
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise special_member(archive, member.filename, remedy)
        require_inside(archive, member.filename, remedy)
        if member.flag_bits & _ENCRYPTED or member.compress_type not in _COMPRESSIONS:
            what = f"{member.filename}, encrypted or compressed in a way that Python cannot read"
            raise BadInput.of(archive, what, "files without a password, deflated or stored", remedy)
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


def _named(archive: Path, members: List[zipfile.ZipInfo]) -> List[zipfile.ZipInfo]:
    """The members but those of macOS, under their names.

    Programs that do not say how names are encoded mostly write UTF-8, and zipfile assumes cp437.

    Raises:
        BadInput: two have one name.
    """
    kept = [member for member in members if not member.filename.startswith(_ASIDE)]
    for member in kept:
        if not member.flag_bits & _NAMES_ARE_UTF8:
            with suppress(UnicodeError):
                member.filename = member.filename.encode("cp437").decode("utf-8")
    names = sorted(member.filename for member in kept)
    twice = next((name for name, other in zip(names, names[1:]) if name == other), None)
    if twice is not None:
        raise BadInput.of(archive, f"{twice} twice", "each file once", _BY_HAND)
    return kept


def is_zip(path: Union[str, Path]) -> bool:
    """Whether a file is a zip archive by its content, and no document that is one inside."""
    path = Path(path)
    if not path.is_file() or path.suffix.lower() not in ("", ".zip"):
        return False
    with path.open("rb") as stream:
        return stream.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def unpack_once(archive: Path, into: Path, limits: Limits) -> Path:
    """Unpacks an archive into a folder of its own, unless that was done before.

    What lies in that folder is never written over, and stands there whole or not at all.

    Args:
        archive: the file.
        into: where the folder is made; it is named for the archive, its size and time.
        limits: of what the archive may hold.

    Returns:
        The folder.

    Raises:
        BadInput: as :func:`checked_members` and :func:`opened`, or two files have one name.
    """
    folder = into / f"{archive.stem}-{files.stamp_key(archive)}"
    if folder.is_dir():
        return folder
    beside = into / f".{folder.name}.{os.getpid()}.part"
    try:
        with opened(archive) as content:
            beside.mkdir(parents=True)
            for member in _named(archive, checked_members(archive, content, limits, _BY_HAND)):
                content.extract(member, str(beside))
        beside.rename(folder)
    finally:
        shutil.rmtree(str(beside), ignore_errors=True)
    return folder
