"""What the two evaluations are given, and that they agree."""

import contextlib
import io

import numpy as np
import pytest
from detection_results import (
    LABELS,
    coco_dataset,
    cocoeval,
    results,
    scattered,
    small_results,
    truth,
)
from hypothesis import given, settings

from helpers.evaluation.coco_evaluation import accumulated, matched

NOTHING = scattered(1, images=1).detections[0].select([])


def test_the_ground_truth_is_that_of_a_coco_file():
    made = scattered(1, images=6)
    given_rows, expected = matched(made, [0.5]).cocoGt.dataset, coco_dataset(made)
    assert given_rows["images"] == expected["images"]
    assert given_rows["categories"] == expected["categories"]
    for row, wanted in zip(given_rows["annotations"], expected["annotations"]):
        assert {key: row[key] for key in wanted} == wanted
    assert len(given_rows["annotations"]) == len(expected["annotations"]) > 50


def test_detections_keep_their_boxes_and_scores():
    made = scattered(2, images=6)
    rows = matched(made, [0.5]).cocoDt.dataset["annotations"]
    assert [row["id"] for row in rows] == list(range(1, len(rows) + 1))
    scores = np.concatenate([boxes.scores for boxes in made.detections])
    assert [row["score"] for row in rows] == scores.tolist()
    corners = np.concatenate([boxes.boxes for boxes in made.detections])
    boxes = np.array([row["bbox"] for row in rows])
    assert np.array_equal(boxes[:, :2] + boxes[:, 2:], corners[:, 2:])


def test_matching_is_over_objects_of_all_sizes():
    evaluation = matched(scattered(3, images=2), [0.5, 0.75])
    assert len(evaluation.evalImgs) == 2 * len(LABELS)
    assert evaluation.params.maxDets[-1] == 100


def by_pycocotools(made):
    evaluation = cocoeval(made)
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation.accumulate()
    return evaluation.eval


def same(made):
    measured, expected = accumulated(made), by_pycocotools(made)
    return all(
        np.allclose(getattr(measured, name), expected[name], rtol=0, atol=1e-14)
        for name in ("precision", "recall")
    )


@pytest.mark.parametrize("seed", [4, 5, 6])
def test_precision_and_recall_are_those_of_pycocotools(seed):
    made = scattered(seed, most=60)
    assert same(made)
    assert 0.2 < accumulated(made).recall.mean() < 0.8


@given(made=small_results())
@settings(max_examples=60, deadline=None)
def test_precision_and_recall_of_any_results_are_those_of_pycocotools(made):
    if any(map(len, made.detections)):
        assert same(made)


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(results([], []), id="no images"),
        pytest.param(results([truth()], [NOTHING]), id="no boxes"),
        pytest.param(results([truth()], [scattered(1).detections[2]]), id="no objects"),
    ],
)
def test_nothing_to_find_is_minus_one(made):
    measured = accumulated(made)
    assert measured.precision.shape == (10, 101, len(LABELS), 4, 3)
    assert np.all(measured.precision == -1) and np.all(measured.recall == -1)
    assert not any(each and each["gtIds"] for each in matched(made, [0.5]).evalImgs)


def test_it_changes_nothing_that_it_is_given():
    made = scattered(7, images=2)
    before = [boxes.boxes.copy() for boxes in [*made.truth, *made.detections]]
    accumulated(made), matched(made, [0.5])
    after = [boxes.boxes for boxes in [*made.truth, *made.detections]]
    assert all(map(np.array_equal, before, after))
