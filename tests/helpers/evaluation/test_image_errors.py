"""What is found, missed and spurious on each image: counts, order, crowds, thresholds."""

import detection_results
import pytest
from builders import detections
from detection_results import truth

from helpers.evaluation.image_errors import image_errors
from helpers.evaluation.matching import match

BOX, OTHER = [0, 0, 20, 20], [50, 50, 90, 90]
RESULTS = detection_results.results(
    [
        truth(("cat", BOX)),
        truth(("cat", BOX), ("dog", OTHER)),
        truth(("cat", BOX), crowds=[0]),
        truth(),
    ],
    [
        detections((BOX, "cat", 0.9), (OTHER, "cat", 0.2)),
        detections((BOX, "dog", 0.6), (OTHER, "dog", 0.3)),
        detections((BOX, "cat", 0.9)),
        detections((BOX, "cat", 0.25)),
    ],
)


def counts(threshold):
    errors = image_errors(RESULTS, match(RESULTS), threshold)
    return [errors.found.tolist(), errors.missed.tolist(), errors.spurious.tolist()]


@pytest.mark.parametrize(
    "threshold, expected",
    [
        (0.0, [[1, 1, 0, 0], [0, 1, 0, 0], [1, 1, 0, 1]]),
        (0.25, [[1, 1, 0, 0], [0, 1, 0, 0], [0, 1, 0, 1]]),
        (0.5, [[1, 0, 0, 0], [0, 2, 0, 0], [0, 1, 0, 0]]),
        (1.0, [[0, 0, 0, 0], [1, 2, 0, 0], [0, 0, 0, 0]]),
    ],
    ids=["all", "of that score", "middle", "none"],
)
def test_counts_follow_the_threshold(threshold, expected):
    assert counts(threshold) == expected


def test_the_worst_image_is_first_and_of_equal_ones_that_with_fewer_found():
    errors = image_errors(RESULTS, match(RESULTS), 0.0)
    assert errors.worst_first().tolist() == [1, 3, 0, 2]
    assert errors.rows()[0] == {"image": "00001.jpg", "found": 1, "missed": 1, "spurious": 1}
    assert [row["image"] for row in errors.rows()] == [f"0000{index}.jpg" for index in (1, 3, 0, 2)]


def test_sums():
    assert image_errors(RESULTS, match(RESULTS), 0.25).as_dict() == {
        "images": 4,
        "images_with_errors": 2,
        "found": 2,
        "missed": 1,
        "spurious": 2,
    }


@pytest.mark.parametrize(
    "made",
    [detection_results.results([], []), detection_results.one_image(truth())],
    ids=["no image", "an empty image"],
)
def test_nothing_is_no_error(made):
    errors = image_errors(made, match(made), 0.0)
    assert set(errors.as_dict().values()) <= {0, len(made)}
    assert len(errors.rows()) == len(made)
