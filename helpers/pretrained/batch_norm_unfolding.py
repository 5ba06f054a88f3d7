"""Batch norms, put back into a network in which they were folded.

A folded layer is ``y = M x + offset``. With any ``s`` for each channel, ``W = M / s``, and the mean
and variance of ``W x``, it equals the batch norm with ``gamma = s sqrt(variance + epsilon)`` and
``beta = offset + s mean``: in inference exactly, whatever ``s``, mean and variance are. Training
needs them to be those of a network that was trained: with other statistics its first step, which
normalizes by those of the batch, computes something else; and ``s`` decides how long the filters
are, and with that how fast they turn at a given learning rate.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Optional

import numpy as np

from helpers.pretrained import detector_session
from helpers.pretrained.weight_conversion import FoldedNorm, StoredWeights

BATCH = 8
_NORMS = Path(__file__).parent / "filter_norms.json"
_NORM_VARIABLES = ("gamma", "beta", "moving_mean", "moving_variance")
_SHORTEST = 1e-6  # of a filter that is taken as one; shorter ones never do anything
Values = Dict[str, np.ndarray]
OnImages = Callable[[int], Any]


class Moments(NamedTuple):
    """Of what a layer's convolution gives, over images and positions.

    Attributes:
        mean: float64 (channels,).
        variance: float64 (channels,).
    """

    mean: np.ndarray
    variance: np.ndarray


def unfolded(
    config: Any, stored: StoredWeights, images: np.ndarray, on_images: OnImages = lambda count: None
) -> Values:
    """All variables of a detector, its folded batch norms unfolded.

    Args:
        config: a ``TrainEvalPipelineConfig`` of the detector.
        stored: its weights.
        images: uint8 (n, height, width, 3), RGB, of the detector's input size, to measure on.
        on_images: called with how many more images were measured.

    Returns:
        Values by the variables' names.
    """
    values = dict(stored.variables)
    epsilon = _epsilon(config)
    norms = _usual_norms(config)
    for layer, folded in stored.folded.items():
        values.update(_neutral(layer, folded, values, norms, epsilon))
    layers = sorted(stored.folded)
    if not layers:
        return values
    return restated(values, measured(config, values, layers, images, on_images), epsilon)


def restated(values: Values, moments: Dict[str, Moments], epsilon: float) -> Values:
    """The same layers with other statistics, ``gamma`` and ``beta`` changed to fit them.

    Args:
        values: of the variables.
        moments: by layer.
        epsilon: of the batch norms.
    """
    changed = dict(values)
    for layer, (mean, variance) in moments.items():
        gamma, beta, old_mean, old_variance = (
            values[f"{layer}/BatchNorm/{name}"].astype(np.float64) for name in _NORM_VARIABLES
        )
        scale = gamma / np.sqrt(old_variance + epsilon)
        new = (
            scale * np.sqrt(variance + epsilon),
            beta + scale * (mean - old_mean),
            mean,
            variance,
        )
        for name, value in zip(_NORM_VARIABLES, new):
            changed[f"{layer}/BatchNorm/{name}"] = value.astype(np.float32)
    return changed


def measured(
    config: Any,
    values: Values,
    layers: List[str],
    images: np.ndarray,
    on_images: OnImages = lambda count: None,
) -> Dict[str, Moments]:
    """Mean and variance of layers' convolutions, in one pass in inference mode.

    Args:
        config: a ``TrainEvalPipelineConfig`` of the detector.
        values: of its variables.
        layers: whose batch norms are meant.
        images: uint8 (n, height, width, 3), RGB, of the detector's input size.
        on_images: called with how many more images were measured.
    """
    parts = []
    with detector_session.loaded(config, values) as detector:
        wanted = {layer: _batch_moments(detector.session.graph, layer) for layer in layers}
        for start in range(0, len(images), BATCH):
            some = images[start : start + BATCH]
            parts.append(detector.session.run(wanted, {detector.images: some}))
            on_images(len(some))
    return {layer: _moments([part[layer] for part in parts]) for layer in layers}


def _batch_moments(graph: Any, layer: str) -> Any:
    """Number, mean and variance of a convolution's outputs by channel."""
    import tensorflow as tf

    (norm,) = (
        operation
        for operation in graph.get_operations()
        if operation.name.startswith(f"{layer}/BatchNorm/")
        and operation.type.startswith("FusedBatchNorm")
    )
    output = norm.inputs[0]
    moments = tf.nn.moments(output, axes=[0, 1, 2])
    return tf.reduce_prod(tf.shape(output)[:3]), moments[0], moments[1]


def _moments(parts: List[Any]) -> Moments:
    """Joins batches, each with its number of values, mean and variance by channel."""
    counts, means, variances = (np.array(values, np.float64) for values in zip(*parts))
    shares = (counts / counts.sum())[:, np.newaxis]
    mean = (shares * means).sum(axis=0)
    return Moments(mean, (shares * (variances + np.square(means - mean))).sum(axis=0))


def _neutral(
    layer: str, folded: FoldedNorm, values: Values, norms: Dict[str, float], epsilon: float
) -> Values:
    """A layer as it is, its filters of usual length and its batch norm without statistics."""
    kind = "depthwise_weights" if f"{layer}/depthwise_weights" in values else "weights"
    kernel = values[f"{layer}/{kind}"]
    scale: Optional[np.ndarray] = folded.scale
    if scale is None:
        length = np.sqrt(np.square(kernel).sum(axis=(0, 1) if kind != "weights" else (0, 1, 2)))
        scale = np.maximum(
            length.reshape(-1) / norms.get(layer.rpartition("V2/")[2], 1.0), _SHORTEST
        )
        kernel = kernel / (scale if kind == "weights" else scale[:, np.newaxis])
    return {
        f"{layer}/{kind}": kernel,
        f"{layer}/BatchNorm/gamma": scale,
        f"{layer}/BatchNorm/beta": folded.offset,
        f"{layer}/BatchNorm/moving_mean": np.zeros_like(scale),
        f"{layer}/BatchNorm/moving_variance": np.full_like(scale, 1 - epsilon),
    }


def _usual_norms(config: Any) -> Dict[str, float]:
    """Length of the filters of each layer of a trained network; 1 where a layer is not named."""
    known = json.loads(_NORMS.read_text("utf-8"))
    extra = (
        known["ssdlite_extra_layers"] if config.model.ssd.feature_extractor.use_depthwise else {}
    )
    return {**known["mobilenet_v2"], **extra}


def _epsilon(config: Any) -> float:
    extractor = config.model.ssd.feature_extractor
    return float(extractor.conv_hyperparams.batch_norm.epsilon)
