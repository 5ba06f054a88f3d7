"""The checkpoints folder, copied to ``model_dir`` while it grows.

The job always trains on its local folder. TensorFlow's S3 client holds a call for half a minute
when the store cannot be reached, so a thread of its own does the copying: an outage costs retries
and never the job.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import threading
import time
from pathlib import Path
from typing import (
    Any,
    ContextManager,
    Dict,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
    Union,
)

import tensorflow as tf

from helpers.structures.errors import BadInput
from trainer import remote_model_dir

EVERY = 3.0  # seconds between two passes
LONGEST_WAIT = 60.0  # seconds between two tries while the store is away

Stamp = Union[str, Tuple[int, int]]  # the text of a `checkpoint` file, else bytes and time

_PART = re.compile(r"(?P<prefix>.*)\.(?P<kind>index|meta|data-\d{5}-of-(?P<shards>\d{5}))")
_BEING_WRITTEN = re.compile(r"(^|/)\.|_temp_|\.temp|\.tmp|\.part$")

log = logging.getLogger("tensorflow")


class Plan(NamedTuple):
    """What one pass does, in this order.

    Attributes:
        withdrawn: index files taken away, because the checkpoint behind them is written anew.
        sent: files to copy; no index before its data, and the ``checkpoint`` files last.
        removed: files that are gone here; an index before its data.
    """

    withdrawn: List[str]
    sent: List[str]
    removed: List[str]


def snapshot(folder: Path) -> Dict[str, Stamp]:
    """The files below a folder that a reader may have, by name relative to it.

    What is still being written is left out, and so is the index of a checkpoint that is not whole.
    """
    # The states first: the checkpoints they name are then surely among the files.
    found: Dict[str, Stamp] = {}
    for path in sorted(folder.glob("**/checkpoint")):
        found[path.relative_to(folder).as_posix()] = path.read_text(encoding="utf-8")
    for path in sorted(folder.glob("**/*")):
        name = path.relative_to(folder).as_posix()
        if path.name != "checkpoint" and not _BEING_WRITTEN.search(name) and path.is_file():
            with contextlib.suppress(FileNotFoundError):  # removed this very moment
                status = path.stat()
                found[name] = (status.st_size, status.st_mtime_ns)
    return {name: stamp for name, stamp in found.items() if _is_whole(name, found)}


def _is_whole(name: str, names: Mapping[str, Any]) -> bool:
    if not name.endswith(".index"):
        return True
    parts = [_PART.fullmatch(other) for other in names if other.startswith(name[: -len("index")])]
    data = [part for part in parts if part and part.group("shards")]
    return bool(data) and len(data) == int(data[0].group("shards"))


def plan(here: Mapping[str, Stamp], there: Mapping[str, Optional[Stamp]]) -> Plan:
    """What has to be done so that ``there`` becomes as ``here``.

    At no moment in between does a reader find an index whose data is not there.

    Args:
        here: as from :func:`look`.
        there: what each file there was when it was sent; ``None`` is not known.
    """
    sent = sorted(
        (name for name in here if there.get(name) != here[name]),
        key=lambda name: (_rank(name), name),
    )
    rewritten = {
        f"{part.group('prefix')}.index"
        for part in map(_PART.fullmatch, sent)
        if part and part.group("shards")
    }
    gone = sorted(
        (name for name in there if name not in here), key=lambda name: (-_rank(name), name)
    )
    return Plan(sorted(rewritten & set(there)), sent, gone)


def _rank(name: str) -> int:
    if "tfevents" in name:
        return 0
    if name.endswith(".index"):
        return 2
    return 1 if _PART.fullmatch(name) else 3


def portable(state: str) -> str:
    """The text of a ``checkpoint`` file with plain names, which hold wherever the folder lies."""
    return re.sub(r'"[^"]*/', '"', state)


def to(model_dir: Optional[str], here: Path) -> ContextManager[Any]:
    """Fetches what is newer in ``model_dir``, and copies new files there while the body runs.

    Args:
        model_dir: a path or ``s3://`` address; ``None`` copies nothing.
        here: the local folder of checkpoints.

    Returns:
        A :class:`CheckpointSync`, or a context without one.

    Raises:
        BadInput: ``model_dir`` cannot be used.
    """
    here = here.resolve()
    target = (
        here
        if model_dir is None or remote_model_dir.is_object_store(model_dir)
        else Path(model_dir).resolve()
    )
    if here in target.parents or target in here.parents:
        raise BadInput.of(
            f"model_dir {model_dir}",
            f"a folder around or in {here}",
            "one beside it",
            "Leave model_dir out, or choose another folder.",
        )
    if model_dir is None or model_dir == str(target) == str(here):
        return contextlib.nullcontext()
    return CheckpointSync(here, model_dir, remote_model_dir.fetch(model_dir, here))


class CheckpointSync:
    """Copies one folder to another place, from ``with`` to the end of its body."""

    def __init__(
        self,
        here: Path,
        there: str,
        older: Sequence[str] = (),
        every: float = EVERY,
        patience: float = remote_model_dir.PATIENCE,
    ):
        """Describes what is copied where; nothing is copied yet.

        Args:
            here: the folder that grows.
            there: a path or ``s3://`` address.
            older: names of checkpoint files already there. Those that are not here go as soon as
                the newest checkpoint that is here now has gone.
            every: seconds between two passes.
            patience: seconds without progress after which the end is not waited for any longer.
        """
        self._here, self._there = here, there
        self._every, self._patience = every, patience
        self._known: Dict[str, Optional[Stamp]] = {}
        now = snapshot(here)
        self._older = [name for name in older if name not in now]
        self._newest = max(
            (name for name in now if name.endswith(".index") and "/" not in name),
            key=lambda name: now[name][1],
            default=None,
        )
        self._ending, self._given_up = threading.Event(), threading.Event()
        self._behind, self._progress = True, time.monotonic()
        self._thread = threading.Thread(target=self._run, name="checkpoint_sync", daemon=True)

    def __enter__(self) -> "CheckpointSync":
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def close(self) -> None:
        """Copies what is left, unless the store stays unreachable; logs which of the two it was."""
        self._progress = time.monotonic()
        self._ending.set()
        while self._thread.is_alive() and time.monotonic() - self._progress < self._patience:
            self._thread.join(0.1)
        self._given_up.set()
        if self._behind:
            log.warning(
                "model_dir %s stayed away: the last checkpoints and events are not there. "
                "All that was trained lies in %s; the job goes on without the store.",
                self._there,
                self._here,
            )

    def _run(self) -> None:
        away_since, wait = None, 0.0
        while not self._given_up.is_set():
            self._pause(wait, away_since is not None)
            ending = self._ending.is_set()
            try:
                self._copy_changes()
            except (tf.errors.OpError, OSError) as error:
                away_since = away_since or time.monotonic()
                wait = min(max(2 * wait, self._every), LONGEST_WAIT)
                log.warning(
                    "model_dir %s cannot be written (%s); trying again in %.0f s, the job goes on",
                    self._there,
                    str(error).strip(": "),
                    wait,
                )
                continue
            if away_since:
                log.info(
                    "model_dir %s is back after %.0f s; all is there",
                    self._there,
                    time.monotonic() - away_since,
                )
            if ending:
                return
            away_since, wait = None, self._every

    def _pause(self, wait: float, away: bool) -> None:
        if not self._ending.is_set():
            self._ending.wait(wait)
        elif away:
            self._given_up.wait(min(wait, self._every))

    def _copy_changes(self) -> None:
        """Makes ``there`` as ``here`` once."""
        self._behind = True
        here = snapshot(self._here)
        if self._newest and self._newest not in here:
            self._known.update((name, None) for name in self._older)
            self._newest = None
        steps = plan(here, self._known)
        for name in steps.withdrawn:
            self._remove(name)
        for name in steps.sent:
            self._send(name, here[name])
        for name in steps.removed:
            self._remove(name)
        self._behind = False

    def _send(self, name: str, stamp: Stamp) -> None:
        source, target = self._here / name, os.path.join(self._there, name)
        try:
            _put(source, stamp, target)
        except tf.errors.OpError:
            if source.exists():
                raise
            return  # removed in the meantime, which the next look sees
        self._known[name], self._progress = stamp, time.monotonic()

    def _remove(self, name: str) -> None:
        path = os.path.join(self._there, name)
        try:
            tf.io.gfile.remove(path)
        except tf.errors.NotFoundError:
            log.info("%s was gone already", path)
        del self._known[name]


def _put(source: Path, stamp: Stamp, target: str) -> None:
    """Writes one file there in one go; an object store never shows half a file by itself."""
    beside = target
    if not remote_model_dir.is_object_store(target):
        tf.io.gfile.makedirs(os.path.dirname(target))
        beside += ".part"
    if isinstance(stamp, str):
        with tf.io.gfile.GFile(beside, "w") as writer:
            writer.write(portable(stamp))
    else:
        tf.io.gfile.copy(str(source), beside, overwrite=True)
    if beside != target:
        tf.io.gfile.rename(beside, target, overwrite=True)
