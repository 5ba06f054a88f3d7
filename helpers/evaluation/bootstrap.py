"""How sure a metric is: intervals from resampling the images.

Few eval images decide little. The images are drawn anew, with replacement, as many as there are;
how the metric varies over a thousand such samples is how it would vary over other images of the
same kind: the percentile bootstrap (Efron & Tibshirani, An Introduction to the Bootstrap, 1993,
chapter 13). Images are drawn and not boxes, because the boxes of one image belong together. What
an interval does not know of is images of another kind than those of the eval split.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple

import numpy as np

from helpers.evaluation.average_precision import resampled
from helpers.evaluation.matching import match_at
from helpers.evaluation.results import DetectionResults

LEAST_IMAGES = 10  # of fewer, samples differ too little: the interval is too narrow
IOUS = np.linspace(0.5, 0.95, 10)
_CELLS = 200_000  # samples times detections at once: what stays in a processor's cache


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
        """The values by name, as JSON has them."""
        return asdict(self)


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
            {"metric": name, "low": each.low, "value": each.value, "high": each.high}
            for name, each in named
        ]

    def as_dict(self) -> Dict[str, Any]:
        """The intervals by name, as JSON has them."""
        return asdict(self)


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
            return f"{images}: mAP {one.value:+.2f}; too few images for an interval"
        verdict = "the second is " + ("better" if one.value > 0 else "worse")
        return (
            f"{images}: mAP {one.value:+.2f}, between {one.low:+.2f} and {one.high:+.2f} "
            f"({100 * one.level:g} %): {verdict if self.decided else 'not told apart'}"
        )

    def as_dict(self) -> Dict[str, Any]:
        """The interval and the verdict, as JSON has them."""
        return {**self.interval.as_dict(), "decided": self.decided}


def intervals(
    results: DetectionResults, samples: int = 1000, seed: int = 0, level: float = 0.95
) -> Intervals:
    """The intervals of mAP, mAP50 and each class, all from the same samples.

    Args:
        results: with detections of scores from near 0.
        samples: how many times the images are drawn.
        seed: of the draws.
        level: the share of samples within the interval.

    Raises:
        ValueError: there is no sample, or the level is not between 0 and 1.
    """
    _require(samples, level)
    measured, drawn = _averages(results, samples, seed)
    images = len(results)

    def one(name: str, value: np.ndarray, values: np.ndarray) -> Interval:
        return _interval(name, float(value), values, images, level)

    names = results.label_map.names
    return Intervals(
        one("mAP", _mean(measured)[0], _mean(drawn)),
        one("mAP50", _mean(measured[..., :1])[0], _mean(drawn[..., :1])),
        {
            name: one("AP", measured[0, number].mean(), drawn[:, number].mean(axis=1))
            for number, name in enumerate(names)
        },
    )


def interval(
    results: DetectionResults, samples: int = 1000, seed: int = 0, level: float = 0.95
) -> Interval:
    """The interval of mAP alone; arguments as of :func:`intervals`."""
    return intervals(results, samples, seed, level).mAP


def difference(
    first: DetectionResults,
    second: DetectionResults,
    samples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Difference:
    """Whether one model is better than another on the same images.

    Narrower than the two intervals by themselves, since what is hard for one is hard for both.

    Args:
        first: of one model.
        second: of another, on the same images in the same order.
        samples: how many times the images are drawn.
        seed: of the draws.
        level: the share of samples within the interval.

    Raises:
        ValueError: the images differ, there is no sample, or the level is not between 0 and 1.
    """
    _require(samples, level)
    if first.filenames != second.filenames:
        raise ValueError("expected two results on the same images in the same order")
    pairs = [
        [_mean(values) for values in _averages(results, samples, seed)]
        for results in (first, second)
    ]
    value, drawn = (two - one for one, two in zip(*pairs))
    return Difference(_interval("mAP", float(value[0]), drawn, len(first), level))


def _require(samples: int, level: float) -> None:
    if samples < 1:
        raise ValueError(f"expected at least one sample, got {samples}")
    if not 0 < level < 1:
        raise ValueError(f"expected a level between 0 and 1, got {level}")


def _interval(metric: str, value: float, drawn: np.ndarray, images: int, level: float) -> Interval:
    if np.isnan(value):
        return Interval(None, None, None, metric, images, level)
    drawn = drawn[~np.isnan(drawn)]
    if images < LEAST_IMAGES or not len(drawn):
        return Interval(None, value, None, metric, images, level)
    low, high = np.percentile(drawn, [50 * (1 - level), 50 * (1 + level)])
    return Interval(float(low), value, float(high), metric, images, level)


def _mean(averages: np.ndarray) -> np.ndarray:
    """Over classes and IoU thresholds, (samples,); NaN in samples without objects."""
    by_class = averages.mean(axis=2)
    known = ~np.isnan(by_class)
    total = np.where(known, by_class, 0).sum(axis=1)
    return np.divide(total, known.sum(axis=1), out=np.full(len(total), np.nan), where=known.any(1))


class _Class(NamedTuple):
    """The detections of a class in the order of their scores, and its objects.

    Attributes:
        image: int (n,), index of each detection's image.
        right: bool (thresholds, n), finds an object.
        ignored: bool (thresholds, n), counts neither way.
        objects: int (images,), how many are to be found on each image.
    """

    image: np.ndarray
    right: np.ndarray
    ignored: np.ndarray
    objects: np.ndarray


def _averages(results: DetectionResults, samples: int, seed: int) -> Tuple[np.ndarray, np.ndarray]:
    """Average precision of all images, and of samples: (1 and samples, classes, thresholds)."""
    classes = _classes(results)
    widest = max((len(each.image) for each in classes), default=0)
    draws = _draws(len(results), samples, seed, max(1, _CELLS // max(widest, 1)))
    return (
        _of_samples(classes, np.ones((1, len(results)), np.int64)),
        np.concatenate([_of_samples(classes, weights) for weights in draws]),
    )


def _classes(results: DetectionResults) -> List[_Class]:
    matches = match_at(results, IOUS)
    classes = []
    for number in range(len(results.label_map)):
        rows = np.flatnonzero(matches.class_index == number)
        rows = rows[np.argsort(-matches.score[rows], kind="mergesort")]
        ignored = matches.ignored[:, rows]
        objects = (matches.truth_class == number) & ~matches.truth_ignored
        classes.append(
            _Class(
                matches.image[rows],
                (matches.truth_row[:, rows] >= 0) & ~ignored,
                ignored,
                np.bincount(matches.truth_image[objects], minlength=len(results)),
            )
        )
    return classes


def _draws(images: int, samples: int, seed: int, together: int) -> Iterator[np.ndarray]:
    """How often each image is in each sample, int (at most ``together``, images)."""
    random = np.random.RandomState(seed)
    for start in range(0, samples, together):
        yield np.array(
            [
                np.bincount(random.randint(0, max(images, 1), images), minlength=images)
                for _ in range(start, min(start + together, samples))
            ]
        )


def _of_samples(classes: List[_Class], weights: np.ndarray) -> np.ndarray:
    """Average precision, (samples, classes, thresholds); NaN where a class has no objects."""
    averages = np.full((len(weights), len(classes), len(IOUS)), np.nan)
    for number, each in enumerate(classes):
        objects, weight = weights @ each.objects, weights[:, each.image]
        counted = before = None
        for level, (right, ignored) in enumerate(zip(each.right, each.ignored)):
            if before is None or not np.array_equal(before, ignored):
                counted, before = np.cumsum(np.where(ignored, 0, weight), axis=1), ignored
            averages[:, number, level] = resampled(np.flatnonzero(right), weight, counted, objects)
    return averages
