"""Sending files to S3: those that have changed, all at a time, and none over what is not ours.

Every object carries the SHA-256 of its content (``s3_objects.MARK``). By that an unchanged file is
passed over, and what others have put there is told from what we have sent. Files, and the parts of
large ones, go up in parallel. Where sending is cut, nothing is left that costs: the parts of an
unfinished file are removed at once, or, after a power cut, by the next call; files that arrived
are not sent again. One that was cut in its middle is sent again from its start: with shards of
about 100 MB, as they are written by default, a cut costs the few that were on their way.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Dict, List, Mapping, NamedTuple, Sequence

from helpers.aws import bucket
from helpers.aws.account import Account
from helpers.aws.error_messages import code_of, translated_errors
from helpers.aws.s3_layout import Place, Transfer, below, channels, default_bucket, is_input
from helpers.aws.s3_objects import MARK, keys, marks
from helpers.aws.s3_progress import ByteBar
from helpers.structures.errors import BadInput
from helpers.system import files
from helpers.training.job_layout import CHANNELS

PART = 16 << 20  # bytes; an upload of more is cut into parts of this size
SENDERS = 5  # threads; more than Python keeps busy only take time from each other
log = logging.getLogger(__name__)


class _Sent(NamedTuple):
    """A file on its way: what it was when it was read, and where it stands."""

    transfer: Transfer
    stamp: files.Stamp
    future: Any


def upload(
    transfers: Sequence[Transfer], root: Place, account: Account, create: bool = False
) -> List[Transfer]:
    """Sends files that S3 does not have yet, and removes what we sent before and is none of them.

    Otherwise the records of an earlier run, with another number of shards, would be trained on
    as well.

    Args:
        transfers: as from :func:`plan`.
        root: of the project; nothing outside it is touched.
        account: that must own the bucket; SageMaker's usual one is made where it is not there.
        create: make any other one, too, where it is not there.

    Returns:
        Those that had changed and were sent.

    Raises:
        BadInput: an object that others have made would be written over or trained on, or a file
            changed while it was sent, or the bucket lies in another region.
        HelpersError: AWS refused, with its own words.
        MissingPart: there is no such bucket, or it is not this account's.
    """
    client = account.client("s3")
    usual = default_bucket(account.number, account.region)
    bucket.require_ready(root.bucket, account, create or root.bucket == usual)
    with translated_errors(root.uri):
        present = _inputs(client, root)
        _refuse_others(present, root, channels(transfers))
        _abort_unfinished(client, root, transfers)
        changed = _send(client, transfers, present)
        for key in sorted(set(present) - {item.place.key for item in transfers}):
            if present[key]:
                client.delete_object(Bucket=root.bucket, Key=key)
    return changed


def send(paths: Sequence[Path], folder: Place, account: Account) -> None:
    """Sends files to a folder of their own, under their names; see :func:`send_as`."""
    send_as({path.name: path for path in paths}, folder, account)


def send_as(paths: Mapping[str, Path], folder: Place, account: Account) -> None:
    """Sends files to a folder of their own.

    Args:
        paths: of the files, by their keys in the folder.
        folder: its key ends with a slash.
        account: that must own the bucket.

    Raises:
        BadInput: a file changed while it was sent, or the bucket lies in another region.
        HelpersError: AWS refused, with its own words.
        MissingPart: there is no such bucket, or it is not this account's.
    """
    bucket.require_ready(folder.bucket, account)
    transfers = [
        Transfer(path, below(folder, key), path.stat().st_size) for key, path in paths.items()
    ]
    with translated_errors(folder.uri):
        _send(account.client("s3"), transfers, {})


def _inputs(client: Any, root: Place) -> Dict[str, str]:
    """The marks of the objects in the channels that have names of ours, by key."""
    listed = (key for channel in CHANNELS for key in keys(client, below(root, f"{channel}/")))
    return marks(client, root.bucket, [key for key in listed if is_input(root, key)])


def _refuse_others(present: Mapping[str, str], root: Place, used: Sequence[str]) -> None:
    """A job reads all that lies in its channels."""
    problems = [
        BadInput(
            f"{root._replace(key=key).uri}: found an object that was not sent from here, expected "
            "none. Set PREFIX to another folder, or remove that object yourself."
        )
        for key, mark in sorted(present.items())
        if not mark and key[len(root.key) :].split("/")[0] in used
    ]
    if problems:
        raise BadInput.several("the data of others", problems)


def _abort_unfinished(client: Any, root: Place, transfers: Sequence[Transfer]) -> None:
    """Removes parts of the same files that an upload has left that was killed: they are billed."""
    from botocore.exceptions import ClientError

    wanted = {item.place.key for item in transfers}
    pages = client.get_paginator("list_multipart_uploads")
    try:
        for channel in CHANNELS:
            prefix = below(root, f"{channel}/").key
            for page in pages.paginate(Bucket=root.bucket, Prefix=prefix):
                for item in page.get("Uploads", []):
                    if item["Key"] in wanted:
                        client.abort_multipart_upload(
                            Bucket=root.bucket, Key=item["Key"], UploadId=item["UploadId"]
                        )
    except ClientError as error:
        if code_of(error) not in ("AccessDenied", "NoSuchUpload"):
            raise
        log.warning("%s: unfinished uploads may be left and are billed (%s)", root.uri, error)


def _send(client: Any, transfers: Sequence[Transfer], present: Mapping[str, str]) -> List[Transfer]:
    """Sends what is not there with the same content; a bar counts the bytes of all."""
    from s3transfer.manager import TransferConfig, TransferManager

    from helpers.aws.s3_blocks import LargeBlocks

    config = TransferConfig(PART, PART, max_request_concurrency=SENDERS)
    sent: List[_Sent] = []
    with ByteBar("upload", sum(item.size for item in transfers)) as bar:
        # Leaving it by an error cancels all.
        with TransferManager(client, config, LargeBlocks()) as manager:
            for item in transfers:
                stamp = files.stamp(item.path)
                digest = files.sha256(item.path)
                if present.get(item.place.key) == digest:
                    bar.add(item.size)
                    continue
                future = manager.upload(
                    str(item.path),
                    *item.place,
                    {"Metadata": {MARK: digest}, "ChecksumAlgorithm": "CRC32"},
                    [bar],
                )
                sent.append(_Sent(item, stamp, future))
            for one in sent:
                one.future.result()
                _require_unchanged(one)
    return [one.transfer for one in sent]


def _require_unchanged(one: _Sent) -> None:
    if files.stamp(one.transfer.path) != one.stamp:
        raise BadInput.of(
            one.transfer.path,
            "another size or time than when it began to be sent",
            "a file that nothing writes to meanwhile",
            "Send it again when it is written.",
        )
