"""How many machines of a type an account may train on at a time, asked before anything is sent.

Needs ``servicequotas:ListServiceQuotas``. Where that is refused, or nobody answers within seconds,
the quota is not known, and SageMaker itself decides.
"""

from __future__ import annotations

from typing import NamedTuple, Optional

from helpers.aws.account import Account
from helpers.aws.service_errors import QUOTAS
from helpers.structures.errors import BadInput

SERVICE = "sagemaker"
_PAGE = 100  # quotas in an answer; the service gives no more


class Quota(NamedTuple):
    """A quota of an account in a region.

    Attributes:
        name: AWS's own, as ``ml.g4dn.xlarge for training job usage``.
        limit: machines at a time; ``None`` where nobody knows.
        why: nobody knows; empty where it is known.
    """

    name: str
    limit: Optional[float]
    why: str = ""

    def as_text(self) -> str:
        """The quota in one line."""
        if self.limit is None:
            return f"quota {self.name!r}: not known ({self.why}); see {QUOTAS}"
        return f"quota {self.name!r}: {self.limit:g} at a time"


def name_of(instance_type: str, spot: bool = False) -> str:
    """The name of the quota for training on an instance type; spot instances have their own.

    Args:
        instance_type: as ``ml.g4dn.xlarge``.
        spot: whether on spot instances.
    """
    return f"{instance_type} for {'spot ' if spot else ''}training job usage"


def ask(account: Account, instance_type: str, spot: bool = False) -> Quota:
    """The quota for training on an instance type, as this account has it in this region.

    Args:
        account: whose quota it is.
        instance_type: as ``ml.g4dn.xlarge``.
        spot: whether on spot instances.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    from helpers.aws.error_messages import quoted

    name = name_of(instance_type, spot)
    pages = account.brief_client("service-quotas").get_paginator("list_service_quotas")
    try:
        for page in pages.paginate(ServiceCode=SERVICE, PaginationConfig={"PageSize": _PAGE}):
            for quota in page["Quotas"]:
                if quota["QuotaName"] == name:
                    return Quota(name, float(quota["Value"]))
    except (BotoCoreError, ClientError) as error:
        return Quota(name, None, quoted(error))
    return Quota(name, None, "AWS lists none of that name")


def require(quota: Quota, account: Account) -> None:
    """Refuses a job that the account has no machine for.

    Args:
        quota: of :func:`ask`; one that is not known is let pass.
        account: that it is of.

    Raises:
        BadInput: it is below one machine.
    """
    if quota.limit is not None and quota.limit < 1:
        raise BadInput.of(
            f"quota {quota.name!r} of account {account.number} in {account.region}",
            f"{quota.limit:g}",
            "1 or more",
            f"Ask for more at {QUOTAS}, or take another INSTANCE_TYPE; nothing was sent.",
        )
