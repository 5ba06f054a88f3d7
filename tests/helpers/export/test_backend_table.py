"""Backends side by side: rows by hand, and which images they disagree on."""

import numpy as np
import pytest
from builders import detections

from helpers.evaluation.backend_evaluation import BackendEvaluation, Times
from helpers.evaluation.coco_metrics import coco_metrics
from helpers.evaluation.results import DetectionResults
from helpers.export import backend_table
from helpers.export.backend_table import BackendTable
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.label_map import LabelMap

TIMES = Times(2.0, 1.5, 4.0)
BOX, OTHER = [10, 10, 110, 110], [200, 200, 260, 280]
SURE, NEAR, UNSURE = 0.9, 0.895, 0.7
TRUTH = LabeledBoxes.from_rows([("cat", BOX)])


def results(*found, truth=TRUTH):
    names = tuple(f"{number}.jpg" for number in range(len(found)))
    sizes = np.full((len(found), 2), 300)
    return DetectionResults(names, sizes, (truth,) * len(found), found, LabelMap.of(["cat"]))


def evaluation(found, times=TIMES):
    return BackendEvaluation(found, coco_metrics(found), times)


def sure(*boxes, score=SURE):
    return detections(*((box, "cat", score) for box in boxes))


@pytest.mark.parametrize(
    "left, right, expected",
    [
        pytest.param(sure(BOX), sure(BOX), None, id="the same"),
        pytest.param(sure(BOX), sure(BOX, score=NEAR), None, id="nearly the same score"),
        pytest.param(sure(BOX), sure(BOX, score=UNSURE), 2, id="another score"),
        pytest.param(sure(BOX, OTHER), sure(BOX), 1, id="one missed"),
        pytest.param(sure(BOX), sure(BOX, OTHER), 1, id="one more"),
        pytest.param(sure(BOX), sure(OTHER), 2, id="another box"),
        pytest.param(sure(BOX, score=0.2), sure(), None, id="below the score that counts"),
        pytest.param(sure(), sure(), None, id="nothing at all"),
    ],
)
def test_what_is_a_disagreement(left, right, expected):
    found = backend_table.disagreements(results(left), results(right))
    assert [one.detections for one in found] == ([expected] if expected else [])


def test_the_worst_image_comes_first():
    left = results(sure(BOX), sure(BOX), sure(BOX, OTHER), sure(BOX))
    right = results(sure(BOX), sure(), sure(), sure())
    found = backend_table.disagreements(left, right)
    assert [(one.image, one.detections) for one in found] == [
        ("2.jpg", 2),
        ("1.jpg", 1),
        ("3.jpg", 1),
    ]


def test_other_images_are_refused():
    with pytest.raises(ValueError, match="same images"):
        backend_table.disagreements(results(sure()), results(sure(), sure()))


def test_a_row_of_each_backend():
    measured = {
        "tensorflow": evaluation(results(sure(BOX), sure(BOX))),
        "opencv": evaluation(results(sure(BOX), sure()), Times(3.0, 2.5, 5.0)),
    }
    table = BackendTable.of(measured, {"tensorflow": 5_900, "opencv": 7_100})
    first, second = table.rows()
    assert (first["backend"], first["mAP"], first["difference"], first["kB"]) == (
        "tensorflow",
        1.0,
        0.0,
        5,
    )
    assert (first["images_that_differ"], first["differ_most"]) == (0, "")
    assert second["difference"] == pytest.approx(second["mAP"] - 1.0)
    assert (second["ms_median"], second["ms_p95"], second["kB"]) == (2.5, 5.0, 7)
    assert (second["images_that_differ"], second["differ_most"]) == (1, "1.jpg (1)")
    assert table.backends["opencv"]["disagreements"] == [
        {"image": "1.jpg", "detections": 1, "score_difference": 0.0}
    ]
    assert table.backends["opencv"]["per_class"].keys() == {"cat"}
    assert len(table.as_text().splitlines()) == 3


def test_no_ground_truth_and_older_files_have_no_numbers():
    nothing = results(sure(BOX), truth=LabeledBoxes.from_rows([]))
    table = BackendTable.of({"tensorflow": evaluation(nothing)}, {"tensorflow": 1})
    assert table.rows()[0]["mAP"] is None and table.rows()[0]["difference"] is None
    older = BackendTable({"opencv": {"mAP": 0.5, "ms_per_image": 3.0}})
    assert older.rows()[0]["mAP"] == 0.5 and older.rows()[0]["kB"] is None
    assert older.as_text().splitlines()[1].split() == ["opencv", "0.5"] + ["-"] * 5
