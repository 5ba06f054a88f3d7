"""How uncertain a model is about an image, recomputed by hand on few detections."""

import pytest

from helpers.inference.uncertainty import uncertainty
from helpers.structures.boxes import LabeledBoxes

HERE, NEAR, FAR = [0, 0, 10, 10], [0, 0, 10, 9], [50, 50, 60, 60]


def detections(*rows):
    return LabeledBoxes(
        [box for _, _, box in rows],
        [label for label, _, _ in rows],
        [score for _, score, _ in rows],
    )


@pytest.mark.parametrize(
    "rows, expected",
    [
        ([], 0.0),
        ([("cat", 0.05, HERE)], 0.0),  # background for sure
        ([("cat", 1.0, HERE)], 0.0),
        ([("cat", 0.5, HERE)], 1.0),
        ([("cat", 0.9, HERE)], 0.04),  # margin 0.8
        ([("cat", 0.2, HERE)], 0.16),  # margin 0.6
        ([("cat", 0.5, HERE), ("cat", 0.9, FAR)], 1.04),
        ([("cat", 0.9, HERE), ("dog", 0.9, FAR)], 0.08),
        ([("cat", 0.9, HERE), ("dog", 0.7, NEAR)], 0.64 + 0.64),  # margin 0.2, from each side
        ([("cat", 0.9, HERE), ("cat", 0.7, NEAR)], 0.04 + 0.36),  # one class does not compete
    ],
    ids=[
        "empty",
        "background",
        "sure",
        "half",
        "rather-sure",
        "hardly",
        "two-objects",
        "two-classes",
        "competing",
        "same-class",
    ],
)
def test_margins_are_summed(rows, expected):
    assert uncertainty(detections(*rows)) == pytest.approx(expected, abs=1e-6)


def test_ground_truth_is_refused():
    with pytest.raises(ValueError, match="scores"):
        uncertainty(LabeledBoxes.from_rows([("cat", HERE)]))
