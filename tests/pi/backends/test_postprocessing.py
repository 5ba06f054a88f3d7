"""From a network's arrays to detections."""

from pathlib import Path

import numpy as np
import pytest

from detection.backends.model_bundle import Bundle
from detection.backends.postprocessing import select
from detection.errors import InputError

BUNDLE = Bundle(Path("model"), (), ("cup", "ball"), 160, 120, 127.5, 127.5)


@pytest.mark.parametrize(
    "classes, scores, boxes, expected",
    [
        ([], [], [], []),
        ([0], [0.59], [[0, 0, 1, 1]], []),
        ([0], [0.6], [[0, 0, 1, 1]], [("cup", 0.6, (0, 0, 200, 100))]),
        (
            [0, 1],
            [0.7, 0.9],
            [[0.1, 0.1, 0.2, 0.2], [0.5, 0.5, 0.75, 1]],
            [("ball", 0.9, (100, 50, 150, 100)), ("cup", 0.7, (20, 10, 40, 20))],
        ),
        ([1], [0.8], [[-0.5, -0.1, 1.5, 0.5]], [("ball", 0.8, (0, 0, 200, 50))]),
        ([1, 1], [0.8, 0.8], [[1.1, 0, 1.2, 1], [0.5, 0.5, 0.5, 0.9]], []),
        ([0], [0.8], [[0.6, 0.1, 0.4, 0.5]], []),
        ([0], [float("nan")], [[0, 0, 1, 1]], []),
        ([0], [0.8], [[float("nan")] * 4], []),
    ],
    ids=[
        "no detections",
        "below threshold",
        "at threshold",
        "highest score first",
        "clipped",
        "outside and empty boxes",
        "swapped corners",
        "NaN score",
        "NaN box",
    ],
)
def test_select(classes, scores, boxes, expected):
    detections = select(
        BUNDLE,
        np.array(classes, int),
        np.array(scores),
        np.reshape(boxes, (-1, 4)),
        (200, 100),
        0.6,
    )
    assert [(detection.label, detection.score) for detection in detections] == [
        row[:2] for row in expected
    ]
    for detection, (_, _, box) in zip(detections, expected):
        assert detection.box == pytest.approx(box)
        assert all(type(value) is float for value in detection.box)


@pytest.mark.parametrize("number", [-1, 2])
def test_a_class_without_a_name(number):
    with pytest.raises(InputError, match=f"labels.txt.* 2 class.*class {number + 1};"):
        select(BUNDLE, np.array([number]), np.array([0.9]), np.array([[0, 0, 1, 1]]), (9, 9), 0.6)
