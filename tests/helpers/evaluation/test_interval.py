"""Intervals as sentences, tables and JSON."""

import json

import numpy as np
import pytest

from helpers.evaluation.interval import Difference, Interval, Intervals, of_samples


@pytest.mark.parametrize(
    "low, value, high, images, sentence",
    [
        (0.518, 0.59, 0.651, 40, "40 images: mAP 0.59, between 0.52 and 0.65 (95 %)"),
        (None, 0.59, None, 1, "1 image: mAP 0.59; too few images for an interval"),
        (None, None, None, 40, "40 images: no objects, so no mAP"),
        (None, None, None, 0, "0 images: no objects, so no mAP"),
    ],
    ids=["interval", "one image", "no objects", "no images"],
)
def test_the_sentence_of_an_interval(low, value, high, images, sentence):
    assert Interval(low, value, high, "mAP", images, 0.95).sentence() == sentence


@pytest.mark.parametrize(
    "low, value, high, decided, sentence",
    [
        (0.01, 0.03, 0.07, True, "mAP +0.03, between +0.01 and +0.07 (95 %): the second is better"),
        (
            -0.07,
            -0.03,
            -0.01,
            True,
            "mAP -0.03, between -0.07 and -0.01 (95 %): the second is worse",
        ),
        (-0.01, 0.03, 0.07, False, "mAP +0.03, between -0.01 and +0.07 (95 %): not told apart"),
        (-0.003, -0.002, 0, False, "mAP -0.002, between -0.003 and 0 (95 %): not told apart"),
        (None, 0.03, None, None, "mAP +0.03; too few images for an interval"),
        (None, None, None, None, "no objects, so no mAP"),
    ],
    ids=["better", "worse", "not told apart", "small", "few images", "no objects"],
)
def test_the_verdict_of_a_difference(low, value, high, decided, sentence):
    made = Difference(Interval(low, value, high, "mAP", 40, 0.95))
    assert made.decided is decided and made.as_dict()["decided"] is decided
    assert made.sentence() == f"40 images: {sentence}"


@pytest.mark.parametrize(
    "value, drawn, images, expected",
    [
        pytest.param(0.5, np.linspace(0, 1, 101), 10, (0.025, 0.975), id="95 of 100"),
        pytest.param(0.5, np.linspace(0, 1, 101), 9, (None, None), id="too few images"),
        pytest.param(0.5, np.array([np.nan, 0.25, np.nan]), 10, (0.25, 0.25), id="without objects"),
        pytest.param(0.5, np.array([np.nan]), 10, (None, None), id="all without objects"),
        pytest.param(np.nan, np.array([np.nan]), 10, (None, None), id="no objects at all"),
    ],
)
def test_the_ends_are_percentiles_of_the_samples(value, drawn, images, expected):
    made = of_samples("mAP", value, drawn, images, 0.95)
    assert (made.low, made.high) == (expected if expected[0] is None else pytest.approx(expected))
    assert made.value == (None if np.isnan(value) else value)


def test_tables_and_json_have_four_decimals_and_no_nan():
    one, none = (
        Interval(0.123456, 0.5, 0.75, "mAP", 40, 0.95),
        Interval(None, None, None, "AP", 40, 0.95),
    )
    made = Intervals(one, one, {"cat": one, "dog": none})
    assert [row["metric"] for row in made.rows()] == ["mAP", "mAP50", "AP cat", "AP dog"]
    assert made.rows()[0] == {"metric": "mAP", "low": 0.1235, "value": 0.5, "high": 0.75}
    assert made.as_dict()["per_class"]["dog"]["low"] is None
    assert made.as_dict()["mAP"] == {
        "low": 0.1235,
        "value": 0.5,
        "high": 0.75,
        "metric": "mAP",
        "images": 40,
        "level": 0.95,
    }
    json.dumps(made.as_dict(), allow_nan=False)
