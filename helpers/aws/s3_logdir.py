"""TensorBoard straight on ``s3://`` addresses: its logdir, and what its S3 client goes by.

TensorFlow's S3 client writes a line of log for every object that is not there, so it is quieted.
"""

from __future__ import annotations

from typing import Dict, Sequence, Tuple

from helpers.aws import tensorflow_s3
from helpers.aws.account import Account
from helpers.aws.s3_layout import Place
from helpers.structures.errors import BadInput

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


def environment(account: Account) -> Dict[str, str]:
    """Variables for TensorBoard's process alone: quiet, and what boto3 would go by.

    Args:
        account: whose bucket it is, in the region of the bucket.

    Raises:
        MissingPart: boto3 is not installed.
    """
    return {**QUIET, **tensorflow_s3.environment(account)}
