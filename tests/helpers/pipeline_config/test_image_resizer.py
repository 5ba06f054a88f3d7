"""The API's resizers sample at the centers of pixels, as TensorFlow 2 and OpenCV do."""

import cv2
import numpy as np
import pytest
import tensorflow as tf
from google.protobuf import text_format
from object_detection.builders import image_resizer_builder
from object_detection.protos import image_resizer_pb2

from helpers.pipeline_config import image_resizer

FIXED = "fixed_shape_resizer { width: %d height: %d %s }"
SIZES = [
    pytest.param((1280, 720), (300, 300), id="720p"),
    pytest.param((640, 480), (300, 300), id="vga"),
    pytest.param((600, 600), (300, 300), id="half"),
    pytest.param((200, 150), (300, 300), id="enlarged"),
    pytest.param((101, 57), (160, 128), id="odd"),
    pytest.param((3, 1), (10, 7), id="few pixels"),
    pytest.param((300, 300), (300, 300), id="same"),
]


def noise(width, height):
    return np.random.RandomState(1).randint(0, 256, (height, width, 3)).astype(np.uint8)


def resizer(text):
    image_resizer.use_half_pixel_centers()
    return image_resizer_builder.build(text_format.Parse(text, image_resizer_pb2.ImageResizer()))


def resized(text, image):
    """What the resizer of a config makes of an image."""
    with tf.Graph().as_default(), tf.Session() as session:
        return session.run(resizer(text)(tf.constant(image, tf.float32))[0])


def as_tensorflow_2(image, size, method="bilinear"):
    with tf.Graph().as_default(), tf.Session() as session:
        values = tf.constant(image, tf.float32)
        return session.run(tf.compat.v2.image.resize(values, size[::-1], method))


@pytest.mark.parametrize("source, target", SIZES)
def test_pixels_are_those_of_tensorflow_2(source, target):
    image = noise(*source)
    found = resized(FIXED % (*target, ""), image)
    np.testing.assert_array_equal(found, as_tensorflow_2(image, target))


@pytest.mark.parametrize("source, target", SIZES)
def test_cv2_resize_is_one_grey_level_off_at_most(source, target):
    image = noise(*source)
    found = resized(FIXED % (*target, ""), image)
    assert np.abs(found - cv2.resize(image, target)).max() <= 1


def test_corner_sampling_would_be_seen():
    image = noise(640, 480)
    with tf.Graph().as_default(), tf.Session() as session:
        corners = session.run(tf.image.resize_images(image, [300, 300]))
    assert np.abs(corners - cv2.resize(image, (300, 300))).max() > 100


@pytest.mark.parametrize(
    "text, size, method",
    [
        pytest.param(
            "keep_aspect_ratio_resizer { min_dimension: 100 max_dimension: 200 }",
            (133, 100),
            "bilinear",
            id="keep aspect ratio",
        ),
        pytest.param(
            FIXED % (96, 80, "resize_method: NEAREST_NEIGHBOR"), (96, 80), "nearest", id="nearest"
        ),
    ],
)
def test_other_resizers_sample_there_too(text, size, method):
    image = noise(640, 480)
    np.testing.assert_array_equal(resized(text, image), as_tensorflow_2(image, size, method))


def test_in_a_dataset_it_samples_there_too():
    image = noise(64, 48)
    resize = resizer(FIXED % (30, 20, ""))
    with tf.Graph().as_default(), tf.Session() as session:
        images = tf.data.Dataset.from_tensors(image.astype(np.float32))
        mapped = images.map(lambda values: resize(values)[0])
        found = session.run(tf.compat.v1.data.make_one_shot_iterator(mapped).get_next())
    np.testing.assert_array_equal(found, as_tensorflow_2(image, (30, 20)))


def test_to_say_it_again_changes_nothing():
    image_resizer.use_half_pixel_centers()
    build = image_resizer_builder.build
    image_resizer.use_half_pixel_centers()
    assert image_resizer_builder.build is build
