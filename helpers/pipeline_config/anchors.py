"""The shapes a detector starts from: read off a ``pipeline.config`` without loading TensorFlow."""

from __future__ import annotations

import math
from typing import Any, Callable, Dict, Iterator, List, Tuple

import numpy as np

from helpers.pipeline_config import pipeline, two_stage
from helpers.structures.errors import BadInput
from helpers.workspace import TrainingChannel

_LOWEST_LAYER = ((0.1, 1.0), (0.0, 2.0), (0.0, 0.5))  # 0: the layer's own scale


def shapes(config: Any) -> np.ndarray:
    """Width and height of every anchor that a cell of any layer has.

    Args:
        config: a ``TrainEvalPipelineConfig``.

    Returns:
        float64 (n, 2), pixels of the model's input, the smallest area first.

    Raises:
        BadInput: the anchors are of a kind not known here.
    """
    model = pipeline.model_of(config)
    two_stages = config.model.HasField(two_stage.KIND)
    generator = model.first_stage_anchor_generator if two_stages else model.anchor_generator
    kind = generator.WhichOneof("anchor_generator_oneof")
    if kind not in _KINDS:
        raise BadInput.of(
            TrainingChannel.CONFIG,
            f"the anchor generator {kind}",
            f"one of {sorted(_KINDS)}",
            "Start from a recipe.",
        )
    anchors = _KINDS[kind](getattr(generator, kind), pipeline.input_size(config))
    return np.array(sorted(anchors, key=lambda shape: shape[0] * shape[1]))


def _ssd(generator: Any, size: Tuple[int, int]) -> Iterator[Tuple[float, float]]:
    """Liu et al., "SSD: Single Shot MultiBox Detector", 2016, section 2.2.

    Scales are fractions of the input's shorter edge, as the Object Detection API takes them.
    """
    all_scales = scales(generator)
    width = min(size) * generator.base_anchor_width
    height = min(size) * generator.base_anchor_height
    for layer, (scale, following) in enumerate(zip(all_scales, all_scales[1:])):
        specs = [(scale, ratio) for ratio in generator.aspect_ratios]
        if generator.interpolated_scale_aspect_ratio > 0:
            specs.append((math.sqrt(scale * following), generator.interpolated_scale_aspect_ratio))
        if layer == 0 and generator.reduce_boxes_in_lowest_layer:
            specs = [(own or scale, ratio) for own, ratio in _LOWEST_LAYER]
        for own, ratio in specs:
            yield own * math.sqrt(ratio) * width, own / math.sqrt(ratio) * height


def scales(generator: Any) -> List[float]:
    """The scale of each layer's anchors, and the 1.0 that the last layer's is interpolated with.

    Args:
        generator: an ``SsdAnchorGenerator``.

    Returns:
        Fractions of the input's shorter edge, one more than there are layers.
    """
    layers = generator.num_layers
    if generator.scales:
        return list(generator.scales)[:layers] + [1.0]
    step = (generator.max_scale - generator.min_scale) / max(1, layers - 1)
    return [generator.min_scale + step * layer for layer in range(layers)] + [1.0]


def _multiscale(generator: Any, size: Tuple[int, int]) -> Iterator[Tuple[float, float]]:
    """Lin et al., "Focal Loss for Dense Object Detection", 2017, section 4."""
    for level in range(generator.min_level, generator.max_level + 1):
        for step in range(generator.scales_per_octave):
            length = generator.anchor_scale * 2 ** (level + step / generator.scales_per_octave)
            for ratio in generator.aspect_ratios:
                yield length * math.sqrt(ratio), length / math.sqrt(ratio)


def _grid(generator: Any, size: Tuple[int, int]) -> Iterator[Tuple[float, float]]:
    """Ren et al., "Faster R-CNN", 2015, section 3.1.1; of one size whatever the input's."""
    for ratio in generator.aspect_ratios:
        for scale in generator.scales:
            width, height = generator.width * scale, generator.height * scale
            yield width * math.sqrt(ratio), height / math.sqrt(ratio)


_KINDS: Dict[str, Callable] = {
    "grid_anchor_generator": _grid,
    "ssd_anchor_generator": _ssd,
    "multiscale_anchor_generator": _multiscale,
}


def best_overlap(sizes: np.ndarray, anchors: np.ndarray) -> np.ndarray:
    """How well the best anchor fits each box if it lay right on it.

    Args:
        sizes: (n, 2), width and height of boxes.
        anchors: (m, 2), the same of anchors.

    Returns:
        float (n,), intersection over union of the two when their middles coincide, 0 to 1.
    """
    common = np.minimum(sizes[:, None], anchors[None]).prod(axis=2)
    union = sizes.prod(axis=1)[:, None] + anchors.prod(axis=1)[None] - common
    return np.max(common / union, axis=1, initial=0)
