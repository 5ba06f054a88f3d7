"""A frozen SSD taken apart: its layers, anchors and padding, and what is none."""

import numpy as np
import pytest
from google.protobuf import text_format
from tiny_model import ANCHORS

from helpers.export import frozen_ssd
from helpers.structures.errors import BadInput


def test_its_parts_are_in_the_order_of_execution(small_frozen):
    config, frozen = small_frozen
    ssd = frozen_ssd.read(frozen, config)
    layers = config.model.ssd.anchor_generator.ssd_anchor_generator.num_layers
    assert len(ssd.boxes) == len(ssd.classes) == len(ssd.anchors) == layers
    assert list(ssd.shapes[ssd.image]) == [1, 96, 96, 3]
    known = set(ssd.nodes) - set(ssd.arithmetic)
    for name in ssd.arithmetic:
        assert set(ssd.sources(name)) <= known
        known.add(name)


def test_anchors_are_those_of_the_api(small_frozen):
    """As the API's own generator makes them for the layers of this graph."""
    import tensorflow as tf
    from object_detection.builders import anchor_generator_builder

    config, frozen = small_frozen
    ssd = frozen_ssd.read(frozen, config)
    grids = [tuple(ssd.shapes[ssd.sources(name)[0]][1:3]) for name in ssd.boxes]
    generator = anchor_generator_builder.build(config.model.ssd.anchor_generator)
    with tf.Graph().as_default(), tf.Session() as session:
        lists = generator.generate(grids, im_height=96, im_width=96)
        expected = session.run([boxes.get() for boxes in lists])
    assert len(ssd.anchors) == len(expected)
    for anchors, boxes_yxyx in zip(ssd.anchors, expected):
        np.testing.assert_allclose(anchors.boxes_rel, boxes_yxyx[:, [1, 0, 3, 2]], rtol=1e-6)


@pytest.mark.parametrize(
    "changes, message",
    [
        pytest.param(
            "model { ssd { num_classes: 7 } }",
            "predictors .*channels, expected .*7 classes",
            id="other classes",
        ),
        pytest.param(
            ANCHORS % "aspect_ratios: 4",
            "predictors .*channels, expected .* 9 classes",
            id="other anchors",
        ),
        pytest.param(
            ANCHORS % "num_layers: 7 scales: 0.97", "node BoxPredictor_6/", id="other layers"
        ),
    ],
)
def test_a_graph_of_another_config_is_refused(small_frozen, changes, message):
    config, frozen = small_frozen
    other = type(config)()
    other.CopyFrom(config)
    text_format.Merge(changes, other)
    with pytest.raises(BadInput, match=message):
        frozen_ssd.read(frozen, other)


def test_a_graph_with_another_operation_is_refused_by_name(small_frozen):
    config, frozen = small_frozen
    changed = type(frozen)()
    changed.CopyFrom(frozen)
    relu = next(node for node in changed.node if node.name.endswith("expanded_conv_3/expand/Relu6"))
    relu.op = "Tanh"
    with pytest.raises(BadInput, match="node .*/expanded_conv_3/expand/Relu6: .*Tanh"):
        frozen_ssd.read(changed, config)
