"""Light on drawn surfaces: textures that tile, shading, coverage, shadows and the photograph."""

import numpy as np
import pytest

from helpers.synthetic import lighting
from helpers.synthetic.lighting import Light, Sprite

ABOVE = Light(0.0, 0.0, 1.0, 0.5)
FROM_LEFT = Light(-np.sqrt(0.5), 0.0, np.sqrt(0.5), 0.5)


def test_a_lamp_is_a_unit_vector_above_the_table():
    for seed in range(20):
        lamp = lighting.random_light(np.random.RandomState(seed))
        assert np.linalg.norm(lamp[:3]) == pytest.approx(1)
        assert np.sin(np.radians(35)) <= lamp.z <= np.sin(np.radians(65))


@pytest.mark.parametrize("value, expected", [(-1, 0), (2, 0), (3, 0.5), (4, 1), (9, 1)])
def test_smoothstep_rises_between_its_bounds(value, expected):
    assert lighting.smoothstep(2, 4, np.array(value)) == expected


@pytest.mark.parametrize("kind", sorted(lighting._TEXTURES))
def test_a_texture_is_normalised_read_only_and_continues_over_its_edges(kind):
    tile = lighting.texture(kind)
    assert (tile.mean(), tile.std()) == (pytest.approx(0, abs=1e-4), pytest.approx(1, abs=1e-4))
    assert not tile.flags.writeable
    for axis in (0, 1):
        seam = np.abs(np.take(tile, 0, axis) - np.take(tile, -1, axis)).mean()
        assert seam < 2 * np.abs(np.diff(tile, axis=axis)).mean()


def test_a_slope_towards_the_lamp_is_brighter():
    colour, ramp = np.full((9, 9, 3), 0.5, np.float32), np.arange(9.0) * np.ones((9, 1))
    towards = lighting.shade(colour, ramp, FROM_LEFT, gloss=0)
    away = lighting.shade(colour, -ramp, FROM_LEFT, gloss=0)
    assert towards.min() > away.max()
    shiny = lighting.shade(colour, 0 * ramp, ABOVE, gloss=0.3)
    assert shiny - lighting.shade(colour, 0 * ramp, ABOVE, gloss=0) == pytest.approx(0.3, abs=1e-5)


def test_halving_averages_by_coverage_and_trims():
    rgb, alpha = np.zeros((8, 8, 3), np.float32), np.zeros((8, 8), np.float32)
    rgb[2, 2], alpha[2, 2] = (1, 0.5, 0), 1
    alpha[3, 3] = 1
    small = lighting.halve(Sprite(rgb, alpha))
    assert small.alpha.tolist() == [[0.5]]
    assert small.rgb[0, 0].tolist() == pytest.approx([0.5, 0.25, 0])


@pytest.mark.parametrize(
    "left, top, covered",
    [(1, 1, 6), (-1, 0, 4), (4, 3, 1), (9, 0, 0), (0, -9, 0)],
    ids=["inside", "left", "corner", "right of it", "above it"],
)
def test_pasting_cuts_what_sticks_out(left, top, covered):
    canvas = np.zeros((4, 5, 3), np.float32)
    lighting.paste(canvas, np.ones(3, np.float32), np.ones((2, 3), np.float32), left, top)
    assert canvas.sum() == 3 * covered


def test_blur_is_a_gaussian():
    plane = np.zeros((31, 31), np.float32)
    plane[10:20, 12:22] = 1
    weights = np.exp(-np.square(np.arange(-15, 16)) / (2 * 2.0**2))
    expected = plane
    for axis in (0, 1):
        expected = np.apply_along_axis(
            np.convolve, axis, expected, weights / weights.sum(), mode="same"
        )
    assert np.abs(lighting.blur(plane, 2) - expected).max() < 0.03


def test_a_shadow_falls_away_from_the_lamp():
    canvas, thing = np.ones((60, 80, 3), np.float32), np.ones((10, 10), np.float32)
    lighting.cast_shadow(canvas, thing, 35, 25, FROM_LEFT, 15)
    assert canvas.min() >= 0 and canvas[30, 45:70].mean() < canvas[30, 10:35].mean() - 0.05


def test_a_photograph_keeps_the_size_and_the_scene():
    scene = np.full((30, 40, 3), 0.4, np.float32)
    before = scene.copy()
    image = lighting.photograph(np.random.RandomState(0), scene, ABOVE)
    again = lighting.photograph(np.random.RandomState(0), scene, ABOVE)
    assert (image.size, image.mode) == ((40, 30), "RGB")
    assert np.array_equal(scene, before) and image.tobytes() == again.tobytes()
    assert 60 < np.asarray(image).mean() < 170
