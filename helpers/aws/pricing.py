"""What a machine of SageMaker costs an hour; prices change, so they are dated and can be given."""

from __future__ import annotations

import json
from typing import Any, Dict, Mapping, NamedTuple, Optional

from helpers.aws.account import Account
from helpers.structures.errors import BadInput

AS_OF, BASE_REGION = "June 2024", "us-east-1"
# US dollars an hour for training. Source: the price list on Amazon's SageMaker pages.
PER_HOUR = {
    "ml.c5.2xlarge": 0.408,
    "ml.c5.4xlarge": 0.816,
    "ml.c5.xlarge": 0.204,
    "ml.g4dn.12xlarge": 4.89,
    "ml.g4dn.2xlarge": 0.94,
    "ml.g4dn.xlarge": 0.736,
    "ml.m5.2xlarge": 0.461,
    "ml.m5.4xlarge": 0.922,
    "ml.m5.large": 0.115,
    "ml.m5.xlarge": 0.23,
    "ml.p3.2xlarge": 3.825,
}
# The price of a family in a region, as a multiple of that in BASE_REGION: EC2's list prices on
# demand at the same date, which those of SageMaker follow.
_REGIONS: Dict[str, Mapping[str, float]] = {
    "ap-northeast-1": {"c5": 1.26, "g4dn": 1.35, "m5": 1.29, "p3": 1.37},
    "ap-south-1": {"c5": 1.0, "g4dn": 1.1, "m5": 1.05},
    "ap-southeast-1": {"c5": 1.15, "g4dn": 1.4, "m5": 1.25, "p3": 1.38},
    "ap-southeast-2": {"c5": 1.31, "g4dn": 1.3, "m5": 1.25, "p3": 1.38},
    "ca-central-1": {"c5": 1.09, "g4dn": 1.11, "m5": 1.11, "p3": 1.1},
    "eu-central-1": {"c5": 1.14, "g4dn": 1.25, "m5": 1.2, "p3": 1.25},
    "eu-west-1": {"c5": 1.13, "g4dn": 1.12, "m5": 1.11, "p3": 1.08},
    "eu-west-2": {"c5": 1.19, "g4dn": 1.17, "m5": 1.16, "p3": 1.17},
    "sa-east-1": {"c5": 1.54, "g4dn": 1.7, "m5": 1.59},
    "us-east-1": {"c5": 1.0, "g4dn": 1.0, "m5": 1.0, "p3": 1.0},
    "us-east-2": {"c5": 1.0, "g4dn": 1.0, "m5": 1.0, "p3": 1.0},
    "us-west-2": {"c5": 1.0, "g4dn": 1.0, "m5": 1.0, "p3": 1.0},
}
# At most and usually, says Amazon's page on managed spot training: "up to 90%".
SPOT_SAVES = 0.9
AS_GIVEN = "as given"
_LIST_REGION = "us-east-1"  # the price list answers in few regions, for all of them


class HourlyPrice(NamedTuple):
    """What an hour of a machine costs.

    Attributes:
        per_hour: on demand, US dollars.
        as_of: when and where that was the price.
    """

    per_hour: float
    as_of: str


class Price(NamedTuple):
    """What a job costs; disks and storage, some cents, come on top.

    Attributes:
        instance_type: what it runs on.
        hours: that are paid for, all instances together.
        per_hour: on demand, US dollars.
        lowest: US dollars; below ``highest`` only on spot instances.
        highest: US dollars.
        as_of: when and where that was the price.
    """

    instance_type: str
    hours: float
    per_hour: float
    lowest: float
    highest: float
    as_of: str

    def __str__(self) -> str:
        spot = f", on spot perhaps {self.lowest:.2f}" if self.lowest < self.highest else ""
        return (
            f"at most {self.highest:.2f} USD{spot}: {self.hours:.2f} h of {self.instance_type} "
            f"at {self.per_hour:g} USD ({self.as_of})"
        )


def price(
    instance_type: str,
    seconds: float,
    spot: bool = False,
    count: int = 1,
    per_hour: Optional[float] = None,
    region: str = BASE_REGION,
) -> Price:
    """Computes the price of a job.

    Args:
        instance_type: as ``ml.g4dn.xlarge``.
        seconds: it runs, at most.
        spot: whether on spot instances.
        count: of instances.
        per_hour: today's price in one's own region, US dollars; by default that of the table.
        region: that it runs in.

    Raises:
        BadInput: the instance type's price is not known and was not given.
    """
    hourly = tabled(instance_type, region) if per_hour is None else given(per_hour)
    return of_hours(instance_type, seconds / 3600 * count, hourly, spot)


def of_hours(instance_type: str, hours: float, hourly: HourlyPrice, spot: bool = False) -> Price:
    """The price of so many hours.

    Args:
        instance_type: for people.
        hours: that are paid for.
        hourly: what each costs.
        spot: whether on spot instances.
    """
    highest = hours * hourly.per_hour
    lowest = highest * (1 - SPOT_SAVES) if spot else highest
    return Price(instance_type, hours, hourly.per_hour, lowest, highest, hourly.as_of)


def given(per_hour: float, as_of: str = AS_GIVEN) -> HourlyPrice:
    """A price that the user gave.

    Args:
        per_hour: US dollars.
        as_of: where it is from.

    Raises:
        BadInput: it is below 0.
    """
    if not per_hour >= 0:
        raise BadInput.of("price of an hour", f"{per_hour:g}", "0 or more USD", "Correct it.")
    return HourlyPrice(per_hour, as_of)


def tabled(instance_type: str, region: str = BASE_REGION) -> HourlyPrice:
    """The dated price of an instance type in a region.

    Raises:
        BadInput: it is not in the table.
    """
    if instance_type not in PER_HOUR:
        raise BadInput.of(
            "instance type",
            repr(instance_type),
            "one whose price is known here: " + ", ".join(sorted(PER_HOUR)),
            "Give its price with PER_HOUR (per_hour=).",
        )
    factor = _REGIONS.get(region, {}).get(instance_type.split(".")[1])
    if factor is None:
        as_of = f"{AS_OF}, {BASE_REGION}; {region} may well cost half as much again"
        return HourlyPrice(PER_HOUR[instance_type], as_of)
    return HourlyPrice(round(PER_HOUR[instance_type] * factor, 4), f"{AS_OF}, {region}")


def listed(account: Account, instance_type: str) -> HourlyPrice:
    """Today's price for training, from Amazon's price list, or from the table where it is away.

    Args:
        account: asks; its region is the one that counts.
        instance_type: as ``ml.g4dn.xlarge``.

    Raises:
        BadInput: the list is out of reach, and the table does not have the type.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    from helpers.aws.error_messages import quoted

    fields = {"instanceName": instance_type, "regionCode": account.region}
    filters = [
        {"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in fields.items()
    ]
    try:
        answer = account.brief_client("pricing", _LIST_REGION).get_products(
            ServiceCode="AmazonSageMaker", Filters=filters
        )
    except (BotoCoreError, ClientError) as error:
        known = tabled(instance_type, account.region)
        return known._replace(as_of=f"{known.as_of}; the price list: {quoted(error)[:80]}")
    prices = [_training_price(json.loads(text), instance_type) for text in answer["PriceList"]]
    found = [value for value in prices if value is not None]
    if not found:
        return tabled(instance_type, account.region)
    return HourlyPrice(max(found), f"today's price list, {account.region}")


def _training_price(product: Mapping[str, Any], instance_type: str) -> Optional[float]:
    """The price of an hour on demand; ``None`` where the product is not training.

    Source: the Price List user guide, "Reading a service price list file".
    """
    usage = str(product["product"]["attributes"].get("usagetype", ""))
    if not usage.endswith(f"Train:{instance_type}"):
        return None
    for term in product.get("terms", {}).get("OnDemand", {}).values():
        for dimension in term["priceDimensions"].values():
            if dimension["unit"].lower().startswith("h"):
                return float(dimension["pricePerUnit"]["USD"])
    return None
