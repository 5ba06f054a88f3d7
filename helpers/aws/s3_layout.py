"""S3: where a project's inputs and results lie, and which files go there; nothing is sent here.

===================================  ==================================================
address                              content
===================================  ==================================================
``s3://BUCKET/PREFIX/training/``     records, label map, ``pipeline.config``
``s3://BUCKET/PREFIX/checkpoint/``   the model to start from
``s3://BUCKET/PREFIX/result/``       events and checkpoints, where ``model_dir`` is there
``s3://BUCKET/PREFIX/JOB/output/``   ``model.tar.gz`` of a job
===================================  ==================================================

PREFIX is the project's own, so that a bucket can be shared; nothing outside it is changed.
"""

from __future__ import annotations

import fnmatch
import re
import secrets
from pathlib import Path
from typing import Iterable, List, NamedTuple, Tuple

from helpers.structures.errors import BadInput
from helpers.training.job_layout import CHANNELS
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
PREFIX = "photos-to-pi"  # begins the prefix of a project that was given none
AT_ROOT = "/"  # the prefix of a project that has the whole bucket
LONGEST_PREFIX = 256  # characters; SageMaker takes addresses of up to 1024
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
# Neither a wildcard of policies, as ``*``, nor what parts addresses of TensorBoard, as a comma.
_FOLDER = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9_.=-]+")


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
    """The addresses of one project, each ``s3://`` and ending with a slash.

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


def project_prefix(work: Workspace, given: str = "") -> str:
    """The prefix of a work folder: as given, else one of its own, which its state remembers.

    Args:
        work: the work folder.
        given: by the user; ``/`` is the bucket's root.
    """
    if given:
        return given
    name = work.state().get("project")
    if not name:
        folder = re.sub(r"[^A-Za-z0-9_-]+", "-", work.root.name).strip("-") or "work"
        # Others may share the bucket and have a work folder of the same name.
        name = f"{folder[:40]}-{secrets.token_hex(3)}"
        work.remember(project=name)
    return f"{PREFIX}/{name}"


def root(bucket: str, prefix: str) -> Place:
    """The folder in S3 that holds everything of a project.

    Args:
        bucket: its name.
        prefix: folders in it, as from :func:`project_prefix`; ``/`` is the bucket's root.

    Raises:
        BadInput: a bucket or a folder cannot have that name.
    """
    place = parse_uri(f"s3://{bucket}/")
    if prefix == AT_ROOT:
        return place
    folders = prefix.strip("/").split("/")
    if len(prefix) > LONGEST_PREFIX or not all(_FOLDER.fullmatch(name) for name in folders):
        raise BadInput.of(
            f"prefix {prefix!r}",
            "a name that not everything on AWS can read",
            f"FOLDER or FOLDER/FOLDER, up to {LONGEST_PREFIX} letters, digits, _ . = -",
            "Correct PREFIX; / is the bucket's root, empty a prefix of the work folder's own.",
        )
    return place._replace(key=f"{'/'.join(folders)}/")


def layout(root: Place) -> Layout:
    """The addresses of a project, see :func:`root`."""
    return Layout(
        *(below(root, folder).uri for folder in ("training/", "checkpoint/", "result/", ""))
    )


def below(root: Place, key: str) -> Place:
    """What lies under a folder.

    Args:
        root: its key is empty or ends with a slash.
        key: relative to it.
    """
    return root._replace(key=root.key + key)


def artefact(root: Place, job: str) -> Place:
    """Where SageMaker leaves what a job made."""
    return below(root, f"{job}/output/model.tar.gz")


def plan(work: Workspace, root: Place) -> List[Transfer]:
    """Every file that a job reads and its place in S3, sorted; nothing is sent.

    Args:
        work: the work folder.
        root: of the project.

    Raises:
        BadInput: there is nothing to train on yet.
    """
    transfers = [
        Transfer(path, below(root, f"{channel.name}/{path.name}"), path.stat().st_size)
        for channel in (work.checkpoint, work.training)
        for path in _ours(channel)
    ]
    if "training" not in channels(transfers):
        raise BadInput(f"{work.training}: nothing to train on. Run notebook 02_tfrecords first.")
    return transfers


def _ours(folder: Path) -> List[Path]:
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in paths if path.is_file() and _is_ours(path.name)]


def _is_ours(name: str) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in OURS)


def channels(transfers: Iterable[Transfer]) -> Tuple[str, ...]:
    """The channels that hold files: SageMaker refuses a job one of whose channels is empty."""
    return tuple(sorted({transfer.place.key.split("/")[-2] for transfer in transfers}))


def is_input(root: Place, key: str) -> bool:
    """Whether an object lies directly in a channel and has a name that we give."""
    if not key.startswith(root.key):
        return False
    channel, _, name = key[len(root.key) :].partition("/")
    return channel in CHANNELS and "/" not in name and _is_ours(name)
