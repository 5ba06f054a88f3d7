"""The anchors of an SSD as OpenCV takes them.

OpenCV's PriorBox layer puts the same boxes around a point of every cell. In
``ssd_anchor_generator`` that is the cell's middle. ``multiscale_anchor_generator`` counts from the
image's corner in steps of ``2**level`` pixels, half a step in where the image's edge is a multiple
of the step and none where it is not. What fits neither is written down box by box.
"""

from __future__ import annotations

from typing import Any, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from helpers.pipeline_config import detection_model, pipeline


class Grid(NamedTuple):
    """Anchors that are the same in every cell of a layer.

    Attributes:
        widths: (n,), pixels of the model's input, in the order of the predictors' channels.
        heights: (n,), the same.
        step: pixels from one cell's point to the next; 0 where the points are the cells' middles.
        offset: of the first cell's point from the image's corner, in steps.
    """

    widths: np.ndarray
    heights: np.ndarray
    step: float = 0.0
    offset: float = 0.5


class Anchors(NamedTuple):
    """The anchors of one layer.

    Attributes:
        boxes_rel: float32 (n, 4), ``[x_min, y_min, x_max, y_max]`` as fractions of the model's
            input, row by row, column by column, in the order of the predictors' channels.
        per_cell: how many each cell has.
        grid: what PriorBox makes the same boxes of; ``None`` where it cannot.
    """

    boxes_rel: np.ndarray
    per_cell: int
    grid: Optional[Grid]


def generated(config: Any, grids: Sequence[Tuple[int, int]]) -> List[Anchors]:
    """The anchors that the Object Detection API generates for the layers of a config.

    Args:
        config: a ``TrainEvalPipelineConfig``.
        grids: rows and columns of each layer.
    """
    import tensorflow as tf

    width, height = pipeline.input_size(config)
    with tf.Graph().as_default(), tf.Session() as session:
        generator = detection_model.anchor_generator(config)
        layers = generator.generate(list(grids), im_height=height, im_width=width)
        layers_rel_yxyx = session.run([boxes.get() for boxes in layers])
    return [
        _of_layer(boxes.reshape(rows, columns, -1, 4), (width, height))
        for boxes, (rows, columns) in zip(layers_rel_yxyx, grids)
    ]


def layer_count(config: Any) -> int:
    """How many layers a config has anchors for."""
    return len(detection_model.anchor_generator(config).num_anchors_per_location())


def _of_layer(boxes_rel_yxyx: np.ndarray, size: Tuple[int, int]) -> Anchors:
    """Of (rows, columns, n, 4) anchors."""
    boxes_rel = boxes_rel_yxyx[..., [1, 0, 3, 2]]
    centres = (boxes_rel[..., :2] + boxes_rel[..., 2:]) / 2 * size
    sizes = (boxes_rel[..., 2:] - boxes_rel[..., :2]) * size
    same = np.allclose(sizes, sizes[:1, :1], rtol=1e-4) and np.allclose(
        centres, centres[:, :, :1], atol=1e-3
    )
    points = _points(centres[:, :, 0], size) if same else None
    grid = Grid(sizes[0, 0, :, 0], sizes[0, 0, :, 1], *points) if points else None
    return Anchors(boxes_rel.reshape(-1, 4), boxes_rel.shape[2], grid)


def _points(centres: np.ndarray, size: Tuple[int, int]) -> Optional[Tuple[float, float]]:
    """Step and offset that give (rows, columns, 2) points x, y in pixels; ``None`` if none do."""
    rows, columns = centres.shape[:2]
    numbers = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1)
    if np.allclose(centres, (numbers + 0.5) / (columns, rows) * size, atol=1e-3):
        return 0.0, 0.5
    step = 1.0
    if columns > 1:
        step = centres[0, 1, 0] - centres[0, 0, 0]
    elif rows > 1:
        step = centres[1, 0, 1] - centres[0, 0, 1]
    offset = centres[0, 0, 0] / step
    fits = np.allclose(centres, (numbers + offset) * step, atol=1e-3)
    return (float(step), float(offset)) if fits else None
