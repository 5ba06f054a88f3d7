"""The architectures of the zoo's SSDs, each as small as it can be, as changes to the small recipe.

What they have that ``ssd_mobilenet_v2`` has not: other feature extractors and normalizations, a
pooling pyramid, feature pyramids with their upsampling, one box predictor for all layers with batch
norms for each, and anchors that are counted from the image's corner.
"""

from __future__ import annotations

from typing import NamedTuple, Tuple

import tiny_model
from tiny_model import ANCHORS, EXTRACTOR

_SHARED = """
model { ssd { box_predictor { weight_shared_convolutional_box_predictor {
  depth: 32 class_prediction_bias_init: -3 %s
  conv_hyperparams {
    activation: RELU_6
    regularizer { l2_regularizer { weight: 0.00004 } }
    initializer { random_normal_initializer { stddev: 0.01 } }
    batch_norm { scale: true decay: 0.95 epsilon: 0.001 }
  }
} } } }
"""
_LEVELS = """
model { ssd { anchor_generator { multiscale_anchor_generator {
  min_level: 3 max_level: 7 anchor_scale: 4 scales_per_octave: 2
  aspect_ratios: 1 aspect_ratios: 2 aspect_ratios: 0.5
} } } }
"""
_PYRAMID = EXTRACTOR % "fpn { min_level: 3 max_level: 7 additional_layer_depth: 32 }" + _LEVELS


class Architecture(NamedTuple):
    """One of them.

    Attributes:
        size: width and height of its input, pixels.
        changes: to the small recipe.
    """

    size: Tuple[int, int]
    changes: str


ALL = {
    "ssd_inception_v2": Architecture((96, 96), ""),
    "ssd_mobilenet_v1_ppn": Architecture(
        (96, 96),
        _SHARED % "num_layers_before_predictor: 1 kernel_size: 1 share_prediction_tower: true"
        + ANCHORS % "reduce_boxes_in_lowest_layer: false",
    ),
    # Oblong, so that the highest levels have anchors that PriorBox cannot express.
    "ssd_mobilenet_v1_fpn": Architecture(
        (128, 96), _SHARED % "num_layers_before_predictor: 2 kernel_size: 3" + _PYRAMID
    ),
    "ssd_mobilenet_v2_fpn": Architecture(
        (96, 96),
        _SHARED % "num_layers_before_predictor: 1 share_prediction_tower: true use_depthwise: true"
        + _PYRAMID
        + EXTRACTOR % "use_depthwise: true",
    ),
    "ssd_resnet50_v1_fpn": Architecture(
        (160, 160),  # less than 129 pixels is refused
        _SHARED % "num_layers_before_predictor: 1 kernel_size: 3"
        + _PYRAMID
        + EXTRACTOR % "depth_multiplier: 0.125",
    ),
}


def config(name: str, changes: str = ""):
    """The ``TrainEvalPipelineConfig`` of an architecture, with ``changes`` merged into it."""
    architecture = ALL[name]
    return tiny_model.config(architecture.changes + changes, architecture.size, name)
