"""S3: where a job's inputs and results lie, and carrying them there and back."""

from __future__ import annotations

import fnmatch
import hashlib
import re
import shutil
import tarfile
from pathlib import Path
from typing import Dict, Iterable, Iterator, List, NamedTuple, Sequence, Tuple

from helpers.aws import identity
from helpers.structures.errors import BadInput
from helpers.system import files
from helpers.workspace import TrainingChannel, Workspace

PART = 8 << 20  # bytes; an upload of more is cut into parts of this size
# What we write to a channel; only of these an older one is taken away.
OURS = (
    *TrainingChannel.trainer_patterns(),
    "checkpoint",
    "model.ckpt*",
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
        path: the file here.
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
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in found if path.is_file() and _is_ours(path.name)]


def _is_ours(name: str) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in OURS)


def channels(transfers: Iterable[Transfer]) -> Tuple[str, ...]:
    """The channels that hold files: SageMaker refuses a job one of whose channels is empty."""
    return tuple(sorted({transfer.place.key.split("/")[0] for transfer in transfers}))


def etag(path: Path, part: int = PART) -> str:
    """What S3 calls a file's content when it was sent in parts of ``part`` bytes.

    Source: the S3 user guide, "Checking object integrity": MD5 of the bytes, or of the parts'
    MD5s with their number.
    """
    with open(str(path), "rb") as stream:
        sums = [hashlib.md5(block).digest() for block in iter(lambda: stream.read(part), b"")]
    if path.stat().st_size < part:
        return (sums[0] if sums else hashlib.md5(b"").digest()).hex()
    return f"{hashlib.md5(b''.join(sums)).hexdigest()}-{len(sums)}"


def upload(transfers: Sequence[Transfer], region: str) -> List[Transfer]:
    """Sends what is not there yet, and takes away older files of ours in the same channels.

    Otherwise the records of an earlier run, with another number of shards, would be trained on
    as well. A file of any other name is left alone.

    Args:
        transfers: as from :func:`plan`.
        region: of the bucket.

    Returns:
        Those that had changed and were sent.

    Raises:
        HelpersError: AWS refused, with its own words.
    """
    from boto3.s3.transfer import TransferConfig
    from tqdm.auto import tqdm

    bucket = transfers[0].place.bucket
    client = identity.client("s3", region)
    cut = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART)
    with identity.translated_errors(
        f"s3://{bucket}",
        "Check the bucket's name and what these credentials may "
        f"do; a new one: aws s3 mb s3://{bucket} --region {region}",
    ):
        there = {
            channel: dict(_listed(client, bucket, channel + "/"))
            for channel in ("checkpoint", "training")
        }
        known = {key: tag for found in there.values() for key, tag in found.items()}
        changed = [one for one in transfers if known.get(one.place.key) != etag(one.path)]
        with tqdm(
            total=sum(one.size for one in changed),
            desc="upload",
            unit="B",
            unit_scale=True,
            disable=None,
        ) as bar:
            for one in changed:
                client.upload_file(
                    str(one.path), bucket, one.place.key, Config=cut, Callback=bar.update
                )
        for key in stale(known, transfers):
            client.delete_object(Bucket=bucket, Key=key)
    return changed


def _listed(client, bucket: str, prefix: str) -> Iterator[Tuple[str, str]]:
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    for page in pages:
        for found in page.get("Contents", []):
            yield found["Key"], found["ETag"].strip('"')


def names(folder: Place, region: str) -> List[str]:
    """What lies in a folder and below it, relative to it, sorted.

    Args:
        folder: its key ends with a slash.
        region: of the bucket.

    Raises:
        HelpersError: AWS refused, with its own words.
    """
    with identity.translated_errors(folder.uri):
        listed = _listed(identity.client("s3", region), folder.bucket, folder.key)
        return sorted(key[len(folder.key) :] for key, _ in listed)


def send(paths: Sequence[Path], folder: Place, region: str) -> None:
    """Sends a few small files to a folder.

    Raises:
        HelpersError: AWS refused, with its own words.
    """
    with identity.translated_errors(folder.uri):
        for path in paths:
            identity.client("s3", region).upload_file(
                str(path), folder.bucket, folder.key + path.name
            )


def fetch_folder(folder: Place, region: str, out: Path) -> List[Path]:
    """Brings all files that lie directly in a folder.

    Args:
        folder: its key ends with a slash.
        region: of the bucket.
        out: the folder here.

    Raises:
        HelpersError: AWS refused, with its own words.
    """
    from tqdm.auto import tqdm

    wanted = [name for name in names(folder, region) if name and "/" not in name]
    client = identity.client("s3", region)
    with identity.translated_errors(folder.uri):
        for name in tqdm(wanted, desc="fetch", unit="file", disable=None):
            with files.replacing(out / name) as part:
                client.download_file(folder.bucket, folder.key + name, str(part))
    return [out / name for name in wanted]


def stale(known: Iterable[str], transfers: Iterable[Transfer]) -> List[str]:
    """Keys directly in a channel with a name of ours that are not among ``transfers``."""
    wanted = {transfer.place.key for transfer in transfers}
    return sorted(
        key
        for key in known
        if key not in wanted and key.count("/") == 1 and _is_ours(key.split("/")[1])
    )


def fetch_model(place: Place, region: str, folder: Path) -> Path:
    """Brings a job's ``model.tar.gz`` and unpacks it to ``folder/model``, in one go.

    Args:
        place: of the archive, see :func:`artefact`.
        region: of the bucket.
        folder: the job's, as ``Workspace.job``.

    Returns:
        The folder ``model``.

    Raises:
        BadInput: the archive is broken or holds something outside itself.
        HelpersError: AWS refused, with its own words.
    """
    archive, beside = folder / "model.tar.gz", folder / ".model.part"
    with files.replacing(archive) as part, identity.translated_errors(place.uri):
        identity.client("s3", region).download_file(place.bucket, place.key, str(part))
    shutil.rmtree(str(beside), ignore_errors=True)
    unpack(archive, beside)
    shutil.rmtree(str(folder / "model"), ignore_errors=True)
    return Path(shutil.move(str(beside), str(folder / "model")))


def unpack(archive: Path, folder: Path) -> Dict[str, int]:
    """Unpacks files and folders of a ``tar.gz``; links and other kinds are refused.

    Returns:
        Size by name, in bytes.

    Raises:
        BadInput: the archive is broken or holds something outside itself.
    """
    try:
        with tarfile.open(str(archive), "r:gz") as tar:
            members = tar.getmembers()
            for member in members:
                parts = Path(member.name).parts
                if not (member.isfile() or member.isdir()) or ".." in parts or parts[:1] == ("/",):
                    raise BadInput(
                        f"{archive}: holds {member.name!r}, which is no plain file or "
                        "folder inside it. Do not use it."
                    )
            tar.extractall(str(folder), members)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise BadInput(
            f"{archive}: cannot be unpacked ({error}). Delete it and fetch it again."
        ) from error
    return {member.name: member.size for member in members if member.isfile()}
