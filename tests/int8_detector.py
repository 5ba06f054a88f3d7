"""A detector of a few layers in TensorFlow Lite, float and int8 as converted.

Some of its channels are dead, as fine-tuned networks have them: no weights, only an offset. Of its
anchors each second one has far box offsets and is never found.
"""

from typing import NamedTuple

import numpy as np
import tiny_model

from helpers.export import tflite_conversion
from helpers.export.tflite_conversion import RAW_OUTPUTS
from helpers.export.tflite_file import TFLiteFile
from helpers.inference.model_folder import MEAN, STD, TFLITE_INPUT
from helpers.pipeline_config.export_options import INT8

SIZE = 12
CHANNELS = 6
DEAD = {"plain": 2, "depthwise": 4}
FAR = 60.0
CLASSES = len(tiny_model.LABELS.names)


class Models(NamedTuple):
    """The two files, and images that the int8 one was calibrated on, RGB float32 0..255."""

    floating: bytes
    quantized: bytes
    images: list


def made():
    """Converts the detector."""
    import tensorflow as tf

    config = tiny_model.config(size=(SIZE, SIZE))
    chosen = np.random.RandomState(5)
    images = [chosen.randint(0, 256, (SIZE, SIZE, 3)).astype(np.float32) for _ in range(4)]
    with tf.Graph().as_default() as graph:
        _build(tf, np.random.RandomState(1))
        whole = tflite_conversion.with_post_processing(graph.as_graph_def(), config)
    floating = tflite_conversion.convert(whole, config)
    return Models(floating, tflite_conversion.convert(whole, config, INT8, images), images)


def one_convolution():
    """Converts a graph that is another."""
    import tensorflow as tf

    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        image = tf.placeholder(tf.float32, [1, SIZE, SIZE, 3])
        features = tf.nn.conv2d(image, np.ones((1, 1, 3, 1), np.float32), 1, "SAME")
        return tf.lite.TFLiteConverter.from_session(session, [image], [features]).convert()


def _build(tf, chosen):
    image = tf.placeholder(tf.float32, [1, SIZE, SIZE, 3], TFLITE_INPUT)
    kernel = chosen.normal(0, 0.3, (3, 3, 3, CHANNELS))
    kernel[..., DEAD["plain"]] *= 1e-13
    features = tf.nn.relu6(tf.nn.conv2d(image, kernel.astype(np.float32), 1, "SAME") + _ALIVE)
    kernel = chosen.normal(0, 0.5, (3, 3, CHANNELS, 1))
    kernel[:, :, DEAD["depthwise"]] *= 1e-13
    depthwise = tf.nn.depthwise_conv2d(features, kernel.astype(np.float32), [1, 1, 1, 1], "SAME")
    features = tf.nn.relu6(depthwise + _ALIVE)
    kernel = chosen.normal(0, 0.5, (1, 1, CHANNELS, CHANNELS)).astype(np.float32)
    smaller = tf.nn.relu6(tf.nn.conv2d(features, kernel, 2, "SAME"))
    heads = [_heads(tf, chosen, features, FAR), _heads(tf, chosen, smaller, 0)]
    boxes, logits = (tf.concat(parts, 1) for parts in zip(*heads))
    for name, tensor in zip(RAW_OUTPUTS, (boxes, tf.sigmoid(logits), np.ones((360, 4), "f"))):
        tf.identity(tensor, name)


_ALIVE = np.full(CHANNELS, 1.7, np.float32)


def _heads(tf, chosen, features, far):
    """Box offsets (1, anchors, 4) and logits (1, anchors, classes) of two anchors at each place."""
    kernel = chosen.normal(0, 0.3, (1, 1, CHANNELS, 8)).astype(np.float32)
    boxes = tf.nn.conv2d(features, kernel, 1, "SAME") + np.float32([0] * 4 + [far] * 4)
    kernel = chosen.normal(0, 0.3, (1, 1, CHANNELS, 2 * (CLASSES + 1))).astype(np.float32)
    logits = tf.nn.conv2d(features, kernel, 1, "SAME") + np.float32(
        [0] * (CLASSES + 1) + [-20] * (CLASSES + 1)
    )
    return tf.reshape(boxes, (1, -1, 4)), tf.reshape(logits, (1, -1, CLASSES + 1))


def box_offsets(content, image):
    """Box offsets that a model finds on an image, (n, 4), of the anchors that are near."""
    import tensorflow as tf

    interpreter = tf.lite.Interpreter(model_content=bytes(content))
    interpreter.allocate_tensors()
    index = interpreter.get_input_details()[0]["index"]
    interpreter.set_tensor(index, ((image - MEAN) / STD)[None].astype(np.float32))
    interpreter.invoke()
    return interpreter.get_tensor(TFLiteFile(content).operators[-1].inputs[0])[0, ::2]
