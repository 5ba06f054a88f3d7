"""A Faster R-CNN's graph taken apart: a small one of the same names, and what is not one."""

import numpy as np
import pytest
import two_stage_model

from helpers.export import frozen_two_stage as parts
from helpers.structures.errors import BadInput

IMAGE, FEATURES = "Preprocessor/map/image", "features"
HEADS = {
    "FirstStageBoxPredictor/BoxEncodingPredictor": 4,
    "FirstStageBoxPredictor/ClassPredictor": 2,
}
ANCHORS, CLASSES = 12, len(two_stage_model.LABELS)


def small_graph(cropped=FEATURES, activation="relu", classes=CLASSES, pool=parts.CROP_POOL):
    """A ``GraphDef`` with the parts of a Faster R-CNN and no more."""
    import tensorflow as tf

    with tf.Graph().as_default() as graph:
        image = tf.placeholder(tf.float32, [1, 64, 64, 3], IMAGE)
        features = getattr(tf.nn, activation)(image, name=FEATURES)
        for head, size in HEADS.items():
            kernel = tf.zeros([1, 1, 3, size * ANCHORS])
            product = tf.nn.conv2d(features, kernel, 1, "SAME", name=f"{head}/Conv2D")
            tf.nn.bias_add(product, tf.zeros([size * ANCHORS]), name=f"{head}/BiasAdd")
        source = graph.get_tensor_by_name(f"{cropped}:0")
        crops = tf.image.crop_and_resize(source, [[0.0, 0, 1, 1]], [0], [4, 4], name=parts.CROP)
        pooled = tf.nn.max_pool(crops, 2, 2, "SAME", name=pool)
        flat = tf.reshape(tf.reduce_mean(tf.nn.relu(pooled), [1, 2], True, parts.MEAN), [1, 3])
        for head, size in ((parts.BOXES, 4 * CLASSES), (parts.CLASSES, classes + 1)):
            product = tf.matmul(flat, tf.zeros([3, size]), name=f"{head}/MatMul")
            tf.nn.bias_add(product, tf.zeros([size]), name=f"{head}/BiasAdd")
        return graph.as_graph_def()


def test_the_parts_are_found():
    detector = parts.read(small_graph(), two_stage_model.config())
    assert detector.image == IMAGE and detector.first_stage[0] == FEATURES
    assert detector.first_stage[1:] == [
        f"{head}/{operation}" for head in HEADS for operation in ("Conv2D", "BiasAdd")
    ]
    assert len(detector.second_stage) == 1
    assert detector.sources(parts.CROP)[0] == FEATURES
    areas = detector.anchors.widths * detector.anchors.heights
    assert np.allclose(areas, np.tile(np.square([64, 128, 256, 512]), 3))
    assert np.allclose((detector.anchors.widths / detector.anchors.heights)[::4], [0.5, 1, 2])


@pytest.mark.parametrize(
    "changes, message",
    [
        pytest.param(dict(cropped=IMAGE), f"crops of {IMAGE}", id="crops of the image"),
        pytest.param(dict(activation="sigmoid"), "node features: .*Sigmoid", id="other operation"),
        pytest.param(dict(classes=90), r"\[48, 24, 12, 91\].*\[48, 24, 12, 4\]", id="classes"),
        pytest.param(dict(pool="pool"), "no node MaxPool2D/MaxPool", id="no Faster R-CNN"),
    ],
)
def test_another_graph_is_refused(changes, message):
    with pytest.raises(BadInput, match=message):
        parts.read(small_graph(**changes), two_stage_model.config())
