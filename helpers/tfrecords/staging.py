"""Where shards wait until all are finished, so that a run can be killed at any moment.

They wait in a hidden folder beside their place, named by what they are made from. When the last one
is there, all are moved into place together. Until then the files of an earlier run stay whole; and
the next run goes on from what is finished.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path
from typing import Any, Dict, Sequence, Union

from helpers.structures.errors import BadInput
from helpers.system import files
from helpers.tfrecords.framing import existing
from helpers.tfrecords.sharding import Shard

_LOCK = "lock"


class Staging:
    """The waiting place of one set of shards; a context, in which no other process may write them.

    Attributes:
        out: ``NAME.record``.
    """

    def __init__(self, out: Union[str, Path], shards: Sequence[Shard]):
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
                "one at a time",
                "Wait for the other one, or end it.",
            )
        self._tidy()
        self._known = files.read_json(self._manifest) if self._manifest.exists() else {}
        return self

    def __exit__(self, *_) -> None:
        if self._folder.exists():
            self._tidy()
            if not any(self.is_waiting(shard) for shard in self._shards):
                shutil.rmtree(str(self._folder))
        self._lock.close()

    def _tidy(self) -> None:
        """Removes what a killed process left half-written, and what was for another set."""
        wanted = {shard.made_from for shard in self._shards} | {_LOCK}
        for path in sorted(self._folder.iterdir()):
            if path.name not in wanted:
                path.unlink()

    def waiting(self, shard: Shard) -> Path:
        """Where a finished shard waits."""
        return self._folder / shard.made_from

    def is_waiting(self, shard: Shard) -> bool:
        """Whether a shard is finished."""
        return self.waiting(shard).exists()

    def is_in_place(self, shard: Shard) -> bool:
        """Whether an earlier run has put a shard in place and nobody has touched it since."""
        known = self._known.get(shard.path.name)
        return bool(known) and shard.path.exists() and known == _entry(shard, shard.path)

    def beside(self, shard: Shard) -> Path:
        """Where this process may write a shard; what is not finished goes in the end."""
        return self._folder / f"{shard.made_from}.{os.getpid()}.part"

    def finish(self, shard: Shard, beside: Path) -> None:
        """Takes what was written as the finished shard."""
        os.replace(str(beside), str(self.waiting(shard)))

    def publish(self) -> None:
        """Moves every finished shard into place, and removes shards of another number."""
        lies = [
            self.waiting(shard) if self.is_waiting(shard) else shard.path for shard in self._shards
        ]
        # First the word, then the deed: killed between the two, the next run finds both.
        files.write_json(
            self._manifest,
            {shard.path.name: _entry(shard, path) for shard, path in zip(self._shards, lies)},
        )
        for shard, path in zip(self._shards, lies):
            os.replace(str(path), str(shard.path))
        wanted = {shard.path for shard in self._shards}
        for path in existing(self.out):
            if path not in wanted:
                path.unlink()


def _entry(shard: Shard, path: Path) -> Dict[str, Any]:
    found = path.stat()
    return {
        "made_from": shard.made_from,
        "images": len(shard.records),
        "bytes": found.st_size,
        "changed": found.st_mtime_ns,
    }


def _locked(stream) -> bool:
    """Locks a file for this process, without waiting; the lock ends with the process at latest."""
    try:
        fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
