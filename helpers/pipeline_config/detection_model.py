"""The model of a config, as the Object Detection API builds it, with three of its faults repaired.

Two are of Python 2. The pooling pyramid (``ssd_mobilenet_v1_ppn`` and its like) takes the first of
a dictionary's keys by index, and the anchors of an SSD with strides or offsets of their own (the
zoo's ``facessd``) take what ``zip`` gives for a list: under Python 3 neither can be built. And a
feature pyramid is upsampled by a product of six dimensions, on which TensorFlow Lite 1.15 aborts;
the operation of TensorFlow that gives the same values takes its place.
"""

from __future__ import annotations

import functools
from typing import Any, Callable, Dict, List

_REPAIRED = "runs_under_python_3"


def build(config: Any, is_training: bool) -> Any:
    """Builds the model of a config.

    Args:
        config: a ``TrainEvalPipelineConfig``.
        is_training: whether batch norms and dropout work as in training.

    Returns:
        ``object_detection.core.model.DetectionModel``.

    Raises:
        ValueError: the API knows no such model.
    """
    from object_detection.builders import model_builder

    repair_api()
    return model_builder.build(config.model, is_training=is_training)


def anchor_generator(config: Any) -> Any:
    """Builds the anchor generator of an SSD's config.

    Args:
        config: a ``TrainEvalPipelineConfig``.

    Returns:
        ``object_detection.core.anchor_generator.AnchorGenerator``.
    """
    from object_detection.builders import anchor_generator_builder

    repair_api()
    return anchor_generator_builder.build(config.model.ssd.anchor_generator)


def repair_api() -> None:
    """Repairs the API for this process, also where its own code builds the models.

    Once is enough; to say it again changes nothing.
    """
    from object_detection.anchor_generators import multiple_grid_anchor_generator
    from object_detection.models import feature_map_generators
    from object_detection.utils import ops

    ops.nearest_neighbor_upsampling = _upsampled
    _repair(feature_map_generators, "pooling_pyramid_feature_maps", image_features=_ListedKeys)
    _repair(
        multiple_grid_anchor_generator,
        "create_ssd_anchors",
        anchor_strides=_listed,
        anchor_offsets=_listed,
    )


def _repair(module: Any, name: str, **changes: Callable) -> None:
    """Makes a function get some of its arguments changed; it is called with them by name."""
    original = getattr(module, name)
    if hasattr(original, _REPAIRED):
        return

    @functools.wraps(original)
    def repaired(*arguments: Any, **named: Any) -> Any:
        return original(
            *arguments,
            **{key: changes.get(key, lambda same: same)(value) for key, value in named.items()},
        )

    setattr(repaired, _REPAIRED, True)
    setattr(module, name, repaired)


def _upsampled(
    input_tensor: Any, scale: int = 1, height_scale: int = 0, width_scale: int = 0
) -> Any:
    """Features (batch, rows, columns, channels), each repeated down and across."""
    import tensorflow as tf

    _, rows, columns, _ = input_tensor.shape.as_list()
    size = [rows * (height_scale or scale), columns * (width_scale or scale)]
    return tf.compat.v1.image.resize_nearest_neighbor(input_tensor, size)


def _listed(values: Any) -> Any:
    return None if values is None else list(values)


class _ListedKeys(Dict[str, Any]):
    """A dictionary whose keys are a list."""

    def keys(self) -> List[str]:  # type: ignore[override]
        return list(super().keys())
