"""What a training job is going to cost, and what it did cost."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple

from helpers.aws.pricing import AS_GIVEN, SPOT_SAVES, HourlyPrice
from helpers.structures.errors import BadInput
from helpers.training.time_estimate import clock

# Images a second with all layers trained, SSD MobileNet v2 at 300x300: a rule of thumb, low rather
# than high, for a first run. The CPUs' were measured here on two cores and scaled by their number;
# that of the GPUs is what their users report of this API.
IMAGES_PER_SECOND = {
    "ml.c5.2xlarge": 16.0,
    "ml.c5.4xlarge": 28.0,
    "ml.c5.xlarge": 9.0,
    "ml.g4dn.12xlarge": 60.0,
    "ml.g4dn.2xlarge": 50.0,
    "ml.g4dn.xlarge": 40.0,
    "ml.m5.2xlarge": 14.0,
    "ml.m5.4xlarge": 24.0,
    "ml.m5.large": 4.0,
    "ml.m5.xlarge": 8.0,
    "ml.p3.2xlarge": 80.0,
}
AROUND = 600  # seconds beside the steps: the image, the channels, evaluation, export, the archive
DISK_MONTH = 0.14  # US dollars a GB and month, of SageMaker's disks; us-east-1, June 2024
S3_MONTH = 0.023  # the same, of S3
_MONTH = 730.0  # hours


class Speed(NamedTuple):
    """What the price of a job rests on, where it was measured or is known better.

    Attributes:
        per_hour: today's price of the machine in this region, US dollars; 0 is that of the dated
            table.
        images_per_second: of an earlier job on such a machine; 0 is a rule of thumb.
        as_of: where ``per_hour`` is from.
    """

    per_hour: float = 0.0
    images_per_second: float = 0.0
    as_of: str = AS_GIVEN


class Work(NamedTuple):
    """What a job does.

    Attributes:
        steps: of training.
        batch_size: images in a step.
        images_per_second: as measured; 0 is the rule of thumb of the instance type.
    """

    steps: int
    batch_size: int
    images_per_second: float = 0.0


class Machine(NamedTuple):
    """What a job runs on.

    Attributes:
        instance_type: as ``ml.g4dn.xlarge``.
        hourly: its price.
        spot: whether it is a spot instance.
        volume_gb: its disk.
        max_run: seconds after which SageMaker stops it.
    """

    instance_type: str
    hourly: HourlyPrice
    spot: bool
    volume_gb: int
    max_run: int


class Estimate(NamedTuple):
    """What a job is going to cost, US dollars.

    Attributes:
        machine: that it runs on.
        seconds: that it is expected to take; never more than its limit.
        rate: images a second that this rests on.
        measured: whether they were measured rather than a rule of thumb.
        stored_gb: in S3, in and out.
        stopped: whether it is expected to reach its limit before it is done.
    """

    machine: Machine
    seconds: float
    rate: float
    measured: bool
    stored_gb: float
    stopped: bool

    def dollars(self, seconds: float) -> float:
        """The machine and its disk for so many seconds, on demand."""
        machine, hours = self.machine, seconds / 3600
        disk = machine.volume_gb * DISK_MONTH * hours / _MONTH
        return hours * machine.hourly.per_hour + disk

    @property
    def expected(self) -> float:
        """Of the time that it is expected to take, on demand."""
        return self.dollars(self.seconds)

    @property
    def highest(self) -> float:
        """Of the time after which SageMaker stops it."""
        return self.dollars(self.machine.max_run)

    @property
    def lowest(self) -> float:
        """As ``expected``, with the most that spot instances save."""
        return self.expected * (1 - SPOT_SAVES) if self.machine.spot else self.expected

    def rows(self) -> List[Dict[str, Any]]:
        """The parts, for a table."""
        machine = self.machine
        source = "measured" if self.measured else "a rule of thumb"
        price = f"{machine.hourly.per_hour:g} USD an hour ({machine.hourly.as_of})"
        rows = [
            ("machine", f"{machine.instance_type}, {price}"),
            ("time expected", f"{clock(self.seconds)}, at {self.rate:g} images/s ({source})"),
            ("cost expected", f"{self.expected:.2f} USD"),
            ("cost at most", f"{self.highest:.2f} USD: stopped after {clock(machine.max_run)}"),
            ("stored in S3", f"{self.stored_gb * S3_MONTH:.3f} USD a month, until it is deleted"),
        ]
        if machine.spot:
            spot = (
                f"{self.lowest:.2f} to {self.expected:.2f} USD: spot saves up to {SPOT_SAVES:.0%}"
            )
            rows.insert(3, ("on spot instances", spot))
        if self.stopped:
            rows.append(("mind", "SageMaker stops it before it is done: give more HOURS"))
        return [{"what": what, "value": value} for what, value in rows]

    def as_text(self) -> str:
        """The parts, a line each."""
        return "\n".join(f"{row['what']}: {row['value']}" for row in self.rows())


def estimate(work: Work, machine: Machine, stored_bytes: int) -> Estimate:
    """What a job is going to cost.

    Args:
        work: that it does.
        machine: that it does it on.
        stored_bytes: in S3, in and out.

    Raises:
        BadInput: nothing is known about the instance type, and no rate was measured.
    """
    if work.images_per_second < 0:
        raise BadInput.of("images/s", f"{work.images_per_second:g}", "0 or more", "Correct it.")
    known = IMAGES_PER_SECOND.get(machine.instance_type, 0.0)
    rate = work.images_per_second or known
    if not rate:
        raise BadInput.of(
            "instance type",
            repr(machine.instance_type),
            "one whose speed is known here: " + ", ".join(sorted(IMAGES_PER_SECOND)),
            "Say with IMAGES_PER_SECOND how fast it trains.",
        )
    seconds = AROUND + work.steps * work.batch_size / rate
    return Estimate(
        machine,
        min(seconds, machine.max_run),
        rate,
        bool(work.images_per_second),
        stored_bytes / 1e9,
        seconds > machine.max_run,
    )


class Cost(NamedTuple):
    """What a job did cost.

    Attributes:
        seconds: that its machine worked.
        billed: seconds that are paid for.
        hourly: the machine's price on demand.
        volume_gb: its disk.
        spot: whether it was a spot instance.
    """

    seconds: int
    billed: int
    hourly: HourlyPrice
    volume_gb: int
    spot: bool

    @property
    def dollars(self) -> float:
        """Machine and disk, US dollars."""
        disk = self.volume_gb * DISK_MONTH * self.seconds / 3600 / _MONTH
        return self.billed / 3600 * self.hourly.per_hour + disk

    @property
    def saved(self) -> float:
        """What spot instances saved, 0 to 1."""
        return 1 - self.billed / self.seconds if self.spot and self.seconds else 0.0

    def as_text(self) -> str:
        """One line for people."""
        spot = f"; spot saved {self.saved:.0%}" if self.spot else ""
        return (
            f"{self.dollars:.2f} USD: {clock(self.billed)} billed of {clock(self.seconds)} at "
            f"{self.hourly.per_hour:g} USD an hour ({self.hourly.as_of}){spot}"
        )


def cost_of(answer: Mapping[str, Any], hourly: HourlyPrice) -> Cost:
    """What a job did cost.

    Args:
        answer: of ``describe_training_job``.
        hourly: the price of its machine on demand.
    """
    seconds = int(answer.get("TrainingTimeInSeconds", 0))
    return Cost(
        seconds,
        int(answer.get("BillableTimeInSeconds", seconds)),
        hourly,
        int(answer["ResourceConfig"]["VolumeSizeInGB"]),
        bool(answer.get("EnableManagedSpotTraining", False)),
    )
