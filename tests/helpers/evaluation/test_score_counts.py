"""The counts at a threshold: by hand, and by leaving out detections before the matching."""

import numpy as np
import pytest
from detection_results import LABELS, small_results
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.evaluation.matching import match
from helpers.evaluation.score_counts import (
    ALL,
    OperatingPoint,
    ScoreCounts,
    by_class,
    json_values,
    pooled,
)


@pytest.mark.parametrize(
    "point, missed, precision, recall, f1",
    [
        pytest.param(OperatingPoint("cat", 4, 0.5, 3, 1), 1, 0.75, 0.75, 0.75, id="some of each"),
        pytest.param(OperatingPoint("cat", 2, 0.5, 0, 0), 2, None, 0, 0, id="no detections"),
        pytest.param(OperatingPoint("cat", 0, 0.5, 0, 3), 0, 0, None, None, id="no objects"),
        pytest.param(OperatingPoint("cat", 0, 0.5, 0, 0), 0, None, None, None, id="nothing"),
    ],
)
def test_rates_of_an_operating_point(point, missed, precision, recall, f1):
    assert (point.missed, point.precision, point.recall, point.f1) == (
        missed,
        precision,
        recall,
        f1,
    )
    assert point.as_dict()["f1"] == f1 and point.as_dict()["missed"] == missed


def counts(*rows, objects=2):
    """Counts from ``(score, right)`` rows, the highest first."""
    score = np.array([score for score, _ in rows], np.float32).astype(float)
    return ScoreCounts("cat", objects, score, np.array([right for _, right in rows], bool))


@pytest.mark.parametrize(
    "made, threshold, found, spurious",
    [
        pytest.param(counts((0.9, True), (0.5, False)), 0.7, 1, 0, id="halfway to the next"),
        pytest.param(counts((0.9, True), (0.5, True)), 0.25, 2, 0, id="down to 0"),
        pytest.param(counts((0.9, False), (0.5, True)), 0.25, 1, 1, id="a wrong one before"),
        pytest.param(counts((0.9, True), (0.895, False)), 0.8975, 1, 0, id="four decimals"),
        pytest.param(
            counts((0.9, True), (0.6, True), (0.6, False), (0.1, False)), 0.35, 2, 1, id="ties"
        ),
        pytest.param(
            counts((0.9, True), (0.8, False), (0.7, True), (0.2, False), objects=3),
            0.45,
            2,
            1,
            id="the best of several",
        ),
        pytest.param(counts((0.9, True), (0.7, True), objects=4), 0.35, 2, 0, id="some missed"),
        # 2/3 after the first and after the fourth.
        pytest.param(
            counts((0.9, True), (0.5, False), (0.4, False), (0.3, True)), 0.7, 1, 0, id="equal F1"
        ),
        pytest.param(counts((0.9, False)), None, 0, 0, id="nothing right"),
        pytest.param(counts(), None, 0, 0, id="no detections"),
        pytest.param(counts((0.9, False), objects=0), None, 0, 0, id="no objects"),
    ],
)
def test_the_best_threshold_and_what_it_finds(made, threshold, found, spurious):
    best = made.best()
    assert best.threshold == threshold
    assert (best.true_positives, best.false_positives) == (found, spurious)


@pytest.mark.parametrize("score", [0.1, 0.3, 0.7, 0.9])
def test_a_threshold_keeps_the_score_that_is_equal_to_it(score):
    """Scores are float32: 0.7 is a little less there, and 0.1 a little more."""
    assert counts((score, True)).point(score).true_positives == 1


def test_scores_that_lie_close_together_are_told_apart():
    below, above = np.float32(0.5), np.nextafter(np.float32(0.5), np.float32(1))
    best = counts((above, True), (below, False), objects=1).best()
    assert below < np.float32(best.threshold) <= above
    assert (best.true_positives, best.false_positives) == (1, 0)


def all_counts(made):
    classes = by_class(match(made), LABELS.names)
    return [*classes, pooled(classes)]


@given(made=small_results(), tenths=st.integers(0, 10))
@settings(max_examples=60, deadline=None)
def test_a_threshold_is_the_detections_that_are_left(made, tenths):
    threshold = tenths / 10
    kept = match(made.with_min_score(threshold))
    for number, each in enumerate(all_counts(made)):
        mine = kept.class_index == number if each.name != ALL else kept.class_index >= 0
        point = each.point(threshold)
        assert point.true_positives == np.sum(kept.true_positive & mine)
        assert point.false_positives == np.sum(kept.false_positive & mine)
        objects = kept.truth_class == number if each.name != ALL else kept.truth_class >= 0
        assert point.missed == np.sum(kept.missed() & objects)


@given(made=small_results())
@settings(max_examples=60, deadline=None)
def test_no_threshold_is_better_than_the_best(made):
    for each in all_counts(made):
        best = each.best()
        tried = [each.point(value).f1 or 0 for value in np.linspace(0, 1, 41)]
        assert (best.f1 or 0) >= max(tried) - 1e-12
        if best.threshold is not None:
            assert each.point(best.threshold) == best


def test_arrays_become_json_values():
    assert json_values(np.array([0.123456, np.nan, 1])) == [0.1235, None, 1.0]
