"""The event files of an ``s3://`` model_dir, mirrored to disk by as few requests as there can be.

TensorBoard on an ``s3://`` logdir reads every file again and again and lists every checkpoint; on
a job of gigabytes it crawls (tensorboard issue 1494). Here one request lists a thousand objects,
and of the event files only what was appended is fetched:

=========================  =======================================================
in S3, as listed           request
=========================  =======================================================
size and ETag as mirrored  none
larger than on disk        a range from the last bytes on disk to the end
anything else              the whole file, which then replaces the one on disk
=========================  =======================================================

A range begins with bytes that are on disk already; where they differ, the object is another file
and is fetched whole. Every byte is written at its own place in the file: what an interruption
leaves is a shorter beginning of the same file, and two mirrors at a time write the same bytes to
the same places. A file that is gone from S3 stays on disk.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Tuple

from helpers.aws.account import Account
from helpers.aws.error_messages import code_of, translated_errors
from helpers.aws.s3_layout import Place
from helpers.structures.errors import MissingPart
from helpers.system import archives, files
from helpers.training.event_sources import is_event_file, replacing

STATE = ".mirror.json"  # ETag by file name, of what is on disk in full
_OVERLAP = 1024  # bytes of a range that are on disk already
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Mirrored:
    """What one pass did.

    Attributes:
        folder: on disk.
        files: event files in S3.
        fetched: those of them of which something was fetched.
        requests: sent to S3, repeated ones counted.
        received: bytes of event files.
        seconds: that it took.
        vanished: files on disk that are gone from S3, sorted.
    """

    folder: Path
    files: int
    fetched: int
    requests: int
    received: int
    seconds: float
    vanished: Tuple[str, ...] = ()

    def as_text(self) -> str:
        """One line, and another where files vanished."""
        lines = [
            f"{self.files} event files, {self.fetched} of them new or longer: {self.requests} "
            f"requests, {self.received / 1e6:.2f} MB, {self.seconds:.1f} s"
        ]
        if self.vanished:
            lines.append(f"gone from S3, kept here: {', '.join(self.vanished)}")
        return "\n".join(lines)


class _Object(NamedTuple):
    """An event file in S3: its name relative to the folder, its size in bytes and its ETag."""

    name: str
    size: int
    etag: str


class _Bucket:
    """Requests about one folder of a bucket, counted.

    Attributes:
        requests: sent so far.
        received: bytes of files so far.
    """

    def __init__(self, place: Place, account: Account) -> None:
        self._place = place
        self._client = account.client("s3")
        self._client.meta.events.register("before-send.s3", self._count)
        self.requests = 0
        self.received = 0

    def _count(self, **_: Any) -> None:
        self.requests += 1

    def event_files(self) -> List[_Object]:
        """The event files in the folder and below it, sorted by name."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._place.bucket, Prefix=self._place.key
        )
        listed = (item for page in pages for item in page.get("Contents", []))
        objects = (
            _Object(item["Key"][len(self._place.key) :], item["Size"], item["ETag"].strip('"'))
            for item in listed
            if is_event_file(item["Key"])
        )
        return sorted(objects)

    def blocks(self, name: str, start: int) -> Tuple[str, Iterator[bytes]]:
        """The ETag of a file and its bytes from ``start`` on, as they come."""
        where = {"Bucket": self._place.bucket, "Key": self._place.key + name}
        if start:
            where["Range"] = f"bytes={start}-"
        answer = self._client.get_object(**where)
        return answer["ETag"].strip('"'), self._read(answer["Body"])

    def _read(self, body: Any) -> Iterator[bytes]:
        for block in body.iter_chunks(_BLOCK):
            self.received += len(block)
            yield block


def mirror(place: Place, account: Account, folder: Path) -> Mirrored:
    """Brings the event files on disk up to date with those in S3.

    Args:
        place: of ``model_dir``, with or without a slash at the end.
        account: whose bucket it is.
        folder: on disk.

    Raises:
        BadInput: a key leads out of the folder, or the disk is full.
        HelpersError: AWS refused, with its own words.
        MissingPart: there is no event file in S3 and none on disk.
    """
    started = time.monotonic()
    place = place._replace(key=f"{place.key.strip('/')}/" if place.key.strip("/") else "")
    known: Dict[str, str] = _known(folder)
    with translated_errors(place.uri):
        bucket = _Bucket(place, account)
        objects = bucket.event_files()
        for entry in objects:
            archives.require_inside(place.uri, entry.name, "Remove that object.")
        changed = [entry for entry in objects if not _is_current(folder, entry, known)]
        for entry in changed:
            if _fetch(bucket, folder, entry, known):
                files.write_json(folder / STATE, known)
    if not known:
        raise MissingPart(
            f"{place.uri}: no event files yet. Check the address: it is the model_dir of the job, "
            "which writes there once training has begun."
        )
    vanished = sorted(set(known) - {entry.name for entry in objects})
    return Mirrored(
        folder,
        len(objects),
        len(changed),
        bucket.requests,
        bucket.received,
        time.monotonic() - started,
        tuple(vanished),
    )


def _known(folder: Path) -> Dict[str, str]:
    state = folder / STATE
    return dict(files.read_json(state)) if state.exists() else {}


def _is_current(folder: Path, entry: _Object, known: Dict[str, str]) -> bool:
    size = files.stamp(folder / entry.name).size
    return size == entry.size and known.get(entry.name) == entry.etag


def _fetch(bucket: _Bucket, folder: Path, entry: _Object, known: Dict[str, str]) -> bool:
    """Fetches what is missing of a file; false when it was removed in the meantime."""
    from botocore.exceptions import ClientError

    path = folder / entry.name
    size = files.stamp(path).size
    try:
        etag = _append(bucket, entry.name, path, max(0, size)) if size < entry.size else ""
        known[entry.name] = etag or _replace(bucket, entry.name, folder)
        return True
    except ClientError as error:
        if code_of(error) not in ("NoSuchKey", "404"):
            raise
        return False


def _append(bucket: _Bucket, name: str, path: Path, size: int) -> str:
    """Fetches what lies behind the first ``size`` bytes.

    Returns:
        The ETag; empty when what is on disk is not the beginning of the file in S3.
    """
    from botocore.exceptions import ClientError

    start = max(0, size - _OVERLAP)
    try:
        etag, blocks = bucket.blocks(name, start)
    except ClientError as error:
        if code_of(error) not in ("InvalidRange", "416"):
            raise
        return ""  # it has become shorter since it was listed
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(str(path), "r+b" if path.exists() else "w+b") as stream:
        stream.seek(start)
        expected = stream.read(size - start)
        received = b""
        while len(received) < len(expected):
            block = next(blocks, b"")
            if not block:
                return ""
            received += block
        if not received.startswith(expected):
            return ""
        stream.write(received[len(expected) :])
        for block in blocks:
            stream.write(block)
    return etag


def _replace(bucket: _Bucket, name: str, folder: Path) -> str:
    etag, blocks = bucket.blocks(name, 0)
    with replacing(folder / name, folder) as part, open(str(part), "wb") as stream:
        for block in blocks:
            stream.write(block)
    return etag
