"""What an SSD that the Object Detection API has frozen is made of, read off the graph itself."""

from __future__ import annotations

import math
from typing import Any, Dict, List, NamedTuple, Sequence, Tuple

from helpers.export import graph_nodes, prior_boxes
from helpers.export.prior_boxes import Anchors
from helpers.pipeline_config import exportability, pipeline
from helpers.structures.errors import BadInput

_SHARED_SCOPE = "WeightSharedConvolutionalBoxPredictor"


class FrozenSSD(NamedTuple):
    """The parts of a frozen SSD.

    Attributes:
        nodes: every node of the graph, by name.
        image: the node that gives the resized image, RGB 0..255.
        arithmetic: the nodes between image and predictors, in the order of execution.
        boxes: the node that gives the box encodings, for each layer.
        classes: the node that gives the class logits, for each layer.
        anchors: for each layer.
        shapes: (1, rows, columns, channels) of what the image and each arithmetic node give.
    """

    nodes: Dict
    image: str
    arithmetic: List[str]
    boxes: List[str]
    classes: List[str]
    anchors: List[Anchors]
    shapes: Dict[str, List[int]]

    def sources(self, name: str) -> List[str]:
        """The nodes that feed one, seen through the identities that freezing leaves behind."""
        return graph_nodes.sources(self.nodes, name)

    def same_padding(self, name: str) -> List[Tuple[int, int]]:
        """What a convolution adds before and after the rows and the columns it gets.

        TensorFlow's rule for ``SAME``: as much as it takes for every ``stride``-th place to be a
        centre, the odd one after; nothing for ``VALID``.
        """
        attr, (image, weights) = self.nodes[name].attr, self.sources(name)
        if attr["padding"].s != b"SAME":
            return [(0, 0), (0, 0)]
        kernel = self.nodes[weights].attr["value"].tensor.tensor_shape.dim
        totals = [
            max((math.ceil(size / stride) - 1) * stride + (cell.size - 1) * dilation + 1 - size, 0)
            for size, stride, dilation, cell in zip(
                self.shapes[image][1:3],
                attr["strides"].list.i[1:3],
                attr["dilations"].list.i[1:3],
                kernel,
            )
        ]
        return [(total // 2, total - total // 2) for total in totals]


def read(frozen_graph_def: Any, config: Any) -> FrozenSSD:
    """Takes a frozen SSD apart.

    Args:
        frozen_graph_def: ``tf.GraphDef`` from the Object Detection API's exporter.
        config: the ``TrainEvalPipelineConfig`` it was made from.

    Raises:
        BadInput: the graph is no such SSD, does more than plain arithmetic, or does not fit the
            config.
    """
    nodes = {node.name: node for node in frozen_graph_def.node}
    boxes, classes = _outputs(config)
    arithmetic, images = graph_nodes.between(nodes, boxes + classes, graph_nodes.is_resized_image)
    if len(images) != 1:
        raise graph_nodes.unexpected(f"the inputs {sorted(images)}", "one resized image")
    image = images[0]
    shapes = _shapes(frozen_graph_def, image, arithmetic, config)
    grids = [(shapes[name][1], shapes[name][2]) for name in boxes]
    anchors = prior_boxes.generated(config, grids)
    _check_channels(
        [shapes[name][3] for name in boxes + classes], anchors, config.model.ssd.num_classes
    )
    return FrozenSSD(nodes, image, arithmetic, boxes, classes, anchors, shapes)


def _outputs(config: Any) -> Tuple[List[str], List[str]]:
    """The nodes that give box encodings and class logits, for each layer."""
    layers = range(prior_boxes.layer_count(config))
    if config.model.ssd.box_predictor.WhichOneof("box_predictor_oneof") == exportability.SHARED:
        scopes = [f"{_SHARED_SCOPE}_{layer}" if layer else _SHARED_SCOPE for layer in layers]
        heads = ("BoxPredictor", "ClassPredictor")
    else:
        scopes = [f"BoxPredictor_{layer}" for layer in layers]
        heads = ("BoxEncodingPredictor", "ClassPredictor")
    boxes, classes = ([f"{scope}/{head}/BiasAdd" for scope in scopes] for head in heads)
    return boxes, classes


def _shapes(
    frozen_graph_def: Any, image: str, names: Sequence[str], config: Any
) -> Dict[str, List[int]]:
    import tensorflow as tf

    width, height = pipeline.input_size(config)
    with tf.Graph().as_default():
        pixels = tf.placeholder(tf.float32, [1, height, width, 3])
        tensors = tf.import_graph_def(
            frozen_graph_def, {f"{image}:0": pixels}, [f"{name}:0" for name in names], name=""
        )
        shapes = {name: tensor.shape.as_list() for name, tensor in zip(names, tensors)}
    return dict(shapes, **{image: [1, height, width, 3]})


def _check_channels(channels: Sequence[int], anchors: Sequence[Anchors], num_classes: int) -> None:
    counts = [layer.per_cell for layer in anchors]
    expected = [4 * count for count in counts] + [(num_classes + 1) * count for count in counts]
    if list(channels) != expected:
        raise BadInput.of(
            "frozen graph",
            f"box and class predictors with {list(channels)} channels",
            f"{expected} for {num_classes} classes and {counts} anchors a cell",
            "Use the pipeline.config it was trained with.",
        )
