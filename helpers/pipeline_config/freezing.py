"""The lower layers of a feature extractor left as the checkpoint has them.

They tell edges, textures and parts, which are much the same in all photographs (Yosinski et al.,
"How transferable are features in deep neural networks?", 2014). Frozen with their batch norms they
cost no gradient, a small batch cannot disturb their statistics, and the trainer computes what they
give for an image once only.
"""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

from helpers.pipeline_config import pipeline, protos, two_stage
from helpers.structures.errors import BadInput
from helpers.workspace import TrainingChannel

NONE = "none"
_V1 = "FeatureExtractor/MobilenetV1"
_V2 = "FeatureExtractor/MobilenetV2"
_PARTS = {_V1: "(_depthwise|_pointwise)?"}  # what a layer's name is followed by
_V1_LAYERS = [f"Conv2d_{number}" for number in range(14)]
_V2_LAYERS = (
    ["Conv", "expanded_conv"] + [f"expanded_conv_{number}" for number in range(1, 17)] + ["Conv_1"]
)
_INCEPTION_LAYERS = ["Conv2d_1a_7x7", "Conv2d_2b_1x1", "Conv2d_2c_3x3"] + [
    f"Mixed_{name}" for name in ("3b", "3c", "4a", "4b", "4c", "4d", "4e", "5a", "5b", "5c")
]
_RESNET_LAYERS = ["conv1", "block1", "block2", "block3", "block4"]
_BACKBONES: Dict[str, Tuple[str, List[str]]] = {
    "ssd_inception_v2": ("FeatureExtractor/InceptionV2", _INCEPTION_LAYERS),
    "ssd_mobilenet_v1": (_V1, _V1_LAYERS),
    "ssd_mobilenet_v1_fpn": (_V1, _V1_LAYERS),
    "ssd_mobilenet_v1_ppn": (_V1, _V1_LAYERS),
    "ssd_mobilenet_v2": (_V2, _V2_LAYERS),
    "ssd_mobilenet_v2_fpn": (_V2, _V2_LAYERS),
    **{
        f"ssd_resnet{depth}_v1_fpn": (f"FeatureExtractor/resnet_v1_{depth}", _RESNET_LAYERS)
        for depth in (50, 101, 152)
    },
}


def layers(config: Any) -> List[str]:
    """The layers of a config's feature extractor that can be frozen, the lowest first.

    Args:
        config: a ``TrainEvalPipelineConfig``.

    Raises:
        BadInput: they are not known for this feature extractor.
    """
    kind = _kind(config)
    if not is_known(config):
        raise BadInput.of(
            TrainingChannel.CONFIG,
            f"the feature extractor {kind!r}",
            f"one whose layers are known: {', '.join(sorted(_BACKBONES))}",
            "Freeze nothing, or list freeze_variables in pipeline.config.",
        )
    return _BACKBONES[kind][1]


def is_known(config: Any) -> bool:
    """Whether the layers of a config's feature extractor are known."""
    return _kind(config) in _BACKBONES


def frozen_up_to(config: Any) -> str:
    """The last layer that a config freezes, as :func:`with_frozen` does; ``none`` without any.

    Args:
        config: a ``TrainEvalPipelineConfig``.

    Raises:
        BadInput: the layers of its feature extractor are not known.
    """
    known, frozen = layers(config), set(config.train_config.freeze_variables)
    return next((layer for layer in reversed(known) if _pattern(config, layer) in frozen), NONE)


def with_frozen(config: Any, up_to: str) -> Any:
    """A config that trains only what lies above a layer, with all batch norms frozen.

    Args:
        config: a ``TrainEvalPipelineConfig``; stays as it is.
        up_to: the last frozen layer, as in ``expanded_conv_12``; ``none`` trains all.

    Returns:
        A new ``TrainEvalPipelineConfig``.

    Raises:
        BadInput: there is no such layer.
    """
    changed = protos.copy_of(config)
    del changed.train_config.freeze_variables[:]
    if up_to != NONE:
        known = layers(config)
        if up_to not in known:
            raise BadInput.of(
                "layer to freeze up to",
                repr(up_to),
                f"one of {', '.join(known)}, or {NONE}",
                "Choose one.",
            )
        frozen = known[: known.index(up_to) + 1]
        changed.train_config.freeze_variables.extend(_pattern(config, layer) for layer in frozen)
    _freeze_batch_norms(changed, up_to != NONE)
    return changed


def with_frozen_batch_norms(config: Any) -> Any:
    """A config that freezes all its batch norms where it says ``freeze_batchnorm``.

    Args:
        config: a ``TrainEvalPipelineConfig``; stays as it is.
    """
    changed = protos.copy_of(config)
    if not changed.model.HasField(two_stage.KIND) and pipeline.model_of(changed).freeze_batchnorm:
        _freeze_batch_norms(changed, True)
    return changed


def has_frozen_layers(config: Any) -> bool:
    """Whether a config trains only some of its variables.

    Args:
        config: a ``TrainEvalPipelineConfig``.
    """
    train = config.train_config
    return bool(train.freeze_variables or train.update_trainable_variables)


def _pattern(config: Any, layer: str) -> str:
    """What ``freeze_variables`` names a layer's variables by."""
    scope = _BACKBONES[_kind(config)][0]
    return f"^{scope}/{layer}{_PARTS.get(scope, '')}/"


def _kind(config: Any) -> str:
    return pipeline.model_of(config).feature_extractor.type


def _freeze_batch_norms(config: Any, frozen: bool) -> None:
    """In all places: ``freeze_batchnorm`` alone only reaches the backbone.

    The layers above it heed their own ``conv_hyperparams``. Normalized by each batch in training,
    and by averages that a few hundred steps do not move in evaluation and export, they would not
    find again what they have learned.
    """
    if config.model.HasField(two_stage.KIND):
        return  # whose batch norms are frozen unless batch_norm_trainable says otherwise
    ssd = pipeline.model_of(config)
    if not frozen and not ssd.freeze_batchnorm:
        return
    ssd.freeze_batchnorm = frozen
    above = ssd.box_predictor.WhichOneof("box_predictor_oneof")
    predictors = [getattr(ssd.box_predictor, above)] if above else []
    for layers_of in (ssd.feature_extractor, *predictors):
        if layers_of.conv_hyperparams.HasField("batch_norm"):
            layers_of.conv_hyperparams.batch_norm.train = not frozen
