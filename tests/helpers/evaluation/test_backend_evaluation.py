"""One backend over images: every image once, in order, and the metrics by their names."""

import numpy as np
import pytest

from helpers.evaluation.backend_evaluation import METRICS, evaluate_backend
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.label_map import LabelMap
from helpers.tfrecords.tfrecord import RecordImage

LABELS = LabelMap.of(["cat"])
BOX = [10, 10, 40, 40]


class StandIn:
    """A backend that finds a box on the images whose first byte is not 0."""

    name = "stand-in"

    def decode(self, data):
        return np.frombuffer(data, np.uint8)

    def detect(self, image):
        rows = [BOX] if image[0] else []
        return LabeledBoxes(
            np.array(rows, np.float32).reshape(-1, 4), ("cat",) * len(rows), [0.9] * len(rows)
        )


def image(number, seen):
    return RecordImage(
        f"{number}.jpg", bytes([seen]), 64, 64, LabeledBoxes.from_rows([("cat", BOX)])
    )


@pytest.mark.parametrize(
    "seen, expected",
    [pytest.param([1, 1], 1.0, id="all found"), pytest.param([0, 0], 0.0, id="none found")],
)
def test_metrics_and_detections_of_every_image(seen, expected):
    images = [image(number, value) for number, value in enumerate(seen)]
    evaluation = evaluate_backend(StandIn(), images, LABELS)
    assert tuple(evaluation.metrics) == METRICS
    assert evaluation.metrics["mAP"] == evaluation.metrics["per_class"]["cat"] == expected
    assert evaluation.metrics["ms_per_image"] >= 0
    assert [len(boxes) for boxes in evaluation.detections] == seen


def test_detections_keep_the_order_of_the_images():
    images = [image(number, value) for number, value in enumerate([0, 1, 0])]
    detections = evaluate_backend(StandIn(), images, LABELS).detections
    assert [len(boxes) for boxes in detections] == [0, 1, 0]
