"""A step of training on the CPU: gradients of 1 x 1 convolutions as matrix products, and not."""

import statistics
import time

import pytest
import tensorflow as tf
from object_detection.builders import model_builder

from helpers.pipeline_config import pipeline
from trainer import cpu_gradients
from trainer.input_pipeline import as_it_is

BATCH, ROUNDS = 8, 12
WAYS = {"TensorFlow's own": as_it_is, "matrix products": cpu_gradients.faster_gradients}


def step(template, adapted):
    """An operation that trains on a model's raw predictions, and its session."""
    config = pipeline.read(template)
    size = config.model.ssd.image_resizer.fixed_shape_resizer

    def model_fn(features, labels, mode, params=None):
        model = model_builder.build(config.model, is_training=True)
        found = model.predict(features, tf.constant([[size.height, size.width, 3]] * BATCH))
        outputs = [found["box_encodings"], found["class_predictions_with_background"]]
        loss = tf.add_n([tf.reduce_sum(output**2) for output in outputs])
        return tf.compat.v1.train.GradientDescentOptimizer(0.0).minimize(loss)

    with tf.Graph().as_default() as graph:
        images = tf.random.uniform((BATCH, size.height, size.width, 3), -1, 1)
        train = adapted(as_it_is(model_fn))(images, {}, tf.estimator.ModeKeys.TRAIN)
        start = tf.compat.v1.global_variables_initializer()
        session = tf.compat.v1.Session(graph=graph)
    session.run(start)
    return session, train


@pytest.mark.parametrize("template", ["small_ssd", "ssd_mobilenet_v2"])
def test_gradients_in_turns(template):
    steps = {name: step(template, adapted) for name, adapted in WAYS.items()}
    taken = {name: [] for name in WAYS}
    for _ in range(ROUNDS):
        for name, (session, train) in steps.items():
            started = time.perf_counter()
            session.run(train)
            taken[name].append(time.perf_counter() - started)
    medians = {name: statistics.median(seconds[2:]) for name, seconds in taken.items()}
    first = next(iter(medians.values()))
    print(f"\n{template}: {BATCH} images forward and back, in turns")
    for name, seconds in medians.items():
        print(f"  {name:<18} {seconds * 1e3:7.0f} ms, {first / seconds:.2f} times as fast")
    assert all(seconds > 0 for seconds in medians.values())
