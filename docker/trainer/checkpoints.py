"""Checkpoints on disk or in S3: which one can be trusted, and carrying one away."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import List, Optional

import tensorflow as tf

log = logging.getLogger("tensorflow")


def newest_readable(folder: str) -> Optional[str]:
    """The newest checkpoint whose tensors can all be read; a half-written one is passed over.

    The folder's ``checkpoint`` file is pointed at the one found, since TensorFlow resumes from
    there.

    Args:
        folder: of the checkpoints, a path or ``s3://`` address.

    Returns:
        The checkpoint's prefix, or ``None`` where there is none.
    """
    prefixes = _prefixes(folder)
    for prefix in prefixes:
        if _readable(prefix):
            older = [p for p in reversed(prefixes) if step_of(p) <= step_of(prefix)]
            tf.compat.v1.train.update_checkpoint_state(
                folder, prefix, all_model_checkpoint_paths=older)
            return prefix
        log.warning("checkpoint %s is half-written; falling back to the one before", prefix)
    state = os.path.join(folder, "checkpoint")
    if prefixes and tf.io.gfile.exists(state):
        tf.io.gfile.remove(state)  # or TensorFlow would resume from a broken one
    return None


def step_of(prefix: str) -> int:
    """The training step in a checkpoint's name."""
    return int(prefix.rsplit("-", 1)[1])


def _prefixes(folder: str) -> List[str]:
    if not tf.io.gfile.isdir(folder):
        return []
    found = tf.io.gfile.glob(os.path.join(folder, "model.ckpt-*.index"))
    prefixes = (path[:-len(".index")] for path in found)
    return sorted((prefix for prefix in prefixes if prefix.rsplit("-", 1)[1].isdigit()),
                  key=step_of, reverse=True)


def _readable(prefix: str) -> bool:
    try:
        reader = tf.train.load_checkpoint(prefix)
        for name in sorted(reader.get_variable_to_shape_map()):
            reader.get_tensor(name)
    except (tf.errors.OpError, ValueError) as error:
        log.warning("%s", error)
        return False
    return True


def ship(prefix: str, events_of: str, out: Path) -> None:
    """Copies one checkpoint and the event files into the archive's folder.

    Args:
        prefix: of the checkpoint.
        events_of: the folder that training and evaluation wrote events to.
        out: ``/opt/ml/model``; checkpoints of an earlier try there are removed.
    """
    out.mkdir(parents=True, exist_ok=True)
    for stale in sorted(out.glob("model.ckpt-*")):
        stale.unlink()
    events = tf.io.gfile.glob(os.path.join(events_of, "events.out.*"))
    events += tf.io.gfile.glob(os.path.join(events_of, "eval*", "events.out.*"))
    for source in tf.io.gfile.glob(prefix + ".*") + events:
        target = out / os.path.relpath(source, events_of)
        target.parent.mkdir(parents=True, exist_ok=True)
        tf.io.gfile.copy(source, str(target), overwrite=True)
    tf.compat.v1.train.update_checkpoint_state(str(out), os.path.basename(prefix))
