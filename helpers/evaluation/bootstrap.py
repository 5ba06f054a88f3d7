"""How sure a metric is: intervals from resampling the images.

Few eval images decide little. The images are drawn anew, with replacement, as many as there are;
how the metric varies over a thousand such samples is how it would vary over other images of the
same kind: the percentile bootstrap (Efron & Tibshirani, An Introduction to the Bootstrap, 1993,
chapter 13). Images are drawn and not boxes, because the boxes of one image belong together.

It promises a little more than it holds: of intervals at 0.95 over images drawn from 3,000 with one
object each, 91 in 100 held the mAP of all where 40 were drawn, 86 where 10 were. And it knows
nothing of images of another kind than those of the eval split.
"""

from __future__ import annotations

from typing import Iterator, List, NamedTuple, Tuple

import numpy as np

from helpers.evaluation.average_precision import resampled
from helpers.evaluation.interval import Difference, Interval, Intervals, of_samples
from helpers.evaluation.matching import match_at
from helpers.evaluation.results import DetectionResults

IOUS = np.linspace(0.5, 0.95, 10)
_CELLS = 200_000  # samples times detections at once: what stays in a processor's cache


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
        return of_samples(name, float(value), values, images, level)

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
    return Difference(of_samples("mAP", float(value[0]), drawn, len(first), level))


def _require(samples: int, level: float) -> None:
    if samples < 1:
        raise ValueError(f"expected at least one sample, got {samples}")
    if not 0 < level < 1:
        raise ValueError(f"expected a level between 0 and 1, got {level}")


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
