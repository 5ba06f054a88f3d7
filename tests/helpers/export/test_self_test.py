"""Which image a device tries itself on, and what it should find there."""

import numpy as np
import pytest
import tiny_model
from builders import detections

from helpers.evaluation.results import DetectionResults
from helpers.export import self_test
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.label_map import LabelMap
from helpers.tfrecords.tfrecord import RecordImage

BOX, OTHER, FAR = [10, 10, 60, 60], [100, 100, 160, 160], [200, 10, 250, 60]
ONE = LabeledBoxes.from_rows([("cat", BOX)])
TWO = LabeledBoxes.from_rows([("cat", BOX), ("cat", OTHER)])


def found(*scored):
    return detections(*((box, "cat", score) for box, score in scored))


def results(*images):
    return DetectionResults(
        tuple(f"{number}.jpg" for number in range(len(images))),
        np.full((len(images), 2), 300),
        tuple(truth for truth, _ in images),
        tuple(boxes for _, boxes in images),
        LabelMap.of(["cat"]),
    )


@pytest.mark.parametrize(
    "images, index",
    [
        pytest.param([(ONE, found((BOX, 0.7))), (ONE, found((BOX, 0.9)))], 1, id="the surest"),
        pytest.param(
            [(ONE, found((BOX, 0.95), (FAR, 0.8))), (ONE, found((BOX, 0.6)))], 1, id="no spurious"
        ),
        pytest.param(
            [(TWO, found((BOX, 0.99))), (TWO, found((BOX, 0.6), (OTHER, 0.6)))], 1, id="all found"
        ),
        pytest.param(
            [(TWO, found((BOX, 0.99), (OTHER, 0.5))), (TWO, found((BOX, 0.7), (OTHER, 0.6)))],
            1,
            id="the least sure counts",
        ),
        pytest.param(
            [(ONE, found((BOX, 0.8), (FAR, 0.1))), (ONE, found((BOX, 0.7)))], 0, id="low scores"
        ),
        pytest.param([(ONE, found((FAR, 0.2))), (ONE, found((FAR, 0.3)))], 1, id="none right"),
        pytest.param([(ONE, found()), (ONE, found())], None, id="nothing found"),
        pytest.param([], None, id="no images"),
    ],
)
def test_which_image(images, index):
    assert self_test.choose(results(*images), 0.4) == index


def test_what_each_backend_of_the_device_finds(exported):
    import cv2

    pixels = tiny_model.image((200, 150))
    data = cv2.imencode(".jpg", pixels)[1].tobytes()
    image = RecordImage("a.jpg", data, 200, 150, LabeledBoxes.from_rows([]))
    test = self_test.expectations(exported, image, tiny_model.LABELS, "float")
    assert test.image == data
    opencv, tflite = (test.expected["backends"][name] for name in ("opencv", "tflite"))
    assert opencv["min_iou"] == tflite["min_iou"] == 0.95
    scores = [one["score"] for one in opencv["detections"]]
    assert scores == sorted(scores, reverse=True)
    assert opencv["min_score"] == pytest.approx(min(0.3, scores[0] / 2), abs=1e-3)
    assert scores[-1] >= opencv["min_score"]
    assert [one["label"] for one in opencv["detections"][:5]] == [
        one["label"] for one in tflite["detections"][:5]
    ]
    quantized = self_test.expectations(exported, image, tiny_model.LABELS, "int8").expected
    assert quantized["backends"]["tflite"]["max_score_difference"] == 0.1
    assert quantized["backends"]["opencv"]["max_score_difference"] == 0.02
