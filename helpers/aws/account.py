"""The AWS account that we really are in: the only way to a client that sends anything.

An :class:`Account` comes from :func:`identity.account`, which asks AWS; an identity that is only an
example has none. What sends or reads takes an account, so nothing of the user's can go where
nobody has said who we are.
"""

from __future__ import annotations

from typing import Any, Dict, NamedTuple

from helpers.aws.error_messages import translated_errors
from helpers.structures.errors import MissingPart

OWNER = "ExpectedBucketOwner"
CONNECT_SECONDS = 10
READ_SECONDS = 60
BRIEF_SECONDS = 5
ATTEMPTS = 5  # more of one call after the first, waiting longer between them each time


class Account(NamedTuple):
    """An account, and the region in which things are done.

    Attributes:
        number: twelve digits.
        region: as ``eu-west-1``.
        arn: of the user or the role whose credentials these are.
    """

    number: str
    region: str
    arn: str

    def client(self, service: str) -> Any:
        """A client of boto3 for one service in this region.

        S3 is told on every call whose bucket it must be: it refuses one of another account.
        Source: the S3 user guide, "Verifying bucket ownership with bucket owner condition".

        Args:
            service: as ``s3``.

        Raises:
            MissingPart: boto3 is not installed.
            HelpersError: AWS's config file or its credentials cannot be used.
        """
        boto3 = _boto3()
        from botocore.config import Config

        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "max_attempts": ATTEMPTS},
        )
        with translated_errors(f"AWS, {service}"):
            client = boto3.client(service, region_name=self.region, config=config)
        if service == "s3":
            client.meta.events.register("provide-client-params.s3", self._name_owner)
        return client

    def renewed_client(self, service: str) -> Any:
        """As :meth:`client`, with the credentials that there are now.

        boto3's default session keeps those that it found first, also when they have expired.
        """
        known = _boto3().DEFAULT_SESSION
        named = known is not None and known.profile_name in known.available_profiles
        _boto3().setup_default_session(profile_name=known.profile_name if named else None)
        return self.client(service)

    def brief_client(self, service: str, region: str = "") -> Any:
        """A client that asks once and waits for seconds only, for what is good to know, no more.

        Args:
            service: as ``pricing``.
            region: to ask in; empty is this one.

        Raises:
            HelpersError: AWS's config file or its credentials cannot be used.
        """
        from botocore.config import Config

        config = Config(
            connect_timeout=BRIEF_SECONDS, read_timeout=BRIEF_SECONDS, retries={"max_attempts": 0}
        )
        with translated_errors(f"AWS, {service}"):
            return _boto3().client(service, region_name=region or self.region, config=config)

    def session(self) -> Any:
        """A session of boto3 in this region, for libraries that make clients of their own.

        Raises:
            MissingPart: boto3 is not installed.
        """
        session = _boto3().Session(region_name=self.region)
        session.events.register("provide-client-params.s3", self._name_owner)
        return session

    def _name_owner(self, params: Dict[str, Any], model: Any, **_: Any) -> None:
        members = model.input_shape.members if model.input_shape else {}
        if OWNER in members:
            params.setdefault(OWNER, self.number)
        if "ExpectedSourceBucketOwner" in members:
            params.setdefault("ExpectedSourceBucketOwner", self.number)


def _boto3() -> Any:
    try:
        import boto3
    except ImportError as error:
        raise MissingPart("boto3 is not installed. Run: make setup") from error
    return boto3
