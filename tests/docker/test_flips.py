"""Flips and turns as a fixed set of views."""

import numpy as np
import pytest
import tensorflow as tf
from object_detection import inputs
from object_detection.core.standard_fields import InputDataFields

from helpers.pipeline_config import pipeline
from trainer import flips

IMAGE = np.arange(12, dtype=np.float32).reshape(2, 2, 3)
BOX = (0.0, 0.1, 0.5, 0.3)  # y_min, x_min, y_max, x_max


def config(*steps):
    made = pipeline.read("small_ssd").train_config
    del made.data_augmentation_options[:]
    for step in steps:
        getattr(made.data_augmentation_options.add(), step).SetInParent()
    return made


def augmented(train, view):
    """The image and the box of a view."""
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        options = flips.options_of(train, tf.constant(view, tf.int64))
        given = {
            InputDataFields.image: tf.constant(IMAGE),
            InputDataFields.groundtruth_boxes: tf.constant([BOX]),
        }
        result = session.run(inputs.augment_input_data(given, options))
    return result[InputDataFields.image], result[InputDataFields.groundtruth_boxes][0]


@pytest.mark.parametrize(
    "steps, views",
    [
        ((), 1),
        (("random_horizontal_flip",), 2),
        (("random_vertical_flip", "random_horizontal_flip"), 4),
        (("random_horizontal_flip", "random_vertical_flip", "random_rotation90"), 8),
        (("random_horizontal_flip", "random_adjust_hue"), 0),
        (("random_horizontal_flip", "random_horizontal_flip"), 0),
    ],
    ids=lambda value: "+".join(value) or "none" if isinstance(value, tuple) else None,
)
def test_combinations(steps, views):
    assert flips.combinations(config(*steps)) == views


@pytest.mark.parametrize(
    "view, image, box",
    [
        (0, IMAGE, BOX),
        (1, IMAGE[:, ::-1], (0.0, 0.7, 0.5, 0.9)),
        (2, IMAGE[::-1], (0.5, 0.1, 1.0, 0.3)),
        (3, IMAGE[::-1, ::-1], (0.5, 0.7, 1.0, 0.9)),
    ],
    ids=["as it is", "horizontal", "vertical", "both"],
)
def test_a_view_is_always_the_same(view, image, box):
    train = config("random_horizontal_flip", "random_vertical_flip")
    for _ in range(2):
        pixels, found = augmented(train, view)
        np.testing.assert_array_equal(pixels, image)
        np.testing.assert_allclose(found, box, atol=1e-6)


def test_no_two_views_are_the_same():
    train = config("random_horizontal_flip", "random_vertical_flip", "random_rotation90")
    views = {augmented(train, view)[0].tobytes() for view in range(flips.combinations(train))}
    assert len(views) == 8
