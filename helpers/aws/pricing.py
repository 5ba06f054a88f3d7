"""What a training job costs at most; prices change, so they are dated and can be given."""

from __future__ import annotations

from typing import NamedTuple, Optional

from helpers.structures.errors import BadInput

AS_OF = "June 2024, us-east-1"
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
    "ml.m5.xlarge": 0.23,
    "ml.p3.2xlarge": 3.825,
}
SPOT_SAVES = 0.9  # at most, says Amazon


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
) -> Price:
    """Computes the price of a job.

    Args:
        instance_type: as ``ml.g4dn.xlarge``.
        seconds: it runs, at most.
        spot: whether on spot instances.
        count: of instances.
        per_hour: today's price in one's own region, US dollars; by default the one in ``PER_HOUR``.

    Raises:
        BadInput: the instance type's price is not in ``PER_HOUR`` and was not given.
    """
    if per_hour is None and instance_type not in PER_HOUR:
        raise BadInput.of(
            "instance type",
            repr(instance_type),
            "one whose price is known here: " + ", ".join(sorted(PER_HOUR)),
            "Give its price with per_hour=.",
        )
    hourly, as_of = (PER_HOUR[instance_type], AS_OF) if per_hour is None else (per_hour, "as given")
    hours = seconds / 3600 * count
    highest = hours * hourly
    return Price(
        instance_type,
        hours,
        hourly,
        highest * (1 - SPOT_SAVES) if spot else highest,
        highest,
        as_of,
    )
