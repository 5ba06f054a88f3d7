"""One backend over images: every image once, in order, and the metrics by their names."""

import numpy as np
import pytest

from helpers.evaluation.backend_evaluation import Times, evaluate_backend
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.tfrecords.tfrecord import RecordImage

LABELS = LabelMap.of(["cat"])
BOX = [10, 10, 40, 40]


class StandIn:
    """A backend that finds a box on the images whose first byte is not 0."""

    name = "stand-in"

    def __init__(self, batch_size=1):
        self.batch_size, self.batches = batch_size, []

    def decode(self, data, where):
        if not data:
            raise BadInput(f"{where}: empty")
        return np.frombuffer(data, np.uint8)

    def resize(self, image):
        return image

    def detect_batch(self, pixels, shapes):
        self.batches.append(len(pixels))
        assert [image.shape for image in pixels] == list(shapes)
        return [self.detected(image) for image in pixels]

    def detected(self, image):
        rows = [BOX] if image[0] else []
        return LabeledBoxes(
            np.array(rows, np.float32).reshape(-1, 4), ("cat",) * len(rows), [0.9] * len(rows)
        )


def image(number, seen):
    return RecordImage(
        f"{number}.jpg", bytes([seen]), 64, 64, LabeledBoxes.from_rows([("cat", BOX)])
    )


def images_of(seen):
    return [image(number, value) for number, value in enumerate(seen)]


@pytest.mark.parametrize(
    "seen, expected",
    [pytest.param([1, 1], 1.0, id="all found"), pytest.param([0, 0], 0.0, id="none found")],
)
def test_metrics_and_detections_of_every_image(seen, expected):
    evaluation = evaluate_backend(StandIn(), images_of(seen), LABELS)
    metrics = evaluation.as_dict()
    assert metrics["mAP"] == metrics["per_class"]["cat"] == expected
    assert 0 <= metrics["ms_median"] <= metrics["ms_p95"]
    assert metrics["ms_per_image"] >= 0
    assert [len(boxes) for boxes in evaluation.results.detections] == seen
    assert evaluation.results.filenames == ("0.jpg", "1.jpg")


@pytest.mark.parametrize("batch_size", [1, 4, 100])
def test_detections_keep_the_order_of_the_images(batch_size):
    seen = [0, 1, 0, 0, 1, 1, 1, 0, 0, 1] * 7
    backend = StandIn(batch_size)
    found = evaluate_backend(backend, iter(images_of(seen)), LABELS).results.detections
    assert [len(boxes) for boxes in found] == seen
    # One image to warm up, then all of them in batches of which only the last is smaller.
    assert backend.batches[0] == 1 and sum(backend.batches[1:]) == len(seen)
    assert set(backend.batches[1:-1]) <= {batch_size}


def test_images_are_read_as_they_are_needed():
    backend, read = StandIn(), []

    def images():
        for each in images_of([1] * 200):
            read.append(len(backend.batches))
            yield each

    evaluate_backend(backend, images(), LABELS)
    assert len(read) == 200
    assert max(number - seen for number, seen in enumerate(read)) < 50


@pytest.mark.parametrize(
    "images, named",
    [
        pytest.param([], "images", id="none"),
        pytest.param([image(7, 1), image(8, 1), image(7, 0)], "7.jpg", id="one filename twice"),
        pytest.param([image(1, 1), image(2, 1)._replace(encoded=b"")], "2.jpg", id="undecodable"),
    ],
)
def test_what_cannot_be_evaluated_is_named(images, named):
    with pytest.raises(BadInput, match=named):
        evaluate_backend(StandIn(), images, LABELS)


def test_times_are_milliseconds():
    times = Times.of([0.001] * 18 + [0.002, 0.021])
    assert times.median == pytest.approx(1) and times.mean == pytest.approx(2.05)
    assert 2 <= times.p95 < 21
    assert times.as_dict() == {"ms_per_image": 2.05, "ms_median": 1.0, "ms_p95": 2.95}
