"""Augmentations that only flip or turn an image: so few results that each can be had once.

The Object Detection API draws for each of them whether it is done. It takes the draws of a
``PreprocessorCache`` in the place of its own where one is given.
"""

from __future__ import annotations

from typing import Any, List, Tuple

import tensorflow as tf
from object_detection.builders import preprocessor_builder
from object_detection.core.preprocessor_cache import PreprocessorCache

_DRAWS = {
    "random_horizontal_flip": PreprocessorCache.HORIZONTAL_FLIP,
    "random_vertical_flip": PreprocessorCache.VERTICAL_FLIP,
    "random_rotation90": PreprocessorCache.ROTATION90,
}


def combinations(train: Any) -> int:
    """How many different views of an image its augmentations can give.

    Args:
        train: a ``TrainConfig``.

    Returns:
        0 where something else than a flip or a turn is among them, and no number is known.
    """
    steps = [step.WhichOneof("preprocessing_step") for step in train.data_augmentation_options]
    # The same one twice would take one draw for both.
    known = set(steps) <= set(_DRAWS) and len(set(steps)) == len(steps)
    return 2 ** len(steps) if known else 0


def options_of(train: Any, view: tf.Tensor) -> List[Tuple[Any, dict]]:
    """The augmentations of one view, as ``object_detection.core.preprocessor.preprocess`` takes.

    Args:
        train: a ``TrainConfig`` with flips and turns alone.
        view: int64, from 0 to ``combinations(train) - 1``; 0 is the image as it is.
    """
    draws, options = PreprocessorCache(), []
    for number, step in enumerate(train.data_augmentation_options):
        bit = tf.bitwise.bitwise_and(view, 2**number)
        draw = tf.cast(bit > 0, tf.float32)  # above 0.5 it is done
        draws.update(_DRAWS[step.WhichOneof("preprocessing_step")], "", draw)
        function, arguments = preprocessor_builder.build(step)
        options.append((function, dict(arguments, preprocess_vars_cache=draws)))
    return options
