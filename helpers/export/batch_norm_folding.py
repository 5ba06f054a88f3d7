"""Batch norms of a frozen graph, folded into the convolutions before them.

After training a batch norm multiplies each channel by one number and adds another. Both go into
the convolution: the factor into its weights, the rest into a bias. TensorFlow's own transform
``fold_batch_norms`` knows no ``FusedBatchNorm``. OpenCV 4 folds while it loads the model, OpenCV 5
does not.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, List, NamedTuple, Sequence

import numpy as np

from helpers.export import graph_nodes

_BATCH_NORMS = ("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3")
_CONVOLUTIONS = ("Conv2D", "DepthwiseConv2dNative")


class _Layer(NamedTuple):
    """A batch norm, the convolution before it and the constants of both."""

    batch_norm: Any
    convolution: Any
    weights: Any
    factor: Any
    offset: Any
    mean: Any
    variance: Any


def folded(graph_def: Any, outputs: Sequence[str]) -> Any:
    """A frozen graph without the batch norms that follow a convolution of their own.

    Such a batch norm becomes a ``BiasAdd`` of the same name. One stays where the convolution or its
    weights serve others too, as in predictors that layers share.

    Args:
        graph_def: a frozen ``GraphDef``; stays as it is.
        outputs: names of the nodes that are needed; what none of them needs is left out.

    Returns:
        A new ``GraphDef``.
    """
    import tensorflow as tf

    changed = type(graph_def)()
    changed.CopyFrom(graph_def)
    for layer in _layers(changed):
        _fold(changed, layer)
    return tf.compat.v1.graph_util.extract_sub_graph(changed, list(outputs))


def _layers(graph_def: Any) -> List[_Layer]:
    nodes = {node.name: node for node in graph_def.node}
    sources = {
        name: graph_nodes.sources(nodes, name)
        for name, node in nodes.items()
        if node.op != "Identity"
    }
    uses = Counter(source for names in sources.values() for source in names)
    layers = []
    for name in sources:
        if nodes[name].op not in _BATCH_NORMS or nodes[name].attr["is_training"].b:
            continue
        before, *constants = (nodes[source] for source in sources[name])
        if before.op not in _CONVOLUTIONS:
            continue
        weights = nodes[sources[before.name][1]]
        frozen = all(one.op == "Const" for one in (weights, *constants))
        if frozen and uses[before.name] == uses[weights.name] == 1:
            layers.append(_Layer(nodes[name], before, weights, *constants))
    return layers


def _fold(graph_def: Any, layer: _Layer) -> None:
    factor, offset, mean, variance = map(
        _values, (layer.factor, layer.offset, layer.mean, layer.variance)
    )
    factor = factor / np.sqrt(variance + layer.batch_norm.attr["epsilon"].f)
    weights = _values(layer.weights)
    by_channel = factor
    if layer.convolution.op != "Conv2D":  # (rows, columns, channels, outputs of each)
        by_channel = factor.reshape(weights.shape[2:])
    _set(layer.weights, weights * by_channel)
    bias, name = graph_def.node.add(), f"{layer.batch_norm.name}/bias"
    bias.CopyFrom(layer.offset)
    bias.name = name
    _set(bias, offset - mean * factor)
    _become_bias_add(layer.batch_norm, name)


def _become_bias_add(node: Any, bias: str) -> None:
    kept = {key: type(node.attr[key])() for key in ("T", "data_format")}
    for key, value in kept.items():
        value.CopyFrom(node.attr[key])
    node.op = "BiasAdd"
    del node.input[1:]
    node.input.append(bias)
    node.attr.clear()
    for key, value in kept.items():
        node.attr[key].CopyFrom(value)


def _values(constant: Any) -> np.ndarray:
    import tensorflow as tf

    return tf.make_ndarray(constant.attr["value"].tensor).astype(np.float64)


def _set(constant: Any, values: np.ndarray) -> None:
    import tensorflow as tf

    tensor = tf.make_tensor_proto(values.astype(np.float32))
    constant.attr["value"].tensor.CopyFrom(tensor)
