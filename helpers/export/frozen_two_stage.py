"""What a Faster R-CNN that the Object Detection API has frozen is made of, read off the graph."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple

import numpy as np

from helpers.export import graph_nodes
from helpers.structures.errors import BadInput

PROPOSAL_BOXES = "FirstStageBoxPredictor/BoxEncodingPredictor/BiasAdd"
PROPOSAL_CLASSES = "FirstStageBoxPredictor/ClassPredictor/BiasAdd"
CROP = "CropAndResize/CropAndResize"
CROP_POOL = "MaxPool2D/MaxPool"
MEAN = "SecondStageBoxPredictor/AvgPool"  # of the features that the second stage ends with
BOXES = "SecondStageBoxPredictor/BoxEncodingPredictor"
CLASSES = "SecondStageBoxPredictor/ClassPredictor"


class Anchors(NamedTuple):
    """The anchors that every cell has, in the order of the first stage's channels.

    Attributes:
        widths: (n,), pixels of the model's input.
        heights: (n,), the same.
    """

    widths: np.ndarray
    heights: np.ndarray


class FrozenTwoStage(NamedTuple):
    """The parts of a frozen Faster R-CNN; those of a fixed name have it in this module.

    Attributes:
        nodes: every node of the graph, by name.
        image: the node that gives the resized image, RGB 0..255.
        first_stage: the nodes between the image and ``PROPOSAL_BOXES`` and ``PROPOSAL_CLASSES``,
            in the order of execution.
        second_stage: the nodes between ``CROP_POOL`` and ``MEAN``, in the order of execution.
        anchors: of every cell.
    """

    nodes: Dict
    image: str
    first_stage: List[str]
    second_stage: List[str]
    anchors: Anchors

    def sources(self, name: str) -> List[str]:
        """The nodes that feed one, seen through the identities that freezing leaves behind."""
        return graph_nodes.sources(self.nodes, name)


def read(frozen_graph_def: Any, config: Any) -> FrozenTwoStage:
    """Takes a frozen Faster R-CNN apart.

    Args:
        frozen_graph_def: ``tf.GraphDef`` from the Object Detection API's exporter.
        config: the ``TrainEvalPipelineConfig`` it was made from.

    Raises:
        BadInput: the graph is no such detector, does more than plain arithmetic, or does not fit
            the config.
    """
    nodes = {node.name: node for node in frozen_graph_def.node}
    for name in (CROP, CROP_POOL, MEAN, f"{BOXES}/MatMul", f"{CLASSES}/MatMul"):
        graph_nodes.check_there(nodes, name)
    heads = [PROPOSAL_BOXES, PROPOSAL_CLASSES]
    first, images = graph_nodes.between(nodes, heads, graph_nodes.is_resized_image)
    second, crops = graph_nodes.between(
        nodes, graph_nodes.sources(nodes, MEAN)[:1], lambda name: name == CROP_POOL
    )
    for what, found, expected in (
        ("the inputs", images, "one resized image"),
        ("the second stage's inputs", crops, CROP_POOL),
    ):
        if len(found) != 1:
            raise graph_nodes.unexpected(f"{what} {', '.join(found) or 'none'}", expected)
    features = graph_nodes.sources(nodes, CROP)[0]
    if features not in first:
        raise graph_nodes.unexpected(f"crops of {features}", "crops of what the first stage gives")
    anchors = _anchors(config)
    _check_channels(nodes, len(anchors.widths), config.model.faster_rcnn.num_classes)
    return FrozenTwoStage(nodes, images[0], first, second, anchors)


def _anchors(config: Any) -> Anchors:
    """The anchors that the Object Detection API generates for a single cell."""
    import tensorflow as tf
    from object_detection.builders import anchor_generator_builder

    model = config.model.faster_rcnn
    with tf.Graph().as_default(), tf.Session() as session:
        generator = anchor_generator_builder.build(model.first_stage_anchor_generator)
        boxes_yxyx = session.run(generator.generate([(1, 1)])[0].get())
    heights, widths = (boxes_yxyx[:, 2:] - boxes_yxyx[:, :2]).T
    return Anchors(widths, heights)


def _check_channels(nodes: Dict, anchors: int, num_classes: int) -> None:
    heads = (PROPOSAL_BOXES, PROPOSAL_CLASSES, f"{BOXES}/BiasAdd", f"{CLASSES}/BiasAdd")
    channels = [_channels(nodes, head) for head in heads]
    expected = [4 * anchors, 2 * anchors, 4 * num_classes, num_classes + 1]
    if channels != expected:
        raise BadInput.of(
            "frozen graph",
            f"box and class predictors with {channels} channels",
            f"{expected} for {num_classes} classes and {anchors} anchors a cell",
            "Use the pipeline.config it was trained with.",
        )


def _channels(nodes: Dict, head: str) -> int:
    biases = nodes[graph_nodes.sources(nodes, head)[1]].attr["value"].tensor
    return int(biases.tensor_shape.dim[0].size)
