"""Ranges of weights and activations, measured after training and written into fake-quant nodes.

TensorFlow's quantization rewriter says where a graph is quantized; quantization-aware training
says in which ranges, and only for layers that it runs. Here they are the smallest and the largest
value over calibration images that the trained graph itself computes, in floating point, in every
layer, frozen or not (Jacob et al., "Quantization and Training of Neural Networks for
Efficient Integer-Arithmetic-Only Inference", 2018; Krishnamoorthi, "Quantizing deep convolutional
networks for efficient inference: A whitepaper", 2018, section 3.1).

Box offsets are the exception: 8 bits have to serve the offsets of all anchors, and where no object
ever matched an anchor, a network may give it any. Only those of boxes that can be found count.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Set, Tuple

import numpy as np

from helpers.export.tflite_conversion import RAW_OUTPUTS
from helpers.inference.model_folder import MEAN, STD, TFLITE_INPUT
from helpers.structures.errors import BadInput

FAKE_QUANT = "FakeQuantWithMinMaxVars"
_NARROWEST = 1e-6  # a range that is a point has no scale
_SAME_VALUES = ("Identity", "Reshape", "Squeeze", "ConcatV2", FAKE_QUANT)  # hand on what they get
_LOWEST_SCORE = 0.05  # of a box whose place matters
_MARGIN = 1.5  # other images have larger offsets than those that are measured on
Ranges = Dict[str, Tuple[float, float]]


def calibrated(graph_def: Any, images: Iterable[np.ndarray]) -> Any:
    """A frozen graph whose fake-quant nodes have the ranges of its own values on images.

    Args:
        graph_def: a ``GraphDef`` with fake-quant nodes of any range, from ``TFLITE_INPUT`` to
            ``RAW_OUTPUTS``.
        images: RGB float32 (height, width, 3), grey levels 0..255.

    Returns:
        A new ``GraphDef``.

    Raises:
        BadInput: there is no image.
    """
    return with_ranges(graph_def, measured(graph_def, images))


def measured(graph_def: Any, images: Iterable[np.ndarray]) -> Ranges:
    """The ranges of what goes into each fake-quant node, while none of them quantizes.

    Args:
        graph_def: as for :func:`calibrated`.
        images: as for :func:`calibrated`.

    Returns:
        Smallest and largest value by the name of the node; zero is always in between, as it has
        to be exact for padding.

    Raises:
        BadInput: there is no image.
    """
    import tensorflow as tf

    sources = {node.name: node.input[0] for node in fake_quant_nodes(graph_def)}
    names, extremes, offsets = sorted(sources), [], []
    with tf.Graph().as_default() as graph, tf.compat.v1.Session() as session:
        tf.import_graph_def(without_fake_quant(graph_def), name="")
        values = [graph.get_tensor_by_name(_tensor_name(sources[name])) for name in names]
        wanted = [[tf.reduce_min(value), tf.reduce_max(value)] for value in values]
        outputs = [graph.get_tensor_by_name(f"{name}:0")[0] for name in RAW_OUTPUTS[:2]]
        for image in images:
            feed = {f"{TFLITE_INPUT}:0": ((image - MEAN) / STD)[None]}
            ends, (boxes, scores) = session.run((wanted, outputs), feed)
            extremes.append(ends)
            offsets.append(_offsets_that_count(boxes, scores))
    if not extremes:
        raise BadInput.of(
            "train records", "no image", "some to calibrate on", "Write the train records again."
        )
    lowest, highest = np.min(extremes, axis=0)[:, 0], np.max(extremes, axis=0)[:, 1]
    ranges = {name: _with_zero(*ends) for name, *ends in zip(names, lowest, highest)}
    return _limited(ranges, _box_offset_nodes(graph_def), np.concatenate(offsets))


def box_offset_range(session: Any, images: Iterable[np.ndarray]) -> Tuple[float, float]:
    """The range that the offsets of boxes need that can be found.

    Args:
        session: of a restored detector, from ``TFLITE_INPUT`` to ``RAW_OUTPUTS``.
        images: as for :func:`calibrated`.

    Returns:
        Smallest and largest value, zero in between; infinite where no box is found.
    """
    offsets = []
    outputs = [f"{name}:0" for name in RAW_OUTPUTS[:2]]
    for image in images:
        boxes, scores = session.run(outputs, {f"{TFLITE_INPUT}:0": ((image - MEAN) / STD)[None]})
        offsets.append(_offsets_that_count(boxes[0], scores[0]))
    found = np.concatenate(offsets) if offsets else np.zeros((0, 4))
    return _limits(found) if len(found) else (-np.inf, np.inf)


def _offsets_that_count(boxes: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """The offsets (n, 4) of boxes whose class, other than background, has a score to be found."""
    return boxes[scores[:, 1:].max(axis=1) >= _LOWEST_SCORE]


def _limits(offsets: np.ndarray) -> Tuple[float, float]:
    return _with_zero(_MARGIN * offsets.min(), _MARGIN * offsets.max())


def _box_offset_nodes(graph_def: Any) -> Set[str]:
    """Names of the fake-quant nodes of the raw box offsets, whatever predicts them."""
    nodes = {node.name: node for node in graph_def.node}
    waiting, seen = [RAW_OUTPUTS[0]], set()
    while waiting:
        name = waiting.pop().partition(":")[0]
        if name not in seen and nodes[name].op in _SAME_VALUES:
            seen.add(name)
            waiting += nodes[name].input
    return {name for name in seen if nodes[name].op == FAKE_QUANT}


def _limited(ranges: Ranges, nodes: Set[str], offsets: np.ndarray) -> Ranges:
    """Ranges in which box offsets reach no further than those of boxes that can be found.

    Args:
        ranges: by the name of the node.
        nodes: names of those that quantize box offsets.
        offsets: of such boxes, (n, 4); without any the ranges stay.
    """
    if not len(offsets):
        return ranges
    limits = _limits(offsets)
    return {
        name: _with_zero(max(low, limits[0]), min(high, limits[1]))
        if name in nodes
        else (low, high)
        for name, (low, high) in ranges.items()
    }


def _with_zero(lowest: float, highest: float) -> Tuple[float, float]:
    low, high = min(float(lowest), 0.0), max(float(highest), 0.0)
    return low, max(high, low + _NARROWEST)


def fake_quant_nodes(graph_def: Any) -> List[Any]:
    """The nodes of a ``GraphDef`` that quantize weights or activations, in its order."""
    return [node for node in graph_def.node if node.op == FAKE_QUANT]


def without_fake_quant(graph_def: Any) -> Any:
    """A graph in which the fake-quant nodes hand on what they are given.

    Args:
        graph_def: a ``GraphDef``; stays as it is.
    """
    import tensorflow as tf

    changed = _copy_of(graph_def)
    for node in fake_quant_nodes(changed):
        del node.input[1:]
        node.op = "Identity"
        node.attr.clear()
        node.attr["T"].type = tf.float32.as_datatype_enum
    return changed


def with_ranges(graph_def: Any, ranges: Ranges) -> Any:
    """A graph whose fake-quant nodes have these ranges.

    Args:
        graph_def: a ``GraphDef``; stays as it is.
        ranges: smallest and largest value of every fake-quant node, by its name.
    """
    changed = _copy_of(graph_def)
    for node in fake_quant_nodes(changed):
        ends = [
            (f"{node.name}/{end}", value) for end, value in zip(("low", "high"), ranges[node.name])
        ]
        del node.input[1:]
        node.input.extend(name for name, _ in ends)
        for name, value in ends:
            _add_constant(changed, name, value)
    return changed


def _add_constant(graph_def: Any, name: str, value: float) -> None:
    import tensorflow as tf

    node = graph_def.node.add()
    node.op, node.name = "Const", name
    node.attr["dtype"].type = tf.float32.as_datatype_enum
    node.attr["value"].tensor.CopyFrom(tf.compat.v1.make_tensor_proto(np.float32(value)))


def _copy_of(graph_def: Any) -> Any:
    copied = type(graph_def)()
    copied.CopyFrom(graph_def)
    return copied


def _tensor_name(source: str) -> str:
    """The name of a tensor that a node's input stands for."""
    return source if ":" in source else f"{source}:0"
