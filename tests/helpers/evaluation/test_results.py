"""Tests of the results that every part of an evaluation takes."""

import numpy as np
import pytest

from helpers.evaluation.results import DetectionResults
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.tfrecords.tfrecord import RecordImage

CLASSES = LabelMap.of(["cat", "dog"])
TRUTH = LabeledBoxes.from_rows([("cat", [0, 0, 10, 10])])
NOTHING = LabeledBoxes([], (), scores=[])


def found(*scores, label="cat"):
    return LabeledBoxes([[0, 0, 10, 10]] * len(scores), (label,) * len(scores), scores=list(scores))


def results(names, truth, detections):
    return DetectionResults(names, [(40, 30)] * len(names), truth, detections, CLASSES)


def test_columns_are_those_of_the_records():
    images = [RecordImage("a.jpg", b"", 40, 30, TRUTH), RecordImage("b.jpg", b"", 20, 10, TRUTH)]
    made = DetectionResults.of(images, [found(0.5), NOTHING], CLASSES)
    assert made.filenames == ("a.jpg", "b.jpg")
    assert made.sizes.tolist() == [[40, 30], [20, 10]]
    assert [len(boxes) for boxes in made.detections] == [1, 0]


def test_no_image_is_a_result_without_rows():
    made = DetectionResults((), [], (), (), CLASSES)
    assert len(made) == 0 and made.sizes.shape == (0, 2)


def test_select_keeps_all_columns_in_step():
    made = results(("a", "b", "c"), (TRUTH,) * 3, (found(0.1), found(0.2), found(0.3)))
    chosen = made.select([2, 0])
    assert chosen.filenames == ("c", "a")
    assert [float(boxes.scores[0]) for boxes in chosen.detections] == pytest.approx([0.3, 0.1])
    assert len(made.select([])) == 0


def test_a_threshold_leaves_the_truth_and_the_input_as_they_are():
    made = results(("a",), (TRUTH,), (found(0.9, 0.2),))
    kept = made.with_min_score(0.5)
    assert (len(kept.detections[0]), len(kept.truth[0])) == (1, 1)
    assert len(made.detections[0]) == 2


@pytest.mark.parametrize(
    "names, truth, detections, error",
    [
        pytest.param(("a", "a"), (TRUTH,) * 2, (NOTHING,) * 2, BadInput, id="image twice"),
        pytest.param(("a",), (TRUTH,), (found(0.5, label="cow"),), BadInput, id="unknown class"),
        pytest.param(("a",), (TRUTH,), (), ValueError, id="too few detections"),
        pytest.param(("a",), (TRUTH,), (TRUTH,), ValueError, id="detections without scores"),
        pytest.param(("a",), (found(0.5),), (NOTHING,), ValueError, id="truth with scores"),
    ],
)
def test_what_does_not_fit_together_is_refused(names, truth, detections, error):
    with pytest.raises(error):
        results(names, truth, detections)


def test_sizes_are_read_only():
    made = results(("a",), (TRUTH,), (NOTHING,))
    with pytest.raises(ValueError):
        made.sizes[0, 0] = np.int64(1)
