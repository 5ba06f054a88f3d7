"""One file to carry to the Raspberry Pi: the folder ``pi/`` with the model in it, as a zip archive.

The same files give the same bytes: members are sorted, and have one time and one of two modes.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Dict

from helpers.system import files
from helpers.workspace import DETECT

NAME = "pi.zip"
_TOP = ("*.md", "*.py", "*.service", "*.sh", "*.txt")  # beside the package; no photos or results
_PACKAGE = "detection"
_CACHES = ("__pycache__",)
_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that the format knows
_PROGRAM, _FILE = 0o100755, 0o100644


def path_for(bundle: Path) -> Path:
    """Where the archive of a bundle goes: beside ``pi/``, or beside a bundle made elsewhere."""
    folder = bundle.resolve().parent
    return (folder.parent if folder == DETECT.parent else folder) / NAME


def write(bundle: Path, out: Path) -> Path:
    """Packs ``pi/`` and a bundle as its ``model/``.

    Args:
        bundle: the model folder.
        out: the archive; it appears whole or not at all.

    Returns:
        ``out``.
    """
    with files.replacing(out) as beside:
        with zipfile.ZipFile(str(beside), "w", zipfile.ZIP_DEFLATED) as archive:
            for name, path in sorted(_members(bundle).items()):
                member = zipfile.ZipInfo(f"pi/{name}", _TIME)
                content = path.read_bytes()
                mode = _PROGRAM if content.startswith(b"#!") else _FILE
                member.external_attr = mode << 16
                member.compress_type = zipfile.ZIP_DEFLATED
                member.create_system = 3  # Unix, on whichever system it is made
                archive.writestr(member, content)
    return out


def _members(bundle: Path) -> Dict[str, Path]:
    """The files by their names below ``pi/``."""
    program = DETECT.parent
    paths = [path for pattern in _TOP for path in program.glob(pattern)]
    paths += (program / _PACKAGE).rglob("*.py")
    named = {path.relative_to(program).as_posix(): path for path in paths}
    named.update({f"model/{path.name}": path for path in bundle.iterdir()})
    return {
        name: path
        for name, path in named.items()
        if path.is_file() and not path.name.startswith(".") and not set(path.parts) & set(_CACHES)
    }
