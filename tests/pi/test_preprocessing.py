"""The resize samples where TensorFlow 1 does, and the grey levels are scaled as in training."""

import cv2
import numpy as np
import pytest

from detection.preprocessing import normalise, resize_as_trained

SIZES = [
    pytest.param((1280, 720), (300, 300), id="16:9"),
    pytest.param((640, 480), (300, 300), id="4:3"),
    pytest.param((200, 150), (300, 300), id="enlarged"),
    pytest.param((4032, 3024), (320, 320), id="12 megapixels"),
    pytest.param((101, 57), (160, 160), id="odd size"),
    pytest.param((3, 1), (10, 7), id="three pixels"),
    pytest.param((300, 300), (300, 300), id="same size"),
]


def noise(width, height):
    return np.random.RandomState(1).randint(0, 256, (height, width, 3)).astype(np.uint8)


@pytest.fixture(scope="module")
def resize_by_tensorflow(tensorflow):
    def resize(image, width, height):
        with tensorflow.Graph().as_default(), tensorflow.compat.v1.Session() as session:
            resized = tensorflow.compat.v1.image.resize_bilinear(
                image[None].astype(np.float32), [height, width], align_corners=False
            )
            return session.run(resized)[0]

    return resize


@pytest.mark.parametrize("source, target", SIZES)
def test_resize_gives_tensorflows_pixels(source, target, resize_by_tensorflow):
    image = noise(*source)
    resized = resize_as_trained(image, *target)
    assert resized.shape == (target[1], target[0], 3)
    assert resized.dtype == np.float32
    np.testing.assert_allclose(resized, resize_by_tensorflow(image, *target), rtol=0, atol=1e-4)


@pytest.mark.parametrize("source, target", SIZES)
def test_the_library_resizes_to_the_very_same_pixels(source, target):
    """The folder stands alone, so it has a copy of what evaluation uses."""
    resize = pytest.importorskip("helpers.inference.resize")
    image = noise(*source)
    expected = resize.resize_as_trained(image, *target)
    assert np.array_equal(resize_as_trained(image, *target), expected)


def test_cv2_resize_would_not_do():
    """Noise tells the two ways of sampling apart; without it the test above proves nothing."""
    image = noise(640, 480)
    difference = np.abs(resize_as_trained(image, 300, 300) - cv2.resize(image, (300, 300)))
    assert difference.max() > 100


def test_resize_to_the_same_size_changes_nothing():
    image = noise(30, 20)
    assert np.array_equal(resize_as_trained(image, 30, 20), image)


def test_resize_leaves_its_input_and_takes_views():
    image = noise(64, 48)
    before = image.copy()
    mirrored = image[:, ::-1]
    expected = resize_as_trained(np.ascontiguousarray(mirrored), 20, 20)
    assert np.array_equal(resize_as_trained(mirrored, 20, 20), expected)
    assert np.array_equal(image, before)


def test_resize_keeps_sizes_apart():
    """The sampling points are remembered from call to call."""
    first, second = noise(64, 48), noise(48, 64)
    once = resize_as_trained(first, 20, 10)
    resize_as_trained(second, 20, 10)
    resize_as_trained(first, 10, 20)
    assert np.array_equal(resize_as_trained(first, 20, 10), once)


@pytest.mark.parametrize(
    "mean, std, expected",
    [(127.5, 127.5, [-1.0, 0.0, 1.0]), (0, 255, [0.0, 0.5, 1.0]), (127.5, 255, [-0.5, 0.0, 0.5])],
    ids=["-1 to 1", "0 to 1", "-0.5 to 0.5"],
)
def test_normalise(mean, std, expected):
    pixels = np.array([0, 127.5, 255], np.float32)
    scaled = normalise(pixels, mean, std)
    assert scaled.dtype == np.float32
    np.testing.assert_allclose(scaled, expected, atol=1e-6)
    assert pixels.tolist() == [0, 127.5, 255]
