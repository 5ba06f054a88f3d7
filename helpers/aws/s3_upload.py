"""Sending files to S3: those that have changed, and none twice."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import List, Sequence

from tqdm.auto import tqdm

from helpers.aws.account import Account
from helpers.aws.error_messages import translated_errors
from helpers.aws.s3_layout import Place, Transfer, below, is_input
from helpers.aws.s3_objects import objects
from helpers.training.job_layout import CHANNELS

PART = 8 << 20  # bytes; an upload of more is cut into parts of this size


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


def upload(transfers: Sequence[Transfer], root: Place, account: Account) -> List[Transfer]:
    """Sends files that S3 does not have yet, and removes older ones of ours in the same channels.

    Otherwise the records of an earlier run, with another number of shards, would be trained on
    as well. A file of any other name is left alone.

    Args:
        transfers: as from :func:`plan`.
        root: of the project; nothing outside it is touched.
        account: whose bucket it is.

    Returns:
        Those that had changed and were sent.

    Raises:
        HelpersError: AWS refused, with its own words.
    """
    from boto3.s3.transfer import TransferConfig

    bucket = root.bucket
    client = account.client("s3")
    config = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART)
    remedy = (
        "Check the bucket's name and what these credentials may "
        f"do; a new one: aws s3 mb s3://{bucket} --region {account.region}"
    )
    with translated_errors(f"s3://{bucket}", remedy):
        known = {
            key: tag
            for channel in CHANNELS
            for key, tag in objects(client, bucket, below(root, f"{channel}/").key)
        }
        changed = [item for item in transfers if known.get(item.place.key) != etag(item.path)]
        size = sum(item.size for item in changed)
        with tqdm(total=size, desc="upload", unit="B", unit_scale=True, disable=None) as bar:
            for item in changed:
                path, key = str(item.path), item.place.key
                client.upload_file(path, bucket, key, Config=config, Callback=bar.update)
        for key in sorted(set(known) - {item.place.key for item in transfers}):
            if is_input(root, key):
                client.delete_object(Bucket=bucket, Key=key)
    return changed


def send(paths: Sequence[Path], folder: Place, account: Account) -> None:
    """Sends a few small files to a folder.

    Raises:
        HelpersError: AWS refused, with its own words.
    """
    with translated_errors(folder.uri):
        for path in paths:
            account.client("s3").upload_file(str(path), folder.bucket, folder.key + path.name)
