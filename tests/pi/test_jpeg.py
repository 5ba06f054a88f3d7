"""The markers of JPEG files."""

import cv2
import numpy as np
import pytest

from detection import jpeg


def encoded(width=64, height=48, progressive=False, seed=0):
    rough = np.random.RandomState(seed).randint(0, 256, (6, 8, 3)).astype(np.uint8)
    image = cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC)
    flags = [cv2.IMWRITE_JPEG_PROGRESSIVE, int(progressive)]
    return cv2.imencode(".jpg", image, flags)[1].tobytes()


OTHERS = b"\xff\xe2\x00\x08MPF\x00\x00\x00"


@pytest.mark.parametrize("progressive", [False, True], ids=["baseline", "progressive"])
def test_an_image(progressive):
    data = encoded(progressive=progressive)
    assert jpeg.read_markers(data + b"more") == ((64, 48), not progressive, False, len(data))


@pytest.mark.parametrize(
    "cut, size",
    [(2, None), (20, None), (-1, (64, 48)), (-2, (64, 48)), (-30, (64, 48))],
    ids=["start alone", "header cut", "half a marker", "no marker", "data cut"],
)
def test_an_image_without_its_end(cut, size):
    markers = jpeg.read_markers(encoded()[:cut])
    assert (markers.size, markers.end) == (size, None)


@pytest.mark.parametrize(
    "data, sequence",
    [
        pytest.param(encoded() + encoded(seed=1), True, id="two images"),
        pytest.param(encoded(), False, id="one image"),
        pytest.param(encoded() + b"\0\0\0\x18ftypmp42", False, id="motion photo"),
        pytest.param(encoded() + encoded(32, 24), False, id="smaller one behind"),
        pytest.param(
            encoded()[:2] + OTHERS + encoded()[2:] + encoded(),
            False,
            id="depth or brightness behind",
        ),
        pytest.param(encoded()[:-2], False, id="no end"),
    ],
)
def test_what_is_a_video(data, sequence):
    assert jpeg.is_sequence(data) is sequence
