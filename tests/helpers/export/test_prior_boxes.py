"""Anchors as OpenCV's PriorBox takes them: what it makes of a grid is what the API generates."""

import numpy as np
import pytest
import ssd_architectures
import tiny_model
from tiny_model import ANCHORS

from helpers.export import prior_boxes

MIDDLES, STEPS, LISTED = "middles", "steps", "listed"


def with_strides(height_offset):
    """Two layers whose anchors are 24 pixels apart, the first 6 pixels from the left edge."""
    fields = "height_stride: 24 width_stride: 24 height_offset: %d width_offset: 6 "
    return ANCHORS % ("num_layers: 2 " + 2 * (fields % height_offset))


def of_levels(size):
    config = ssd_architectures.config("ssd_mobilenet_v1_fpn")
    shape = config.model.ssd.image_resizer.fixed_shape_resizer
    shape.width, shape.height = size
    return config


def prior_box(grid, shape, size):
    """OpenCV's rule: the same sizes around ``(number + offset) * step`` of every cell."""
    (rows, columns), (width, height) = shape, size
    steps = (grid.step, grid.step) if grid.step else (width / columns, height / rows)
    middles = [
        ((column + grid.offset) * steps[0], (row + grid.offset) * steps[1])
        for row in range(rows)
        for column in range(columns)
    ]
    half = np.stack([grid.widths, grid.heights], axis=-1) / 2
    boxes = [[*(middle - each), *(middle + each)] for middle in np.array(middles) for each in half]
    return np.array(boxes) / (2 * [width, height])


@pytest.mark.parametrize(
    "config, grids, kinds",
    [
        pytest.param(
            lambda: tiny_model.config(ANCHORS % "num_layers: 2", (128, 96)),
            [(6, 8), (2, 3)],
            [MIDDLES, MIDDLES],
            id="SSD",
        ),
        pytest.param(
            lambda: tiny_model.config(with_strides(6), (96, 96)),
            [(4, 4), (1, 1)],
            [STEPS, STEPS],
            id="SSD with strides and offsets of its own",
        ),
        pytest.param(
            lambda: tiny_model.config(with_strides(9), (96, 96)),
            [(4, 4), (1, 1)],
            [LISTED, LISTED],
            id="SSD with two offsets",
        ),
        pytest.param(
            lambda: of_levels((128, 128)),
            [(16, 16), (8, 8), (4, 4), (2, 2), (1, 1)],
            [MIDDLES] * 5,
            id="multiples of every step",
        ),
        pytest.param(
            lambda: of_levels((96, 96)),
            [(12, 12), (6, 6), (3, 3), (2, 2), (1, 1)],
            [MIDDLES] * 3 + [STEPS] * 2,
            id="no multiple of the last two",
        ),
        pytest.param(
            lambda: of_levels((128, 96)),
            [(12, 16), (6, 8), (3, 4), (2, 2), (1, 1)],
            [MIDDLES] * 3 + [LISTED] * 2,
            id="a multiple in one direction",
        ),
    ],
)
def test_prior_box_makes_the_anchors_of_the_api(config, grids, kinds):
    config = config()
    shape = config.model.ssd.image_resizer.fixed_shape_resizer
    size = shape.width, shape.height
    layers = prior_boxes.generated(config, grids)
    assert prior_boxes.layer_count(config) == len(layers) == len(grids)
    for layer, (rows, columns), kind in zip(layers, grids, kinds):
        assert len(layer.boxes_rel) == rows * columns * layer.per_cell
        found = LISTED if layer.grid is None else (STEPS if layer.grid.step else MIDDLES)
        assert found == kind
        if layer.grid:
            made = prior_box(layer.grid, (rows, columns), size)
            np.testing.assert_allclose(made, layer.boxes_rel, atol=1e-5)


def test_boxes_are_x_before_y():
    """An anchor twice as wide as high, in pixels."""
    config = of_levels((128, 96))
    layer = prior_boxes.generated(config, [(12, 16), (6, 8), (3, 4), (2, 2), (1, 1)])[0]
    sizes = (layer.boxes_rel[:, 2:] - layer.boxes_rel[:, :2]) * (128, 96)
    assert layer.per_cell == 6
    np.testing.assert_allclose((sizes[:, 0] / sizes[:, 1])[:6], [1, 1, 2, 2, 0.5, 0.5], rtol=1e-4)
