"""Intervals: the estimate is COCO's, the samples are those of images drawn one by one."""

import numpy as np
import pytest
from builders import detections as detected
from detection_results import LABELS, one_image, results, scattered, small_results, truth
from hypothesis import given, settings

from helpers.evaluation import bootstrap
from helpers.evaluation.bootstrap import difference, interval, intervals
from helpers.evaluation.coco_metrics import coco_metrics
from helpers.evaluation.interval import Interval

CAT, AWAY = [0, 0, 10, 10], [100, 100, 120, 120]
FOUND = truth(("cat", CAT)), detected((CAT, "cat", 0.9))
MISSED = truth(("cat", CAT)), detected()


def images_of(*pairs):
    return results(*zip(*pairs))


@pytest.mark.parametrize("seed", [1, 2])
def test_the_estimate_is_cocos(seed):
    made = scattered(seed)
    metrics, measured = coco_metrics(made), intervals(made, samples=5)
    assert measured.mAP.value == pytest.approx(metrics.mAP, abs=1e-12)
    assert measured.mAP50.value == pytest.approx(metrics.mAP50, abs=1e-12)
    for name, value in metrics.per_class.items():
        assert measured.per_class[name].value == pytest.approx(value, abs=1e-12)


@given(made=small_results())
@settings(max_examples=60, deadline=None)
def test_the_estimate_of_any_results_is_cocos(made):
    metrics, measured = coco_metrics(made), intervals(made, samples=2)
    for value, expected in (
        (measured.mAP.value, metrics.mAP),
        (measured.mAP50.value, metrics.mAP50),
        (measured.per_class["dog"].value, metrics.per_class["dog"]),
    ):
        assert value == (None if expected is None else pytest.approx(expected, abs=1e-12))


def drawn_one_by_one(made, samples, seed):
    """mAP and mAP50 of samples, each evaluated by itself as a set of images of its own."""
    random, values = np.random.RandomState(seed), []
    for _ in range(samples):
        chosen = np.sort(random.randint(0, len(made), len(made)))
        sample = results([made.truth[i] for i in chosen], [made.detections[i] for i in chosen])
        metrics = coco_metrics(sample)
        values.append((metrics.mAP, metrics.mAP50))
    return np.array(values, float)


@pytest.mark.parametrize("cells", [1, 10**6], ids=["one by one", "all at once"])
def test_an_interval_is_that_of_samples_drawn_one_by_one(monkeypatch, cells):
    monkeypatch.setattr(bootstrap, "_CELLS", cells)
    made = scattered(3, images=12, most=6)
    expected = drawn_one_by_one(made, 40, seed=7)
    measured = intervals(made, samples=40, seed=7, level=0.8)
    for each, values in zip((measured.mAP, measured.mAP50), expected.T):
        ends = np.percentile(values, [10, 90])
        assert [each.low, each.high] == pytest.approx(ends.tolist(), abs=1e-12)
        assert each.low < each.value < each.high
    assert interval(made, 40, 7, 0.8) == measured.mAP


def test_samples_without_objects_are_left_out():
    """One image of twelve has the only object: a third of the samples lacks it."""
    made = images_of(FOUND, *[(truth(), detected((AWAY, "dog", 0.5)))] * 11)
    assert intervals(made, samples=200).mAP == Interval(1, 1, 1, "mAP", 12, 0.95)


def test_more_images_make_an_interval_narrower():
    few, many = (interval(images_of(*[FOUND, MISSED] * pairs), 300) for pairs in (10, 160))
    assert few.value == many.value == pytest.approx(51 / 101)
    # The recall of 20 images is within 0.5 +- 0.22, that of 320 within 0.5 +- 0.055.
    assert few.high - few.low == pytest.approx(0.44, abs=0.06)
    assert many.high - many.low == pytest.approx(0.11, abs=0.02)


@pytest.mark.parametrize(
    "made, expected",
    [
        pytest.param(images_of(FOUND), (None, 1, None), id="one image"),
        pytest.param(images_of(*[FOUND] * 9), (None, 1, None), id="few images"),
        pytest.param(images_of(*[FOUND] * 10), (1, 1, 1), id="all found"),
        pytest.param(images_of(*[MISSED] * 10), (0, 0, 0), id="no detections"),
        pytest.param(one_image(truth(), (CAT, "cat", 0.5)), (None, None, None), id="no objects"),
        pytest.param(results([], []), (None, None, None), id="no images"),
    ],
)
def test_where_there_is_little_to_say(made, expected):
    measured = intervals(made, samples=20)
    assert (measured.mAP.low, measured.mAP.value, measured.mAP.high) == expected
    assert measured.mAP.images == len(made)
    assert measured.per_class["dog"].value is None


def test_the_same_seed_gives_the_same_interval():
    made = scattered(4, images=12)
    assert intervals(made, 30, seed=1) == intervals(made, 30, seed=1)
    assert intervals(made, 30, seed=1).mAP != intervals(made, 30, seed=2).mAP


def test_a_model_is_compared_on_the_same_samples():
    """One finds each image that the other finds, and one more."""
    one, two = (images_of(*[FOUND] * found, *[MISSED] * (20 - found)) for found in (9, 12))
    measured = difference(one, two, samples=300)
    assert measured.interval.value == pytest.approx(coco_metrics(two).mAP - coco_metrics(one).mAP)
    assert measured.interval.low >= 0  # it is worse in no sample, though the two intervals overlap
    assert interval(one, 300).high > interval(two, 300).low
    turned = difference(two, one, samples=300).interval
    assert (turned.low, turned.high) == pytest.approx(
        (-measured.interval.high, -measured.interval.low)
    )
    assert difference(one, one, samples=50).decided is False


@pytest.mark.parametrize(
    "arguments",
    [{"samples": 0}, {"level": 0}, {"level": 1}],
    ids=["no samples", "level 0", "level 1"],
)
def test_arguments_without_meaning_are_refused(arguments):
    with pytest.raises(ValueError):
        intervals(images_of(FOUND), **arguments)


def test_models_on_other_images_are_not_compared():
    made = images_of(*[FOUND] * 3)
    with pytest.raises(ValueError):
        difference(made, made.select([0, 2, 1]))
    assert LABELS.names == made.label_map.names
