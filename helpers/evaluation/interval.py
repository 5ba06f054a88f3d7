"""A metric with the range in which it lies, and what that says of two models."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Dict, List, Optional

import numpy as np

from helpers.evaluation.score_counts import rounded

LEAST_IMAGES = 10  # of fewer, samples differ too little: the interval is too narrow


@dataclass(frozen=True)
class Interval:
    """A metric with the range in which it lies.

    Attributes:
        low: the lower end; ``None`` without an interval: too few images, or no objects.
        value: the metric on all images; ``None`` without objects.
        high: the upper end.
        metric: its name.
        images: how many images there are.
        level: the share of samples within the range, as 0.95.
    """

    low: Optional[float]
    value: Optional[float]
    high: Optional[float]
    metric: str
    images: int
    level: float

    def sentence(self) -> str:
        """As ``40 images: mAP 0.59, between 0.52 and 0.65 (95 %)``."""
        images = f"{self.images} image{'' if self.images == 1 else 's'}"
        if self.value is None:
            return f"{images}: no objects, so no {self.metric}"
        if self.low is None or self.high is None:
            return f"{images}: {self.metric} {self.value:.2f}; too few images for an interval"
        return (
            f"{images}: {self.metric} {self.value:.2f}, between {self.low:.2f} and "
            f"{self.high:.2f} ({100 * self.level:g} %)"
        )

    def as_dict(self) -> Dict[str, Any]:
        """The values by name, the ends to four decimals, as JSON has them."""
        ends = {name: rounded(getattr(self, name)) for name in ("low", "value", "high")}
        return {**asdict(self), **ends}


@dataclass(frozen=True)
class Intervals:
    """The intervals of one set of samples.

    Attributes:
        mAP: mean over classes and IoU 0.5 to 0.95.
        mAP50: mean over classes at IoU 0.5.
        per_class: average precision over IoU 0.5 to 0.95, by class in the label map's order.
    """

    mAP: Interval
    mAP50: Interval
    per_class: Dict[str, Interval]

    def rows(self) -> List[Dict[str, Any]]:
        """One row for each metric and for each class, for a table."""
        named = [("mAP", self.mAP), ("mAP50", self.mAP50)]
        named += [(f"AP {name}", interval) for name, interval in self.per_class.items()]
        return [
            {
                "metric": name,
                "low": rounded(each.low),
                "value": rounded(each.value),
                "high": rounded(each.high),
            }
            for name, each in named
        ]

    def as_dict(self) -> Dict[str, Any]:
        """The intervals by name, as JSON has them."""
        return {
            "mAP": self.mAP.as_dict(),
            "mAP50": self.mAP50.as_dict(),
            "per_class": {name: each.as_dict() for name, each in self.per_class.items()},
        }


@dataclass(frozen=True)
class Difference:
    """By how much the second of two models is better, on the same images.

    Attributes:
        interval: of the second's mAP less the first's, both on the same samples.
    """

    interval: Interval

    @property
    def decided(self) -> Optional[bool]:
        """Whether the images tell the two apart; ``None`` without an interval."""
        if self.interval.low is None or self.interval.high is None:
            return None
        return self.interval.low > 0 or self.interval.high < 0

    def sentence(self) -> str:
        """As ``40 images: mAP +0.03, between -0.01 and +0.07 (95 %): not told apart``."""
        one = self.interval
        images = f"{one.images} image{'' if one.images == 1 else 's'}"
        if one.value is None:
            return f"{images}: no objects, so no mAP"
        if one.low is None or one.high is None:
            return f"{images}: mAP {_signed(one.value)}; too few images for an interval"
        verdict = "not told apart"
        if self.decided:
            verdict = "the second is " + ("better" if one.value > 0 else "worse")
        return (
            f"{images}: mAP {_signed(one.value)}, between {_signed(one.low)} and "
            f"{_signed(one.high)} ({100 * one.level:g} %): {verdict}"
        )

    def as_dict(self) -> Dict[str, Any]:
        """The interval and the verdict, as JSON has them."""
        return {**self.interval.as_dict(), "decided": self.decided}


def _signed(value: float) -> str:
    """To two decimals, or as many as it takes to be different from 0, as ``+0.03``."""
    for decimals in (2, 3, 4):
        if round(value, decimals):
            return f"{value:+.{decimals}f}"
    return "0"


def of_samples(metric: str, value: float, drawn: np.ndarray, images: int, level: float) -> Interval:
    """The interval of a metric from what it is in samples.

    Args:
        metric: its name.
        value: on all images; NaN without objects.
        drawn: float (samples,), NaN in samples without objects, which are left out.
        images: how many there are.
        level: the share of samples within the interval.
    """
    if np.isnan(value):
        return Interval(None, None, None, metric, images, level)
    drawn = drawn[~np.isnan(drawn)]
    if images < LEAST_IMAGES or not len(drawn):
        return Interval(None, value, None, metric, images, level)
    low, high = np.percentile(drawn, [50 * (1 - level), 50 * (1 + level)])
    return Interval(float(low), value, float(high), metric, images, level)
