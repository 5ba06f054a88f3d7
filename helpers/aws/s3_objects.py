"""What lies in S3 under a prefix."""

from __future__ import annotations

from typing import Any, Iterator, List, Tuple

from helpers.aws.account import Account
from helpers.aws.error_messages import translated_errors
from helpers.aws.s3_layout import Place


def objects(client: Any, bucket: str, prefix: str) -> Iterator[Tuple[str, str]]:
    """Key and ETag of all objects whose keys start with a prefix.

    Args:
        client: boto3's for S3.
        bucket: its name.
        prefix: of the keys.
    """
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    for page in pages:
        for item in page.get("Contents", []):
            yield item["Key"], item["ETag"].strip('"')


def names(folder: Place, account: Account) -> List[str]:
    """What lies in a folder and below it, relative to it, sorted.

    Args:
        folder: its key ends with a slash.
        account: whose bucket it is.

    Raises:
        HelpersError: AWS refused, with its own words.
    """
    with translated_errors(folder.uri):
        keys = objects(account.client("s3"), folder.bucket, folder.key)
        return sorted(key[len(folder.key) :] for key, _ in keys)
