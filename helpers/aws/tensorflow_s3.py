"""What TensorFlow's own S3 client goes by, for a process that reads ``s3://`` with it.

That client, in C++, knows neither boto3's variables nor its profiles, ``credential_process`` or
single sign-on: without keys in its environment it sends requests that nobody has signed. It does
not name the owner of a bucket either, so that is checked before it is given any keys.
"""

from __future__ import annotations

import os
from typing import Dict

from helpers.aws import bucket, identity
from helpers.aws.account import Account
from helpers.aws.error_messages import translated_errors
from helpers.aws.s3_layout import parse_uri
from helpers.structures.errors import MissingPart

ENDPOINT = "S3_ENDPOINT"
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
# All that the client reads; a container is given those that are set.
NAMES = (
    *KEYS,
    "AWS_REGION",
    "AWS_LOG_LEVEL",
    ENDPOINT,
    "S3_USE_HTTPS",
    "S3_VERIFY_SSL",
    "S3_CONNECT_TIMEOUT_MSEC",
    "S3_REQUEST_TIMEOUT_MSEC",
)
# Where the machine itself gives credentials, the client asks for them anew before they expire.
_RENEWED = ("iam-role", "container-role")
_TIMEOUT_MS = "3000"


def environment(account: Account, in_container: bool = False) -> Dict[str, str]:
    """Region, endpoint and frozen credentials, as the client wants them.

    Args:
        account: whose bucket it is, in the region of the bucket.
        in_container: whether the process cannot ask this machine for credentials itself.

    Raises:
        MissingPart: boto3 is not installed.
    """
    scheme, _, address = account.client("s3").meta.endpoint_url.partition("://")
    variables = {"AWS_REGION": account.region, "S3_CONNECT_TIMEOUT_MSEC": _TIMEOUT_MS}
    if "amazonaws.com" not in address:
        variables[ENDPOINT] = address.rstrip("/")
        variables["S3_USE_HTTPS"] = "0" if scheme == "http" else "1"
    return {**variables, **_credentials(in_container)}


def for_model_dir(model_dir: str, in_container: bool = False) -> Dict[str, str]:
    """The same for a trainer's ``model_dir``; nothing for one on this machine.

    Whoever sets ``$S3_ENDPOINT`` has set up the client, and its variables are taken as they are.

    Args:
        model_dir: as the hyperparameter; may be empty.
        in_container: whether the trainer runs in a container.

    Raises:
        HelpersError: AWS refused, with its own words.
        MissingPart: nobody knows who we are on AWS, or the bucket is not ours or not there.
    """
    if not model_dir.startswith("s3://"):
        return {}
    if ENDPOINT in os.environ:
        return {name: os.environ[name] for name in NAMES if name in os.environ}
    place, account = parse_uri(model_dir), identity.account()
    with translated_errors(f"model_dir {model_dir}"):
        region = bucket.region_of(place.bucket, account)
    if not region:
        raise MissingPart(
            f"model_dir {model_dir}: account {account.number} has no bucket {place.bucket}. "
            "Make it, correct the name, or leave model_dir out."
        )
    return environment(account._replace(region=region), in_container)


def _credentials(in_container: bool) -> Dict[str, str]:
    import boto3

    held = boto3.Session().get_credentials()
    if held is None or (held.method in _RENEWED and not in_container):
        return {}
    frozen = held.get_frozen_credentials()
    values = dict(zip(KEYS, (frozen.access_key, frozen.secret_key, frozen.token or "")))
    # A token in the environment may belong to other keys: then it is taken away.
    return {name: value for name, value in values.items() if value or name in os.environ}
