"""Checkpoints on disk or in S3: which one can be read, and copying one."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import List, Optional, Sequence

import tensorflow as tf

from helpers.export import quantization
from helpers.structures.errors import BadInput
from helpers.system import files

log = logging.getLogger("trainer")
NAME = "model.ckpt"


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
        if is_readable(prefix):
            older = [p for p in reversed(prefixes) if step_of(p) <= step_of(prefix)]
            tf.compat.v1.train.update_checkpoint_state(
                folder, prefix, all_model_checkpoint_paths=older
            )
            return prefix
        log.warning("checkpoint %s is half-written; falling back to the one before", prefix)
    state = os.path.join(folder, "checkpoint")
    if tf.io.gfile.exists(state):
        tf.io.gfile.remove(state)  # or TensorFlow would resume from one that is broken or gone
    return None


def step_of(prefix: str) -> int:
    """The training step in a checkpoint's name."""
    return int(prefix.rsplit("-", 1)[1])


def _glob(pattern: str) -> List[str]:
    """What a pattern fits, sorted; nothing where there is no such folder."""
    try:
        return sorted(tf.io.gfile.glob(pattern))
    except tf.errors.NotFoundError:
        return []


def _prefixes(folder: str) -> List[str]:
    found = _glob(os.path.join(folder, f"{NAME}-*.index"))
    prefixes = (path[: -len(".index")] for path in found)
    return sorted(
        (prefix for prefix in prefixes if prefix.rsplit("-", 1)[1].isdigit()),
        key=step_of,
        reverse=True,
    )


def is_readable(prefix: str) -> bool:
    """Whether all tensors of a checkpoint can be read."""
    try:
        reader = tf.train.load_checkpoint(prefix)
        for name in sorted(reader.get_variable_to_shape_map()):
            reader.get_tensor(name)
    except (tf.errors.OpError, ValueError) as error:
        log.warning("%s", error)
        return False
    return True


def check_fits(prefix: str, variables: Sequence[tf.Variable]) -> None:
    """Compares a checkpoint with the variables that are to be restored from it.

    Raises:
        BadInput: it is another model's, or was trained without the fake-quant nodes that they have.
    """
    stored = tf.train.load_checkpoint(prefix).get_variable_to_shape_map()
    odd = sorted(
        variable.op.name
        for variable in variables
        if stored.get(variable.op.name) != variable.shape.as_list()
    )
    if (
        odd
        and not quantization.has_fake_quant(sorted(stored))
        and all(quantization.has_fake_quant([name]) for name in odd)
    ):
        raise BadInput.of(
            prefix,
            "a checkpoint trained without quantization",
            "one with fake-quant nodes, for inference_type QUANTIZED_UINT8",
            "Give the job another name, or leave that inference_type out.",
        )
    if odd:
        shown = ", ".join(odd[:3]) + (f" and {len(odd) - 3} more" if odd[3:] else "")
        raise BadInput.of(
            prefix,
            f"another model's checkpoint: {shown} missing or of another shape",
            "one of the model in pipeline.config",
            "Give the job another name or an empty folder for its checkpoints.",
        )


def tidy(folder: str) -> None:
    """Makes the folder, or removes what a killed process left of a checkpoint it was writing."""
    tf.io.gfile.makedirs(folder)
    for path in _glob(os.path.join(folder, f"{NAME}-*_temp_*")):
        tf.io.gfile.rmtree(path)


def remove(prefix: str) -> None:
    """Removes a checkpoint, should it be there; the newest before it becomes the newest."""
    for path in _glob(prefix + ".*"):
        tf.io.gfile.remove(path)
    newest_readable(os.path.dirname(prefix))


def copy(prefix: str, folder: str) -> None:
    """Copies one checkpoint into a folder that is there."""
    for source in _glob(prefix + ".*"):
        tf.io.gfile.copy(source, os.path.join(folder, os.path.basename(source)), overwrite=True)


def keep_only(folder: str, step: int) -> None:
    """Removes all checkpoints in a folder but that of one step."""
    for path in _glob(os.path.join(folder, f"{NAME}-*")):
        if not os.path.basename(path).startswith(f"{NAME}-{step}."):
            tf.io.gfile.remove(path)


def write_text(path: str, text: str) -> None:
    """Writes a text file on disk or in S3 in one go."""
    with tf.io.gfile.GFile(f"{path}.part", "w") as stream:
        stream.write(text)
    tf.io.gfile.rename(f"{path}.part", path, overwrite=True)


def ship(folder: str, out: Path) -> None:
    """Copies the newest checkpoint, the best one and the event files into the archive's folder.

    A checkpoint that is both is there once, as the newest.

    Args:
        folder: that training and evaluation wrote to.
        out: ``/opt/ml/model``; checkpoints of an earlier try there are removed.
    """
    newest = newest_readable(folder)
    if newest is None:
        return
    out.mkdir(parents=True, exist_ok=True)
    keep_only(str(out), step_of(newest))
    best = "best/*.json" if _is_best(Path(newest)) else "best/*"
    patterns = (os.path.basename(newest) + ".*", "events.out.*", "eval*/events.out.*", best)
    wanted = [
        path.relative_to(folder)
        for pattern in patterns
        for path in sorted(Path(folder).glob(pattern))
    ]
    for stale in sorted(set(out.glob("best/*")) - {out / name for name in wanted}):
        stale.unlink()
    for name in wanted:
        files.copy(Path(folder) / name, out / name)
    tf.compat.v1.train.update_checkpoint_state(str(out), os.path.basename(newest))


def _is_best(newest: Path) -> bool:
    """Whether a checkpoint is the one in ``best``; an index has a checksum of every tensor."""
    kept = newest.parent / "best" / f"{newest.name}.index"
    return kept.is_file() and kept.read_bytes() == Path(f"{newest}.index").read_bytes()
