"""The checkpoint and its config in an archive of the model zoo.

Nothing is written under a name that stands in the archive: the few files that are needed are
recognized by their names and written under ours.
"""

from __future__ import annotations

import re
import shutil
import tarfile
from pathlib import Path, PurePosixPath
from typing import List, Optional, Set

from helpers.structures.errors import BadInput
from helpers.system import archives
from helpers.system.archives import Limits
from helpers.workspace import CHECKPOINT_PREFIX, TrainingChannel

LIMITS = Limits(max_bytes=8 << 30, max_members=10_000)
_FILES = re.compile(r"(model\.ckpt(?:-\d+)?)\.(index|meta|data-\d{5}-of-\d{5})")
LICENSE, SOURCE = "LICENSE", "SOURCE.json"  # where the weights come from a package
BESIDE = (TrainingChannel.CONFIG, LICENSE, SOURCE)  # files beside the checkpoint
_REMEDY = "Use an archive of the model zoo."


def extract_checkpoint(archive: Path, out: Path) -> List[Path]:
    """Writes an archive's ``model.ckpt.*``, ``pipeline.config``, license and source into a folder.

    Args:
        archive: ``.tar.gz``, or another compression of the same.
        out: an existing folder.

    Returns:
        The files, sorted.

    Raises:
        BadInput: the archive is cut off, broken or dangerous, or holds no such files.
    """
    written: Set[str] = set()
    prefixes: Set[str] = set()
    with archives.opened(archive) as tar:
        for member in archives.checked_members(archive, tar, LIMITS, _REMEDY):
            name = _target_name(member.name, prefixes) if member.isfile() else None
            if name in written or len(prefixes) > 1:
                raise BadInput.of(
                    archive, f"{member.name} beside another of its kind", "one checkpoint", _REMEDY
                )
            if name:
                _write(tar, member, out / name)
                written.add(name)
        archives.read_to_the_end(archive, tar, LIMITS, _REMEDY)
    _require_whole_checkpoint(archive, written)
    return sorted(out / name for name in written)


def _require_whole_checkpoint(archive: Path, written: Set[str]) -> None:
    index = f"{CHECKPOINT_PREFIX}.index"
    data = [name for name in written if ".data-" in name]
    if not {TrainingChannel.CONFIG, index} <= written or not data:
        raise BadInput.of(
            archive,
            f"no whole checkpoint ({', '.join(sorted(written)) or 'none'})",
            f"{index}, {CHECKPOINT_PREFIX}.data-* and {TrainingChannel.CONFIG}",
            _REMEDY,
        )


def _target_name(name: str, prefixes: Set[str]) -> Optional[str]:
    """The name to write a member under; adds a checkpoint's own prefix to ``prefixes``."""
    path = PurePosixPath(name)
    if len(path.parts) > 2:
        return None  # of the saved model
    if path.name in BESIDE:
        return path.name
    match = _FILES.fullmatch(path.name)
    if not match:
        return None
    prefixes.add(match.group(1))
    return f"{CHECKPOINT_PREFIX}.{match.group(2)}"


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    source = tar.extractfile(member)
    assert source is not None, "only files get here"
    with source, open(str(path), "wb") as target:
        shutil.copyfileobj(source, target)
