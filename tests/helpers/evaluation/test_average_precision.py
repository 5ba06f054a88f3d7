"""Average precision: by hand, by COCO's own loop, and over samples one after the other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.evaluation.average_precision import RECALLS, average_precision, resampled


@pytest.mark.parametrize(
    "right, objects, expected",
    [
        pytest.param([], 0, None, id="no objects"),
        pytest.param([False], 0, None, id="no objects, one detection"),
        pytest.param([], 3, 0, id="no detections"),
        pytest.param([False, False], 3, 0, id="nothing right"),
        pytest.param([True, True], 2, 1, id="all right"),
        # The recalls 0.00 to 0.50 are 51 of 101.
        pytest.param([True], 2, 51 / 101, id="half found"),
        pytest.param([False, True], 1, 0.5, id="after a wrong one"),
        # 1 up to the recall of 0.5, 2/3 above.
        pytest.param([True, False, True], 2, (51 + 50 * 2 / 3) / 101, id="a wrong one between"),
        # The second is better than the first: it counts for the recalls below, too.
        pytest.param([False, True, True, True], 3, 0.75, id="rising"),
    ],
)
def test_values_are_those_worked_out_by_hand(right, objects, expected):
    value = average_precision(np.array(right, bool), objects)
    assert value == (expected and pytest.approx(expected, abs=1e-15))


def by_cocos_loop(right, objects):
    """As pycocotools writes it."""
    found, wrong = np.cumsum(right), np.cumsum(np.logical_not(right))
    precision = list(found / (found + wrong + np.spacing(1)))
    for place in range(len(precision) - 1, 0, -1):
        precision[place - 1] = max(precision[place - 1], precision[place])
    places = np.searchsorted(found / objects, RECALLS, side="left")
    return sum(precision[place] for place in places if place < len(precision)) / len(RECALLS)


@given(right=st.lists(st.booleans(), max_size=120), more=st.integers(0, 100))
@settings(max_examples=200, deadline=None)
def test_values_are_those_of_cocos_loop(right, more):
    objects = sum(right) + more
    value = average_precision(np.array(right, bool), objects)
    assert value == (pytest.approx(by_cocos_loop(right, objects)) if objects else None)


@pytest.mark.parametrize("objects", [7, 29, 100, 1000])
def test_recalls_that_floating_point_just_reaches_or_misses(objects):
    """Each number of found objects is at a step of the recall for some number of objects."""
    for found in range(1, min(objects, 100) + 1):
        right = [True] * found
        assert average_precision(np.array(right), objects) == pytest.approx(
            by_cocos_loop(right, objects), abs=1e-12
        )


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_sample_is_the_detections_as_often_as_it_holds_their_image(data):
    right = np.array(data.draw(st.lists(st.booleans(), max_size=12)), bool)
    often = st.lists(st.integers(0, 3), min_size=len(right), max_size=len(right))
    weight = np.array(data.draw(st.lists(often, min_size=1, max_size=4)), np.int64)
    more = data.draw(st.lists(st.integers(0, 3), min_size=len(weight), max_size=len(weight)))
    objects = (weight * right).sum(axis=1) + more
    values = resampled(np.flatnonzero(right), weight, np.cumsum(weight, axis=1), objects)
    for value, times, total in zip(values, weight, objects):
        if total:
            assert value == pytest.approx(by_cocos_loop(np.repeat(right, times), total))
        else:
            assert np.isnan(value)
