"""TensorBoard straight on ``s3://`` addresses: its logdir, and what its S3 client goes by.

TensorFlow has an S3 client of its own, in C++, that knows neither boto3's variables nor its
profiles, and writes a line of log for every object that is not there.
"""

from __future__ import annotations

from typing import Dict, Sequence, Tuple

from helpers.aws.account import Account
from helpers.aws.error_messages import translated_errors
from helpers.aws.s3_layout import Place
from helpers.structures.errors import BadInput

# Where the machine itself gives credentials, the client asks for them anew before they expire.
_RENEWED = ("iam-role", "container-role")
_SEPARATORS = (",", ":")
QUIET = {"AWS_LOG_LEVEL": "0", "TF_CPP_MIN_LOG_LEVEL": "3"}


def logdir(runs: Sequence[Tuple[str, Place]]) -> str:
    """TensorBoard's ``--logdir`` for several runs, each under its name.

    Args:
        runs: name and place of each.

    Raises:
        BadInput: a key has a comma, which TensorBoard takes for the end of an address.
    """
    for _, place in runs:
        if "," in place.key:
            raise BadInput.of(
                place.uri,
                "a comma",
                "an address without, which TensorBoard can read from S3",
                "Set DIRECT=0: the mirror takes any key.",
            )
    named = [(_without_separators(name), place) for name, place in runs]
    return ",".join(f"{name}:{place.uri.rstrip('/')}" for name, place in named)


def _without_separators(name: str) -> str:
    for separator in _SEPARATORS:
        name = name.replace(separator, "_")
    return name


def bucket_region(bucket: str, account: Account) -> str:
    """The region that a bucket lies in.

    Args:
        bucket: its name.
        account: whose bucket it is.

    Raises:
        HelpersError: AWS refused, with its own words.
    """
    with translated_errors(f"s3://{bucket}"):
        answer = account.client("s3").head_bucket(Bucket=bucket)
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    return str(headers.get("x-amz-bucket-region") or account.region)


def environment(account: Account) -> Dict[str, str]:
    """Variables for TensorBoard's process alone: quiet, and what boto3 would go by.

    Args:
        account: whose bucket it is, in the region of the bucket.

    Raises:
        MissingPart: boto3 is not installed.
    """
    scheme, _, address = account.client("s3").meta.endpoint_url.partition("://")
    variables = dict(QUIET, AWS_REGION=account.region, S3_CONNECT_TIMEOUT_MSEC="3000")
    if "amazonaws.com" not in address:
        variables["S3_ENDPOINT"] = address.rstrip("/")
        variables["S3_USE_HTTPS"] = "0" if scheme == "http" else "1"
    return {**variables, **_credentials()}


def _credentials() -> Dict[str, str]:
    import boto3

    held = boto3.Session().get_credentials()
    if held is None or held.method in _RENEWED:
        return {}
    frozen = held.get_frozen_credentials()
    values = {
        "AWS_ACCESS_KEY_ID": frozen.access_key,
        "AWS_SECRET_ACCESS_KEY": frozen.secret_key,
        "AWS_SESSION_TOKEN": frozen.token,
    }
    return {name: value for name, value in values.items() if value}
