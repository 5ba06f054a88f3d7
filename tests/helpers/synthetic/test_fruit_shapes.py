"""Drawn objects: repeatable, trimmed, about as long as asked for, colours and coverage in 0..1."""

import numpy as np
import pytest

from helpers.synthetic.fruit_shapes import DRAWERS
from helpers.synthetic.lighting import random_light


def draw(label, size, seed):
    random = np.random.RandomState(seed)
    return DRAWERS[label](random, size, random_light(random))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("size", [40, 110])
@pytest.mark.parametrize("label", sorted(DRAWERS))
def test_a_sprite_is_trimmed_and_has_about_the_size_asked_for(label, size, seed):
    rgb, alpha = draw(label, size, seed)
    assert rgb.shape == (*alpha.shape, 3)
    assert alpha.min() >= 0 and 0.99 < alpha.max() <= 1
    assert 0.7 * size < max(alpha.shape) < 1.5 * size
    assert min(alpha[0].max(), alpha[-1].max(), alpha[:, 0].max(), alpha[:, -1].max()) > 0.02


@pytest.mark.parametrize("label", sorted(DRAWERS))
def test_the_same_random_state_draws_the_same(label):
    first, again, other = draw(label, 60, 1), draw(label, 60, 1), draw(label, 60, 2)
    assert np.array_equal(first.rgb, again.rgb) and np.array_equal(first.alpha, again.alpha)
    assert first.alpha.shape != other.alpha.shape or not np.array_equal(first.rgb, other.rgb)


def test_a_donut_has_a_hole_and_an_apple_has_none():
    for seed in range(5):
        middles = {}
        for label in ("apple", "donut"):
            alpha = draw(label, 80, seed).alpha
            middles[label] = alpha[alpha.shape[0] // 2, alpha.shape[1] // 2]
        assert middles["donut"] < 0.5 < middles["apple"]
