"""Finished shards are kept in a staging folder until all are finished.

A run can so be killed at any moment. The staging folder is hidden, beside the shards' final paths;
a staged shard is named by the digest of its inputs. When the last shard is finished, all are moved
to their final paths together. Until then the files of an earlier run stay complete, and the next
run continues with the shards that are not finished.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path
from typing import Any, BinaryIO, Dict, Sequence, Union

from helpers.structures.errors import BadInput
from helpers.system import files
from helpers.tfrecords.framing import existing
from helpers.tfrecords.sharding import Shard

_LOCK = "lock"


class Staging:
    """The staging folder of one set of shards; a context in which no other process may write them.

    Attributes:
        out: ``NAME.record``.
    """

    def __init__(self, out: Union[str, Path], shards: Sequence[Shard]) -> None:
        self.out = Path(out)
        self._shards = shards
        self._folder = self.out.with_name(f".{self.out.name}.unfinished")
        self._manifest = self.out.with_name(f".{self.out.name}.json")

    def __enter__(self) -> "Staging":
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock = open(str(self._folder / _LOCK), "wb")
        except OSError as error:
            raise files.unwritable(self.out, error) from error
        if not _locked(self._lock):
            self._lock.close()
            raise BadInput.of(
                self.out,
                "another process that is writing it",
                "one process at a time",
                "Wait for the other process, or end it.",
            )
        self._tidy()
        self._known = files.read_json(self._manifest) if self._manifest.exists() else {}
        return self

    def __exit__(self, *_: Any) -> None:
        if self._folder.exists():
            self._tidy()
            if not any(self.is_staged(shard) for shard in self._shards):
                shutil.rmtree(str(self._folder))
        self._lock.close()

    def _tidy(self) -> None:
        """Removes unfinished files of a killed process, and staged shards of another set."""
        kept = {shard.made_from for shard in self._shards} | {_LOCK}
        for path in sorted(self._folder.iterdir()):
            if path.name not in kept:
                path.unlink()

    def staged(self, shard: Shard) -> Path:
        """The path of a finished shard in the staging folder."""
        return self._folder / shard.made_from

    def is_staged(self, shard: Shard) -> bool:
        """Whether a shard is finished and not yet moved to its final path."""
        return self.staged(shard).exists()

    def is_in_place(self, shard: Shard) -> bool:
        """Whether an earlier run moved this shard to its final path, unchanged since."""
        known = self._known.get(shard.path.name)
        return bool(known) and shard.path.exists() and known == _entry(shard, shard.path)

    def unfinished(self, shard: Shard) -> Path:
        """The path to which this process writes a shard; removed unless it is finished."""
        return self._folder / f"{shard.made_from}.{os.getpid()}.part"

    def finish(self, shard: Shard) -> None:
        """Marks what was written to :meth:`unfinished` as the finished shard."""
        os.replace(str(self.unfinished(shard)), str(self.staged(shard)))

    def publish(self) -> None:
        """Moves every finished shard to its final path, and removes shards of another number."""
        current = [
            self.staged(shard) if self.is_staged(shard) else shard.path for shard in self._shards
        ]
        # The entries first: a run killed between the two steps leaves staged shards and entries.
        files.write_json(
            self._manifest,
            {shard.path.name: _entry(shard, path) for shard, path in zip(self._shards, current)},
        )
        for shard, path in zip(self._shards, current):
            os.replace(str(path), str(shard.path))
        final = {shard.path for shard in self._shards}
        for path in existing(self.out):
            if path not in final:
                path.unlink()


def _entry(shard: Shard, path: Path) -> Dict[str, Any]:
    stamp = files.stamp(path)
    return {
        "made_from": shard.made_from,
        "images": len(shard.records),
        "bytes": stamp.size,
        "changed": stamp.modified,
    }


def _locked(stream: BinaryIO) -> bool:
    """Locks a file without waiting; the lock ends with the process at the latest."""
    try:
        fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
