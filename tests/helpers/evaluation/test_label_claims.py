"""What a detection says against the truth of an image, and how strongly."""

import pytest
from planted_results import results_of

from helpers.evaluation.label_claims import claims_of

BOX, MOVED, FAR = [0, 0, 100, 100], [10, 0, 110, 100], [300, 300, 400, 400]
LOOSE, INSIDE = [0, 0, 200, 100], [20, 20, 50, 50]  # IoU with BOX 1/2; all of it in BOX
CAT = ("cat", BOX)


def claims(truth, detections):
    made = results_of([(truth, detections)])
    return [
        (one.kind, one.class_name, one.truth_index, round(one.strength, 3))
        for one in claims_of(made.truth[0], made.detections[0])
    ]


@pytest.mark.parametrize(
    "truth, detections, expected",
    [
        pytest.param([], [], [], id="nothing"),
        pytest.param([], [("cat", BOX, 0.9)], [("missing-label", "cat", -1, 0.9)], id="no label"),
        pytest.param(
            [],
            [("cat", MOVED, 0.3), ("dog", BOX, 0.9), ("cat", FAR, 0.2)],
            [("missing-label", "dog", -1, 0.9), ("missing-label", "cat", -1, 0.2)],
            id="one place is claimed once, by the highest score",
        ),
        pytest.param(
            [CAT], [("cat", BOX, 1.0), ("cat", INSIDE, 0.9)], [], id="a part of an object is none"
        ),
        pytest.param(
            [CAT],
            [("cat", BOX, 1.0), ("dog", INSIDE, 0.9)],
            [("missing-label", "dog", -1, 0.819)],
            id="another class inside may be",
        ),
        pytest.param(
            [("cat", BOX, True)], [("dog", INSIDE, 0.9), ("cat", BOX, 0.8)], [], id="crowd"
        ),
        pytest.param(
            [CAT],
            [("dog", BOX, 0.9), ("cat", MOVED, 0.3)],
            [("wrong-class", "dog", 0, 0.6), ("not-found", "cat", 0, 0.1)],
            id="wrong class",
        ),
        pytest.param(
            [CAT],
            [("dog", BOX, 0.3), ("cat", BOX, 1.0)],
            [],
            id="the annotated class has the higher score",
        ),
        pytest.param(
            [CAT, ("dog", BOX)],
            [("dog", BOX, 1.0), ("cat", BOX, 1.0)],
            [],
            id="two objects in one place",
        ),
        pytest.param(
            [CAT],
            [("cat", LOOSE, 0.9)],
            [("loose-box", "cat", 0, 0.45), ("not-found", "cat", 0, 0.1)],
            id="loose",
        ),
        pytest.param(
            [CAT],
            [("cat", LOOSE, 0.9), ("cat", BOX, 0.7)],
            [("loose-box", "cat", 0, 0.1), ("not-found", "cat", 0, 0.1)],
            id="loose, and one that agrees",
        ),
        pytest.param(
            [CAT],
            [("cat", [0, 0, 250, 100], 0.5)],
            [("loose-box", "cat", 0, 0.3), ("not-found", "cat", 0, 0.5)],
            id="what is loose is not missing too",
        ),
        pytest.param([CAT], [], [("not-found", "cat", 0, 1.0)], id="not found"),
        pytest.param(
            [("dog", FAR, True), CAT],
            [("cat", BOX, 0.75)],
            [("not-found", "cat", 1, 0.25)],
            id="crowds keep their index and are not missed",
        ),
    ],
)
def test_claims(truth, detections, expected):
    assert claims(truth, detections) == expected


def test_an_object_beside_a_found_one_is_not_found():
    """Its neighbor's detection overlaps it, and is about the neighbor."""
    truth = [CAT, ("cat", [60, 0, 160, 100])]
    assert claims(truth, [("cat", BOX, 1.0)]) == [("not-found", "cat", 1, 1.0)]
