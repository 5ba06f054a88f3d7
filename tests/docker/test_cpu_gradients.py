"""Gradients that are other operations on a CPU, and the same numbers."""

import numpy as np
import pytest
import tensorflow as tf

from trainer import cpu_gradients
from trainer.input_pipeline import as_it_is

TRAIN, EVAL = tf.estimator.ModeKeys.TRAIN, tf.estimator.ModeKeys.EVAL


def gradients(adapted, size, mode=TRAIN, **options):
    """Of a convolution's squares, by input and filters, and the types of the graph's operations."""
    random = np.random.RandomState(0)

    def model_fn(features, labels, mode, params=None):
        filters = tf.constant(random.normal(size=(*size, 3, 4)).astype(np.float32))
        result = tf.nn.conv2d(features, filters, **{"strides": 1, "padding": "SAME", **options})
        return tf.gradients(tf.reduce_sum(result**2), [features, filters])

    with tf.Graph().as_default() as graph, tf.compat.v1.Session() as session:
        features = tf.constant(random.normal(size=(2, 5, 7, 3)).astype(np.float32))
        values = session.run(adapted(as_it_is(model_fn))(features, {}, mode))
        return values, {operation.type for operation in graph.get_operations()}


@pytest.mark.parametrize(
    "size, options, faster",
    [
        pytest.param((1, 1), {}, True, id="1 x 1"),
        pytest.param((1, 1), {"padding": "VALID"}, True, id="1 x 1 VALID"),
        pytest.param((1, 1), {"strides": 2}, False, id="1 x 1 stride 2"),
        pytest.param((1, 1), {"padding": [[0, 0], [1, 0], [0, 2], [0, 0]]}, False, id="padded"),
        pytest.param((3, 3), {}, False, id="3 x 3"),
        pytest.param((3, 1), {"padding": "VALID", "strides": [1, 2, 1, 1]}, False, id="3 x 1"),
    ],
)
def test_gradients_are_those_of_tensorflow(size, options, faster):
    own, operations = gradients(lambda model_fn: model_fn, size, **options)
    ours, changed = gradients(cpu_gradients.faster_gradients, size, **options)
    for expected, value in zip(own, ours):
        np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-4)
    assert {"Conv2DBackpropInput", "Conv2DBackpropFilter"} <= operations
    assert ("MatMul" in changed) == faster == ("Conv2DBackpropInput" not in changed)


def test_only_training_is_changed():
    _, operations = gradients(cpu_gradients.faster_gradients, (1, 1), EVAL)
    assert "MatMul" not in operations
