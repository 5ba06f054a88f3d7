"""Whether curves still change at the end of a training."""

import numpy as np
import pytest

from helpers.evaluation.learning_trend import loss_fall, map_rise


def curve(values, every=10):
    return tuple((every * (number + 1), float(value)) for number, value in enumerate(values))


def noisy(start, end, points=40, noise=0.02, seed=0):
    return curve(
        np.linspace(start, end, points) + np.random.RandomState(seed).normal(0, noise, points)
    )


@pytest.mark.parametrize(
    "loss, expected",
    [
        pytest.param((), None, id="no curve"),
        pytest.param(curve([1.0] * 40), None, id="flat"),
        pytest.param(noisy(0.5, 0.5), None, id="flat with noise"),
        pytest.param(noisy(0.5, 0.9), None, id="rises"),
        pytest.param(noisy(1.0, 0.9), None, id="falls by little"),
        pytest.param(noisy(1.0, 0.2), "falls", id="falls"),
        pytest.param(noisy(1.0, 0.2, points=12), None, id="too few points"),
        pytest.param(noisy(1.0, 0.2, noise=0.6, seed=3), None, id="lost in noise"),
        pytest.param(curve([*np.linspace(1, 0.2, 39), np.nan]), None, id="not a number"),
    ],
)
def test_loss(loss, expected):
    assert (loss_fall(loss) and "falls") == expected


def test_the_fall_is_relative_to_the_third_quarter():
    assert loss_fall(curve([9] * 10 + [9] * 10 + [2.0] * 10 + [1.0] * 10)) == pytest.approx(0.5)


@pytest.mark.parametrize(
    "values, expected",
    [
        pytest.param([], None, id="no curve"),
        pytest.param([0.3], None, id="one point"),
        pytest.param([0.3, 0.4, 0.41], None, id="rises by little"),
        pytest.param([0.3, 0.4, 0.5], 0.1, id="rises"),
        pytest.param([0.3, 0.5, 0.4], None, id="was higher before"),
        pytest.param([0.3, 0.4, 0.4, 0.4, 0.5, 0.49], None, id="not best at its end"),
    ],
)
def test_map(values, expected):
    rise = map_rise(curve(values))
    assert rise is None if expected is None else rise == pytest.approx(expected)
