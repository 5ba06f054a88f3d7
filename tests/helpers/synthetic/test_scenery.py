"""Table tops and things of no class: the right size, colours in range, varied and repeatable."""

import numpy as np
import pytest

from helpers.synthetic import scenery
from helpers.synthetic.lighting import random_light

THINGS = [scenery.pebble, scenery.scrap, scenery.stick, scenery.plate]


def table(seed, height=48, width=64):
    random = np.random.RandomState(seed)
    return scenery.table(random, height, width, random_light(random))


def test_tables_fill_the_image_are_varied_and_repeatable():
    surfaces = [table(seed) for seed in range(24)]
    for surface in surfaces:
        assert surface.shape == (48, 64, 3) and np.isfinite(surface).all()
        assert surface.min() >= -0.01 and 0.02 < surface.mean() < 1.2
    means = np.array([surface.mean(axis=(0, 1)) for surface in surfaces])
    assert means.std(axis=0).min() > 0.05
    assert np.array_equal(surfaces[3], table(3))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("draw", THINGS, ids=lambda draw: draw.__name__)
def test_things_are_trimmed_sprites_of_about_the_size_asked_for(draw, seed):
    random = np.random.RandomState(seed)
    rgb, alpha = draw(random, 50, random_light(random))
    assert rgb.shape == (*alpha.shape, 3) and np.isfinite(rgb).all()
    assert alpha.min() >= 0 and 0.5 < alpha.max() <= 1
    assert 15 < max(alpha.shape) < 80
