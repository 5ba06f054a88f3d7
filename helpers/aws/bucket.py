"""The bucket of a project: its account and region checked before anything moves, or a new one.

A new one is closed to the public, encrypted, takes no request without TLS, and removes the parts
of unfinished uploads, which are billed, after a day. Needs ``s3:GetBucketLocation`` to look
(``HeadBucket`` would need ``s3:ListBucket`` on more than the project's prefix); to make one,
``s3:CreateBucket`` and ``s3:PutBucketOwnershipControls``, ``PutBucketPublicAccessBlock``,
``PutEncryptionConfiguration``, ``PutBucketPolicy``, ``PutLifecycleConfiguration`` and
``PutBucketTagging``, and ``DeleteBucket`` where one of these is refused.
"""

from __future__ import annotations

import json
import time
from typing import Any, Dict

from helpers.aws import tags
from helpers.aws.account import Account
from helpers.aws.error_messages import code_of, translated_errors
from helpers.structures.errors import BadInput, MissingPart

# There a new bucket lies unless another region is named, and naming this one is refused.
UNNAMED_REGION = "us-east-1"
_OLD_NAMES = {"EU": "eu-west-1"}
KNOWN_SECONDS = 60.0  # within which a new bucket is known everywhere
DAYS = 1  # after which parts of an unfinished upload are removed


def require_ready(name: str, account: Account, create: bool = False) -> None:
    """Makes sure that a bucket is there, in this account and in this region.

    Args:
        name: of the bucket.
        account: that must own it; SageMaker wants the bucket in the region of its jobs.
        create: make it where it does not exist.

    Raises:
        BadInput: it lies in another region.
        HelpersError: AWS refused, with its own words.
        MissingPart: it does not exist, or is not this account's.
    """
    with translated_errors(f"s3://{name}"):
        region = _region(name, account)
        if not region and create:
            make(name, account)
            return
    if not region:
        raise MissingPart(
            f"s3://{name}: account {account.number} has no such bucket. Correct BUCKET, or have it "
            "made: CREATE_BUCKET=True, or train --create-bucket. An empty one is SageMaker's usual "
            "bucket, which is made where it is not there."
        )
    if region != account.region:
        raise BadInput.of(
            f"s3://{name}",
            f"a bucket in {region}",
            f"one in {account.region}, where the job runs",
            f"Set another BUCKET, or AWS_REGION={region}, for an image that is there too.",
        )


def region_of(name: str, account: Account) -> str:
    """The region of a bucket.

    Args:
        name: of the bucket.
        account: that must own it.

    Raises:
        HelpersError: AWS refused, with its own words.
        MissingPart: it does not exist, or is not this account's.
    """
    with translated_errors(f"s3://{name}"):
        region = _region(name, account)
    if not region:
        raise MissingPart(
            f"s3://{name}: account {account.number} has no such bucket. Correct its name."
        )
    return region


def _region(name: str, account: Account) -> str:
    """The region of a bucket; empty where there is no such bucket.

    Source: the S3 API reference, ``GetBucketLocation``.
    """
    from botocore.exceptions import ClientError

    try:
        answer = account.client("s3").get_bucket_location(Bucket=name)
    except ClientError as error:
        code = code_of(error)
        if code == "NoSuchBucket":
            return ""
        if code == "AccessDenied":
            raise MissingPart(
                f"s3://{name}: found a bucket of another account, or one that {account.arn} may "
                f"not look at; expected one of account {account.number}. Nothing was sent. "
                "Name a bucket of yours, or have s3:GetBucketLocation on it allowed."
            ) from error
        raise
    location = str(answer.get("LocationConstraint") or UNNAMED_REGION)
    return _OLD_NAMES.get(location, location)


def make(name: str, account: Account) -> None:
    """Makes a bucket that is closed to others; where that is refused, there is none afterwards.

    Args:
        name: of the bucket; there must be none yet, in no account.
        account: that is to own it.

    Raises:
        ClientError: AWS refused.
    """
    client = account.client("s3")
    where: Dict[str, Any] = {"CreateBucketConfiguration": {"LocationConstraint": account.region}}
    if account.region == UNNAMED_REGION:
        where = {}
    client.create_bucket(Bucket=name, ObjectOwnership="BucketOwnerEnforced", **where)
    try:
        _wait(name, account)
        _close(client, name, account)
    except BaseException:
        client.delete_bucket(Bucket=name)
        raise


def _wait(name: str, account: Account) -> None:
    """Waits until S3 knows a new bucket everywhere; boto3's waiter asks by ``HeadBucket``."""
    deadline = time.monotonic() + KNOWN_SECONDS
    while not _region(name, account) and time.monotonic() < deadline:
        time.sleep(1)


def _close(client: Any, name: str, account: Account) -> None:
    client.put_public_access_block(
        Bucket=name,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    encryption = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    client.put_bucket_encryption(
        Bucket=name, ServerSideEncryptionConfiguration={"Rules": [encryption]}
    )
    client.put_bucket_policy(Bucket=name, Policy=json.dumps(policy(name, account)))
    client.put_bucket_lifecycle_configuration(
        Bucket=name,
        LifecycleConfiguration={
            "Rules": [
                {
                    "ID": "unfinished-uploads",
                    "Status": "Enabled",
                    "Filter": {"Prefix": ""},
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": DAYS},
                }
            ]
        },
    )
    client.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags.as_list()})


def policy(name: str, account: Account) -> Dict[str, Any]:
    """The policy of a new bucket: nobody reads or writes it without TLS.

    Source: the S3 user guide, "Security best practices", enforce encryption of data in transit.

    Args:
        name: of the bucket.
        account: that owns it.
    """
    partition = account.arn.split(":")[1]
    arn = f"arn:{partition}:s3:::{name}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "OnlyWithTls",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [arn, f"{arn}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }
