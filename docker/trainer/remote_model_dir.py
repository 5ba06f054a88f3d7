"""``model_dir``: reaching it, and fetching the newest checkpoint from it.

Only TensorFlow's own file system knows ``s3://``, and it is silent about many a failure: what is
read is compared with its size, and what is listed with a file that was just written.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import threading
from pathlib import Path
from typing import Dict, List, Mapping, Union

import tensorflow as tf

from helpers.structures.errors import BadInput
from trainer import checkpoints

BEST = "best"  # the folder of the best checkpoint
PATIENCE = 60.0  # seconds that a silent store is waited for

_PROBE = "reached.probe"
_CHECKPOINT_FILE = re.compile(r"model\.ckpt-(\d+)\.(index|meta|data-\d{5}-of-\d{5})")
_ANSWERED = re.compile(r"^\w+: ")  # S3's own name of an error; without one nobody answered

log = logging.getLogger("tensorflow")


def environment(given: Mapping[str, str]) -> Dict[str, str]:
    """The variables that TensorFlow's S3 client lacks, from what other clients go by.

    Returns:
        Only what ``given`` does not set. The client reads them once, at the first ``s3://``.
    """
    wanted = {"AWS_LOG_LEVEL": "1", "S3_CONNECT_TIMEOUT_MSEC": "3000"}
    if "AWS_DEFAULT_REGION" in given:
        wanted["AWS_REGION"] = given["AWS_DEFAULT_REGION"]
    url = given.get("AWS_ENDPOINT_URL_S3") or given.get("AWS_ENDPOINT_URL")
    if url:
        scheme, _, address = url.rpartition("://")
        wanted["S3_ENDPOINT"] = address.rstrip("/")
        wanted["S3_USE_HTTPS"] = "0" if scheme == "http" else "1"
    return {name: value for name, value in wanted.items() if name not in given}


def fetch(there: str, here: Path, patience: float = PATIENCE) -> List[str]:
    """Fetches the newest readable checkpoint of ``there`` if it is newer than the local ones.

    The best one and the evaluations so far come with it.

    Args:
        there: ``model_dir``; made when it is not there yet.
        here: the local folder of checkpoints.
        patience: seconds to wait for the first answer.

    Returns:
        The names of the checkpoint files in ``there``.

    Raises:
        BadInput: ``there`` is a whole bucket, does not answer, or cannot be written to.
    """
    if re.fullmatch(r"\w+://[^/]*/?", there):  # TensorFlow cannot list a bucket's root
        raise BadInput.of(
            f"model_dir {there}", "a whole bucket", "a folder in it", "Write s3://BUCKET/FOLDER."
        )
    os.environ.update(environment(os.environ))
    names = [name for name in _reached(there, patience) if _CHECKPOINT_FILE.fullmatch(name)]
    mine = checkpoints.newest_readable(str(here))
    have = checkpoints.step_of(mine) if mine else -1
    matches = [_CHECKPOINT_FILE.fullmatch(name) for name in names if name.endswith(".index")]
    steps = {int(match.group(1)) for match in matches if match}
    for step in sorted((step for step in steps if step > have), reverse=True):
        files = [name for name in names if name.startswith(f"model.ckpt-{step}.")]
        if _fetched(there, here, files):
            log.info("step %d fetched from %s", step, there)
            _fetch_best(there, here)
            break
        log.warning("step %d in %s is half-written; falling back to the one before", step, there)
    return names


def _fetched(there: str, here: Path, names: List[str]) -> bool:
    """Fetches one checkpoint; true when all of it can be read."""
    beside = here / ".fetched"
    shutil.rmtree(str(beside), ignore_errors=True)
    beside.mkdir(parents=True)
    try:
        for name in names:
            _get(os.path.join(there, name), beside / name)
        if checkpoints.newest_readable(str(beside)) is None:
            return False
        for name in sorted(names, key=lambda name: name.endswith(".index")):
            os.replace(str(beside / name), str(here / name))
    except tf.errors.OpError as error:
        raise _unreachable(there, error.message) from error  # rather than an older one
    finally:
        shutil.rmtree(str(beside))
    return True


def _fetch_best(there: str, here: Path) -> None:
    """Fetches the evaluations so far and the best checkpoint, the list of them last."""
    shutil.rmtree(str(here / BEST), ignore_errors=True)
    source = os.path.join(there, BEST)
    if not tf.io.gfile.isdir(source):
        return
    (here / BEST).mkdir()
    for name in sorted(tf.io.gfile.listdir(source), key=lambda name: name.endswith(".json")):
        _get(os.path.join(source, name), here / BEST / name)


def _get(source: str, target: Path) -> None:
    expected = tf.io.gfile.stat(source).length
    with tf.io.gfile.GFile(source, "rb") as reader, open(str(target), "wb") as writer:
        shutil.copyfileobj(reader, writer, 8 << 20)
    # TensorFlow's S3 reader takes an error for the end of the file.
    if target.stat().st_size != expected:
        raise tf.errors.DataLossError(None, None, f"{source} broke off")


def _reached(there: str, patience: float) -> List[str]:
    """The names in ``there``, once it has shown that it takes and lists a file."""
    said: List[Union[List[str], str]] = []

    def try_it() -> None:
        try:
            said.append(_listed(there))
        except tf.errors.OpError as error:
            said.append(error.message)

    thread = threading.Thread(target=try_it, daemon=True)
    thread.start()
    thread.join(patience)
    answer = said[0] if said else f"no answer within {patience:.0f} s"
    if isinstance(answer, str):
        raise _unreachable(there, answer)
    return answer


def _listed(there: str) -> List[str]:
    if not is_object_store(there):
        tf.io.gfile.makedirs(there)
    probe = os.path.join(there, _PROBE)
    with tf.io.gfile.GFile(probe, "w") as writer:
        writer.write("Whether the trainer may write here.\n")
    names = sorted(name.rstrip("/") for name in tf.io.gfile.listdir(there))
    tf.io.gfile.remove(probe)
    if _PROBE not in names:  # a store that went away lists nothing
        raise tf.errors.UnavailableError(None, None, "what was just written is not listed")
    return names


def is_object_store(path: str) -> bool:
    """Whether a path is an address such as ``s3://``: no folders to make, no file ever half."""
    return "://" in path


def _unreachable(there: str, cause: str) -> BadInput:
    advice = (
        "Check the bucket's name, its region and what the job's role may do"
        if _ANSWERED.match(cause)
        else "Check the network, AWS_REGION and S3_ENDPOINT"
    )
    return BadInput.of(
        f"model_dir {there}",
        cause.strip(": "),
        "a folder that can be written",
        f"{advice}, or leave model_dir out.",
    )
