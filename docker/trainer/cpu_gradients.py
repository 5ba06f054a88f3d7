"""Gradients of 1 x 1 convolutions, which MobileNets mostly consist of, faster on a CPU.

Such a convolution is a matrix product, and so is its gradient with respect to its input.
TensorFlow 1.15 computes the first as one, but the second by its general convolution. The graph of
the model stays the ordinary one: only the operations that training adds to it are others.
"""

from __future__ import annotations

from typing import Any, Callable, Tuple

import tensorflow as tf

_ATTRIBUTES = ("strides", "padding", "explicit_paddings", "data_format", "dilations")
_CONV2D = "Conv2DOnCpu"


@tf.RegisterGradient(_CONV2D)
def _of_conv2d(operation: tf.Operation, gradient: tf.Tensor) -> Tuple[tf.Tensor, tf.Tensor]:
    """With respect to the input (batch, height, width, channels) and to the filters."""
    features, filters = operation.inputs
    attributes = {name: operation.get_attr(name) for name in _ATTRIBUTES}
    if _is_pointwise(operation):
        channels, count = filters.shape.as_list()[2:]
        product = tf.matmul(
            tf.reshape(gradient, (-1, count)),
            tf.reshape(filters, (channels, count)),
            transpose_b=True,
        )
        by_input = tf.reshape(product, tf.shape(features))
    else:
        by_input = tf.raw_ops.Conv2DBackpropInput(
            input_sizes=tf.shape(features), filter=filters, out_backprop=gradient, **attributes
        )
    # As a matrix product, too, this one would take four fifths of the time. But it would read the
    # features reshaped: an operation of the frozen part, which then ended elsewhere.
    by_filters = tf.raw_ops.Conv2DBackpropFilter(
        input=features, filter_sizes=tf.shape(filters), out_backprop=gradient, **attributes
    )
    return by_input, by_filters


def _is_pointwise(operation: tf.Operation) -> bool:
    """Whether a convolution is 1 x 1 with stride 1, neither padded nor with channels first."""
    height, width = operation.inputs[1].shape.as_list()[:2]
    return (
        (height, width) == (1, 1)
        and set(operation.get_attr("strides")) == {1}
        and operation.get_attr("padding") != b"EXPLICIT"
        and operation.get_attr("data_format") == b"NHWC"
    )


def faster_gradients(model_fn: Callable) -> Callable:
    """A model function whose training is faster on a CPU, and the same but for rounding.

    Args:
        model_fn: of the Object Detection API; evaluates and predicts as it is.
    """

    def faster(
        features: dict, labels: dict, mode: str, params: Any = None
    ) -> tf.estimator.EstimatorSpec:
        training = mode == tf.estimator.ModeKeys.TRAIN
        overridden = {"Conv2D": _CONV2D} if training else {}
        with tf.compat.v1.get_default_graph().gradient_override_map(overridden):
            return model_fn(features, labels, mode, params)

    return faster
