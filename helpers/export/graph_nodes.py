"""The nodes of a frozen graph and of a text graph: what all architectures read and write."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Sequence, Tuple

import numpy as np

from helpers.structures.errors import BadInput

ARITHMETIC = (
    "Add",
    "AddV2",
    "AvgPool",
    "BiasAdd",
    "ConcatV2",
    "Conv2D",
    "DepthwiseConv2dNative",
    "FusedBatchNorm",
    "FusedBatchNormV3",
    "MaxPool",
    "Mul",
    "Pad",
    "Relu",
    "Relu6",
    "ResizeNearestNeighbor",
    "Sub",
)
_RESIZING = "Preprocessor/map/"  # control flow; behind it come the nodes that normalize


def is_resized_image(name: str) -> bool:
    """Whether a node of the Object Detection API's graph gives the resized image."""
    return name.startswith(_RESIZING)


def sources(nodes: Dict[str, Any], name: str) -> List[str]:
    """The nodes that feed one, seen through the identities that freezing leaves behind.

    Args:
        nodes: ``NodeDef`` by name.
        name: of a node.
    """
    found = []
    for source in nodes[name].input:
        if source.startswith("^"):  # only says what has to run before
            continue
        source = source.split(":")[0]
        while source in nodes and nodes[source].op == "Identity":
            source = nodes[source].input[0].split(":")[0]
        found.append(source)
    return found


def between(
    nodes: Dict[str, Any], outputs: Sequence[str], is_input: Callable[[str], bool]
) -> Tuple[List[str], List[str]]:
    """What lies before the outputs, depth first, and the inputs it starts from.

    Args:
        nodes: ``NodeDef`` by name.
        outputs: names of nodes.
        is_input: whether a node of a name is where to stop.

    Raises:
        BadInput: a node is missing, or does more than plain arithmetic.
    """
    ordered: Dict[str, bool] = {}
    inputs: Dict[str, bool] = {}
    waiting = [(name, False) for name in reversed(outputs)]
    while waiting:
        name, sources_done = waiting.pop()
        if sources_done:
            ordered[name] = True
        elif is_input(name):
            inputs[name] = True
        elif name not in ordered:
            _check_arithmetic(nodes, name)
            waiting.append((name, True))
            waiting += [
                (source, False)
                for source in reversed(sources(nodes, name))
                if source not in nodes or nodes[source].op != "Const"
            ]
    return list(ordered), list(inputs)


def check_there(nodes: Dict[str, Any], name: str) -> None:
    """Tells whether a graph has a node.

    Raises:
        BadInput: it has none of this name.
    """
    if name not in nodes:
        raise BadInput.of(
            "frozen graph",
            f"no node {name}",
            "all parts of the model that pipeline.config describes",
            "Use the pipeline.config it was trained with.",
        )


def unexpected(found: str, expected: str) -> BadInput:
    """The error of a graph that is built otherwise than the API builds it."""
    return BadInput.of(
        "frozen graph", found, expected, "Export it with the Object Detection API's exporter."
    )


def fill(tensor: Any, values: np.ndarray) -> None:
    """Writes values into a ``TensorProto``, value by value, as OpenCV reads text graphs.

    Args:
        tensor: an empty ``TensorProto``.
        values: int32, or anything that float32 holds.
    """
    from tensorflow.core.framework import types_pb2

    whole = values.dtype == np.int32
    tensor.dtype = types_pb2.DT_INT32 if whole else types_pb2.DT_FLOAT
    (tensor.int_val if whole else tensor.float_val).extend(values.ravel().tolist())
    tensor.tensor_shape.SetInParent()
    for size in values.shape:
        tensor.tensor_shape.dim.add(size=size)


def add_constant(graph: Any, name: str, values: np.ndarray) -> None:
    """Adds a ``Const`` node.

    Args:
        graph: a ``GraphDef``; changed.
        name: of the node.
        values: as of :func:`fill`.
    """
    constant = graph.node.add(name=name, op="Const")
    fill(constant.attr["value"].tensor, values)
    constant.attr["dtype"].type = constant.attr["value"].tensor.dtype


def _check_arithmetic(nodes: Dict[str, Any], name: str) -> None:
    check_there(nodes, name)
    if nodes[name].op not in ARITHMETIC:
        raise BadInput.of(
            f"frozen graph, node {name}",
            f"the operation {nodes[name].op}",
            f"one of {', '.join(ARITHMETIC)}",
            "OpenCV's text graph cannot hold it: train a model that helpers zoo lists.",
        )
