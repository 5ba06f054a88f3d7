"""What lies in S3 under a prefix, and which of it we have sent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Dict, Iterator, List, Sequence

from helpers.aws.account import Account
from helpers.aws.error_messages import translated_errors
from helpers.aws.s3_layout import Place

# Metadata of every object that we send: the SHA-256 of its content. An ETag would not do: it is
# no digest of the content where KMS encrypts, and depends on the parts where there are several.
MARK = "photos-to-pi-sha256"
THREADS = 10  # as many as botocore keeps connections


def keys(client: Any, folder: Place) -> Iterator[str]:
    """The keys of what lies in a folder and below it.

    Args:
        client: boto3's for S3.
        folder: its key ends with a slash, or is empty for the whole bucket.
    """
    pages = client.get_paginator("list_objects_v2").paginate(
        Bucket=folder.bucket, Prefix=folder.key
    )
    for page in pages:
        for item in page.get("Contents", []):
            yield item["Key"]


def marks(client: Any, bucket: str, some: Sequence[str]) -> Dict[str, str]:
    """The SHA-256 of the content of objects, by key; empty for one that others have made.

    Args:
        client: boto3's for S3.
        bucket: its name.
        some: keys of objects.
    """

    def mark(key: str) -> str:
        head = client.head_object(Bucket=bucket, Key=key)
        return str(head["Metadata"].get(MARK, ""))

    with ThreadPoolExecutor(THREADS) as pool:
        return dict(zip(some, pool.map(mark, some)))


def names(folder: Place, account: Account) -> List[str]:
    """What lies in a folder and below it, relative to it, sorted.

    Args:
        folder: its key ends with a slash.
        account: whose bucket it is.

    Raises:
        HelpersError: AWS refused, with its own words.
    """
    with translated_errors(folder.uri):
        return sorted(key[len(folder.key) :] for key in keys(account.client("s3"), folder))
