"""The graph of a detector: its inputs and outputs, and what is changed in it."""

import numpy as np
import pytest
import tiny_model

from helpers.inference import detection_graph
from helpers.structures.errors import BadInput


def test_the_detector_has_the_outputs_that_backends_read():
    import tensorflow as tf

    with tf.Graph().as_default() as graph:
        outputs = detection_graph.build(tiny_model.config(size=(96, 96)))
        assert graph.get_tensor_by_name("image_tensor:0").dtype == tf.uint8
    assert outputs == sorted(outputs)
    assert {"detection_boxes", "detection_classes", "detection_scores", "num_detections"} <= set(
        outputs
    )


def test_a_crop_that_reaches_to_the_border_has_no_zeros():
    """Which rounding leaves in the last row of some crops, unless they are kept inside."""
    import tensorflow as tf

    tops = np.linspace(0.01, 0.9, 90, dtype=np.float32)
    boxes = np.stack([tops, 0 * tops, 0 * tops + 1, 0 * tops + 1], axis=1)
    features = np.ones((1, 38, 38, 1), np.float32)
    with tf.Graph().as_default() as graph, tf.Session() as session:
        crops = tf.image.crop_and_resize(features, tf.constant(boxes), [0] * 90, [14, 14])
        before = session.run(crops)
    with tf.Graph().as_default() as graph, tf.Session() as session:
        crops = tf.image.crop_and_resize(features, tf.constant(boxes), [0] * 90, [14, 14])
        detection_graph.keep_crops_inside(graph)
        after = session.run(crops)
    assert before.min() == 0 and after.min() == 1


def test_outputs_are_sorted_and_one_is_left_out():
    outputs = ["num_detections", "detection_features", "detection_boxes"]
    assert detection_graph.needed_outputs(outputs) == ["detection_boxes", "num_detections"]


@pytest.mark.parametrize(
    "averages, name",
    [
        pytest.param(False, "weights", id="weights"),
        pytest.param(True, "weights/ExponentialMovingAverage", id="moving averages"),
    ],
)
def test_what_the_config_says_is_restored(tmp_path, averages, name):
    import tensorflow as tf

    config = tiny_model.config()
    config.eval_config.use_moving_averages = averages
    with tf.Graph().as_default(), tf.Session() as session:
        values = {"weights": 1.0, "weights/ExponentialMovingAverage": 2.0}
        variables = [tf.Variable(value, name=key) for key, value in values.items()]
        session.run(tf.global_variables_initializer())
        prefix = tf.train.Saver(variables).save(session, str(tmp_path / "model.ckpt"))
    with tf.Graph().as_default(), tf.Session() as session:
        weights = tf.Variable(0.0, name="weights")
        detection_graph.restore(session, config, prefix)
        assert session.run(weights) == values[name]


def test_a_checkpoint_of_another_model_is_named(tmp_path):
    import tensorflow as tf

    with tf.Graph().as_default(), tf.Session() as session:
        tf.Variable(1.0, name="other")
        session.run(tf.global_variables_initializer())
        prefix = tf.train.Saver().save(session, str(tmp_path / "model.ckpt"))
    with tf.Graph().as_default(), tf.Session() as session:
        tf.Variable(0.0, name="weights")
        with pytest.raises(BadInput, match="model.ckpt: .*weights"):
            detection_graph.restore(session, tiny_model.config(), prefix)
