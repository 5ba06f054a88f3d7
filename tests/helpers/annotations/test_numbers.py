"""Numbers are read from any value, and written so that they read back the same."""

import json
import math

import numpy as np
import pytest
from builders import DECIMAL
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.annotations import numbers

PIXELS = st.floats(-65536, 65536, width=32).map(lambda value: value if abs(value) > 0.001 else 0)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIXELS, min_size=4, max_size=4))
def test_xywh_gives_the_same_box(values):
    box = np.array(values, np.float32)
    xywh = numbers.as_xywh(box)
    assert numbers.same_box(numbers.from_xywh(json.loads(json.dumps(xywh))), box)


@settings(max_examples=150, deadline=None)
@given(st.lists(DECIMAL, min_size=4, max_size=4))
def test_few_digits_are_written_as_they_came(xywh):
    assert numbers.as_xywh(np.array(numbers.from_xywh(xywh), np.float32)) == xywh


@pytest.mark.parametrize(
    "value, expected",
    [
        pytest.param(3, 3, id="integer"),
        pytest.param("1.9e1", 19, id="exponent"),
        pytest.param(" 7 ", 7, id="padded text"),
        pytest.param(-0.5, -0.5, id="negative"),
        pytest.param(1e9, 1e9, id="largest"),
        pytest.param(1.1e9, None, id="too large"),
        pytest.param(True, None, id="boolean"),
        pytest.param(None, None, id="null"),
        pytest.param("", None, id="empty text"),
        pytest.param("nan", None, id="NaN"),
        pytest.param(math.inf, None, id="infinity"),
        pytest.param([1], None, id="list"),
        pytest.param({}, None, id="mapping"),
        pytest.param(10**400, None, id="beyond float64"),
    ],
)
def test_a_number_is_finite_and_of_the_magnitude_of_images(value, expected):
    assert numbers.number(value) == expected


@pytest.mark.parametrize(
    "values, count, expected",
    [
        ([1, "2"], None, [1, 2]),
        ((1, 2), 2, [1, 2]),
        ([], None, []),
        ([1, 2], 4, None),
        ([1, None], None, None),
        ("12", None, None),
        (None, None, None),
    ],
    ids=["text", "count", "empty", "other count", "no number", "no list", "nothing"],
)
def test_all_values_are_numbers_or_none(values, count, expected):
    assert numbers.numbers(values, count) == expected


@pytest.mark.parametrize(
    "value, expected",
    [(40, 40), ("30", 30), (1, 1), (0, None), (-3, None), (2.5, None), ("", None)],
)
def test_a_length_is_whole_pixels(value, expected):
    assert numbers.length(value) == expected


@pytest.mark.parametrize(
    "xs, ys, expected",
    [([3, 9, 5], [8, 2, 4], [3, 2, 9, 8]), ([1], [2], [1, 2, 1, 2]), ([], [], None)]
    + [([1, 2], [1], None), (None, [1], None)],
    ids=["points", "one point", "none", "uneven", "no list"],
)
def test_the_bounding_box_of_points(xs, ys, expected):
    assert numbers.bounding_box(xs, ys) == expected


@settings(max_examples=150, deadline=None)
@given(st.lists(PIXELS, min_size=4, max_size=4), st.integers(1, 4000), st.integers(1, 4000))
def test_a_relative_centre_gives_the_same_box(values, width, height):
    box = np.array([*np.minimum(values[:2], values[2:]), *np.maximum(values[:2], values[2:])], "f4")
    texts = numbers.as_centre(box, width, height)
    back = numbers.from_centre([float(text) for text in texts], width, height)
    np.testing.assert_allclose(back, box, rtol=1e-5, atol=1e-5)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIXELS, min_size=4, max_size=4), st.integers(1, 4000), st.integers(1, 4000))
def test_percent_and_a_centre_in_pixels_give_the_same_box(values, width, height):
    box = np.array(values, "f4")
    percent = numbers.from_percent(numbers.as_percent(box, width, height), width, height)
    assert numbers.same_box(numbers.from_centre(numbers.as_centre_in_pixels(box), 1, 1), box)
    np.testing.assert_allclose(percent, box, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    "box, centre, percent",
    [
        ([1, 2, 20, 25], [10.5, 13.5, 19, 23], [2.5, 6.7, 47.5, 76.6]),
        ([0, 0, 40, 30], [20, 15, 40, 30], [0, 0, 100, 100]),
        ([0.1, 3, 20.1, 6], [10.1, 4.5, 20, 3], [0.25, 10, 50, 10]),
    ],
    ids=["whole", "all", "decimals"],
)
def test_places_are_written_in_few_digits(box, centre, percent):
    assert numbers.as_centre_in_pixels(box) == centre
    np.testing.assert_allclose(numbers.as_percent(box, 40, 30), percent, atol=0.07)


@pytest.mark.parametrize(
    "first, second, expected",
    [
        ([1, 2, 3, 4], [1, 2, 3, 4], True),
        ([1, 2, 3, 4], [1, 2, 3, 4.0000001], True),
        ([1, 2, 3, 4], [1, 2, 3, 4.001], False),
        (None, numbers.NO_BOX, True),
        (None, [1, 2, 3, 4], False),
    ],
    ids=["equal", "equal as float32", "different", "no box twice", "no box"],
)
def test_boxes_are_the_same_as_float32(first, second, expected):
    assert numbers.same_box(first, second) is expected
