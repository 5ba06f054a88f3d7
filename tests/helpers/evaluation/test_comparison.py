"""Two models on the same images: what one alone finds, and that the images are the same."""

import detection_results
import numpy as np
import pytest
from builders import detections
from detection_results import truth

from helpers.evaluation import comparison
from helpers.evaluation.results import DetectionResults
from helpers.structures.errors import BadInput

CAT, DOG = [0, 0, 20, 20], [50, 50, 90, 90]
TRUTH = [truth(("cat", CAT)), truth(("cat", CAT), ("dog", DOG)), truth(("dog", DOG))]
FIRST = detection_results.results(
    TRUTH,
    [
        detections((CAT, "cat", 0.9)),
        detections((CAT, "cat", 0.9), (DOG, "dog", 0.4)),
        detections((DOG, "dog", 0.9)),
    ],
)
SECOND = detection_results.results(
    TRUTH,
    [
        detections((CAT, "cat", 0.8)),
        detections((CAT, "dog", 0.9), (DOG, "dog", 0.6)),
        detections((DOG, "dog", 0.9), (CAT, "cat", 0.6), (CAT, "dog", 0.55)),
    ],
)


@pytest.mark.parametrize(
    "thresholds, expected",
    [
        ((0.5, 0.5), [[0, 1, 0], [0, 1, 0], [0, 0, 0], [0, 1, 2]]),
        ((0.3, 0.3), [[0, 1, 0], [0, 0, 0], [0, 0, 0], [0, 1, 2]]),
        ((0.85, 0.85), [[1, 1, 0], [0, 0, 0], [0, 0, 0], [0, 1, 0]]),
        ((0.5, 0.85), [[1, 1, 0], [0, 0, 0], [0, 0, 0], [0, 1, 0]]),
    ],
    ids=["middle", "low", "high", "each its own"],
)
def test_what_one_model_alone_finds(thresholds, expected):
    found = comparison.image_differences(FIRST, SECOND, thresholds)
    columns = (found.only_first, found.only_second, found.spurious_first, found.spurious_second)
    assert [column.tolist() for column in columns] == expected


def test_images_on_which_they_differ_come_in_order():
    found = comparison.image_differences(FIRST, SECOND, (0.5, 0.5))
    assert found.size.tolist() == [0, 3, 2]
    assert found.order().tolist() == [1, 2]
    assert [list(row.values()) for row in found.rows()] == [
        ["00001.jpg", 1, 1, 0, 1],
        ["00002.jpg", 0, 0, 0, 2],
    ]


def test_a_model_does_not_differ_from_itself():
    found = comparison.image_differences(FIRST, FIRST, (0.3, 0.3))
    assert not found.size.any() and found.rows() == []


def renamed(results, names):
    return DetectionResults(
        names, results.sizes, results.truth, results.detections, results.label_map
    )


def test_images_are_brought_into_one_order():
    other = SECOND.select([2, 0, 1])
    ordered = comparison.aligned(FIRST, other)
    assert ordered.filenames == FIRST.filenames
    assert [boxes.labels for boxes in ordered.detections] == [
        boxes.labels for boxes in SECOND.detections
    ]


@pytest.mark.parametrize(
    "second, named",
    [
        (SECOND.select([0, 1]), "00002.jpg"),
        (renamed(SECOND, ["00000.jpg", "00001.jpg", "z.jpg"]), "00002.jpg"),
        (detection_results.results([TRUTH[0], truth(), TRUTH[2]], SECOND.detections), "00001.jpg"),
        (
            detection_results.results(
                [truth(("cat", np.add(CAT, 1))), *TRUTH[1:]], SECOND.detections
            ),
            "00000.jpg",
        ),
        (detection_results.results([truth(("dog", CAT)), *TRUTH[1:]], SECOND.detections), "00000"),
    ],
    ids=["an image less", "another image", "an object less", "another box", "another class"],
)
def test_other_images_or_annotations_are_refused(second, named):
    with pytest.raises(BadInput, match=named):
        comparison.aligned(FIRST, second)
