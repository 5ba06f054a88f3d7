"""Calibration: by hand, and by counting detection after detection."""

import json

import numpy as np
import pytest
from detection_results import one_image, results, scattered, small_results, truth
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.evaluation.calibration import calibrate
from helpers.evaluation.matching import match

CAT, CAT_TOO, AWAY = [0, 0, 10, 10], [20, 20, 40, 40], [100, 100, 120, 120]


def test_bins_and_errors_by_hand():
    made = one_image(
        truth(("cat", CAT), ("cat", CAT_TOO)),
        (CAT, "cat", 1.0),
        (AWAY, "cat", 0.75),
        (CAT_TOO, "cat", 0.25),
    )
    calibration = calibrate(made, bins=2)
    low, high = calibration.bins
    assert (low.low, low.high, low.detections, low.score, low.precision) == (0, 0.5, 1, 0.25, 1)
    assert (high.detections, high.score, high.precision) == (2, 0.875, 0.5)
    assert (low.gap(), high.gap()) == (-0.75, 0.375)
    assert calibration.expected_error == pytest.approx((0.75 + 2 * 0.375) / 3)
    assert calibration.largest_error == 0.75
    assert calibration.overconfidence == pytest.approx(2 / 3 - 2 / 3)


@pytest.mark.parametrize("score, number", [(0.0, 0), (0.5, 1), (1.0, 1)], ids=["0", "edge", "1"])
def test_a_score_at_an_edge_belongs_above_it_and_1_to_the_last(score, number):
    bins = calibrate(one_image(truth(), (CAT, "cat", score)), bins=2).bins
    assert [each.detections for each in bins] == [number == 0, number == 1]


def test_crowds_count_neither_way():
    made = one_image(truth(("cat", CAT), crowds=[0]), (CAT, "cat", 0.9))
    assert calibrate(made).expected_error is None


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(results([], []), id="no images"),
        pytest.param(one_image(truth(("cat", CAT))), id="no detections"),
    ],
)
def test_nothing_to_measure_is_none(made):
    calibration = calibrate(made)
    assert calibration.expected_error is calibration.overconfidence is None
    assert [row["precision"] for row in calibration.rows()] == [None] * 10


def test_no_bins_are_refused():
    with pytest.raises(ValueError):
        calibrate(scattered(1, images=1), bins=0)


@given(made=small_results(), bins=st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_errors_are_those_of_counting(made, bins):
    matches = match(made)
    gathered = [[] for _ in range(bins)]
    for row in np.flatnonzero(~matches.ignored):
        score = matches.score[row]
        last = max(each for each in range(bins) if each / bins <= score or each == 0)
        gathered[last].append((score, matches.truth_index[row] >= 0))
    calibration = calibrate(made, bins)
    assert [each.detections for each in calibration.bins] == list(map(len, gathered))
    total = sum(map(len, gathered))
    if total:
        gaps = [abs(sum(score - right for score, right in rows)) for rows in gathered]
        assert calibration.expected_error == pytest.approx(sum(gaps) / total)
        json.dumps(calibration.as_dict(), allow_nan=False)
