"""S3: where a job's inputs and results lie, and which files go there; nothing is sent here."""

from __future__ import annotations

import fnmatch
import re
from pathlib import Path
from typing import Iterable, List, NamedTuple, Tuple

from helpers.structures.errors import BadInput
from helpers.workspace import (
    CHECKPOINT_PREFIX,
    LAST_CHECKPOINT,
    LAST_RECORD,
    TrainingChannel,
    Workspace,
)

# What we write to a channel; only of these an older one is taken away.
OURS = (
    *TrainingChannel.trainer_patterns(),
    "checkpoint",
    f"{CHECKPOINT_PREFIX}*",
    f"{LAST_CHECKPOINT}*.ckpt.*",
    LAST_RECORD,
    "frozen_inference_graph.pb",
)
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


class Place(NamedTuple):
    """An address in S3.

    Attributes:
        bucket: its name.
        key: what is in it; empty for the whole, with a slash at the end for a folder.
    """

    bucket: str
    key: str = ""

    @property
    def uri(self) -> str:
        """The address as ``s3://bucket/key``."""
        return f"s3://{self.bucket}/{self.key}"


class Layout(NamedTuple):
    """The addresses of one bucket, each ``s3://`` and ending with a slash.

    Attributes:
        training: the channel with records, label map and ``pipeline.config``.
        checkpoint: the channel with the model to start from.
        result: for ``model_dir``: checkpoints and events while training.
        output: where SageMaker puts a folder for each job.
    """

    training: str
    checkpoint: str
    result: str
    output: str


class Transfer(NamedTuple):
    """One file and its place.

    Attributes:
        path: the local file.
        place: where it lies in S3.
        size: bytes.
    """

    path: Path
    place: Place
    size: int


def parse_uri(uri: str) -> Place:
    """Takes ``s3://bucket/key`` apart.

    Raises:
        BadInput: it is not such an address.
    """
    scheme, _, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme != "s3" or not _BUCKET.fullmatch(bucket) or ".." in bucket:
        raise BadInput.of(
            repr(uri),
            "no S3 address",
            "s3://BUCKET/KEY, the bucket in 3 to 63 small letters, digits, dots and hyphens",
            "Correct it.",
        )
    return Place(bucket, key)


def default_bucket(account: str, region: str) -> str:
    """The bucket that SageMaker's own SDK uses for an account."""
    return f"sagemaker-{region}-{account}"


def layout(bucket: str) -> Layout:
    """The addresses of a bucket.

    Raises:
        BadInput: a bucket cannot have that name.
    """
    place = parse_uri(f"s3://{bucket}/")
    return Layout(
        *(place._replace(key=key).uri for key in ("training/", "checkpoint/", "result/", ""))
    )


def artefact(bucket: str, job: str) -> Place:
    """Where SageMaker leaves what a job made."""
    return Place(bucket, f"{job}/output/model.tar.gz")


def plan(work: Workspace, bucket: str) -> List[Transfer]:
    """Every file that a job reads and its place in the bucket, sorted; nothing is sent.

    Raises:
        BadInput: there is nothing to train on yet, or a bucket cannot have that name.
    """
    layout(bucket)
    transfers = [
        Transfer(path, Place(bucket, f"{channel.name}/{path.name}"), path.stat().st_size)
        for channel in (work.checkpoint, work.training)
        for path in _ours(channel)
    ]
    if not any(transfer.place.key.startswith("training/") for transfer in transfers):
        raise BadInput(f"{work.training}: nothing to train on. Run notebook 02_tfrecords first.")
    return transfers


def _ours(folder: Path) -> List[Path]:
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in paths if path.is_file() and _is_ours(path.name)]


def _is_ours(name: str) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in OURS)


def channels(transfers: Iterable[Transfer]) -> Tuple[str, ...]:
    """The channels that hold files: SageMaker refuses a job one of whose channels is empty."""
    return tuple(sorted({transfer.place.key.split("/")[0] for transfer in transfers}))


def stale(known: Iterable[str], transfers: Iterable[Transfer]) -> List[str]:
    """Keys directly in a channel with a name of ours that are not among ``transfers``."""
    current = {transfer.place.key for transfer in transfers}
    return sorted(
        key
        for key in known
        if key not in current and key.count("/") == 1 and _is_ours(key.split("/")[1])
    )
