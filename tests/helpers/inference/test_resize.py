"""Resizing against TensorFlow's own."""

import numpy as np
import pytest

from helpers.inference.resize import resize_as_trained

SIZES = [(160, 160), (161, 160), (320, 480), (90, 40), (1, 1), (1000, 37)]


@pytest.mark.parametrize("size", SIZES)
def test_resizing_gives_the_pixels_of_tensorflow(size):
    import tensorflow as tf

    image = np.random.RandomState(3).randint(0, 256, size[::-1] + (3,)).astype(np.uint8)
    with tf.Graph().as_default(), tf.Session() as session:
        expected = session.run(tf.image.resize_images(image, [160, 160]))
    assert (resize_as_trained(image, 160, 160) == expected).all()
