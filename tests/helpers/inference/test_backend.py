"""What all backends share: raw outputs into boxes, and which images they take."""

import numpy as np
import pytest

from helpers.inference import backend
from helpers.structures.errors import BadInput


def test_raw_detections_stop_at_the_count_and_put_x_first():
    boxes_rel_yxyx = np.array([[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8]], np.float32)
    raw = backend.raw_detections(boxes_rel_yxyx, np.array([1.0, 2.0]), np.array([0.9, 0.8]), 1.0)
    np.testing.assert_array_equal(raw.boxes_rel, boxes_rel_yxyx[:1, [1, 0, 3, 2]])
    assert (raw.class_ids.tolist(), raw.scores.tolist()) == ([1.0], [0.9])


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(np.zeros((4, 5), np.uint8), id="grey"),
        pytest.param(np.zeros((4, 5, 4), np.uint8), id="four channels"),
        pytest.param(np.zeros((4, 5, 3), np.float32), id="floats"),
    ],
)
def test_another_layout_than_rgb_is_refused(image):
    with pytest.raises(ValueError, match="RGB"):
        backend.check_rgb(image)
    backend.check_rgb(np.zeros((4, 5, 3), np.uint8))


def test_undecodable_bytes_name_the_image():
    error = backend.undecodable("cat.jpg")
    assert isinstance(error, BadInput) and "cat.jpg" in str(error)
