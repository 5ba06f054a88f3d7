"""What pycocotools is given: every box once, with ids from 1 in the images' order."""

import numpy as np
import pytest
from detection_results import LABELS, coco_dataset, cocoeval, results, scattered, truth

from helpers.evaluation.coco_evaluation import evaluated


def test_the_ground_truth_is_that_of_a_coco_file():
    made = scattered(1, images=6)
    given, expected = evaluated(made).cocoGt.dataset, coco_dataset(made)
    assert given["images"] == expected["images"]
    assert given["categories"] == expected["categories"]
    for row, wanted in zip(given["annotations"], expected["annotations"]):
        assert {key: row[key] for key in wanted} == wanted
    assert len(given["annotations"]) == len(expected["annotations"]) > 50


def test_detections_keep_their_boxes_and_scores():
    made = scattered(2, images=6)
    rows = evaluated(made).cocoDt.dataset["annotations"]
    assert [row["id"] for row in rows] == list(range(1, len(rows) + 1))
    assert [row["score"] for row in rows] == np.concatenate(
        [boxes.scores for boxes in made.detections]
    ).tolist()
    corners = np.concatenate([boxes.boxes for boxes in made.detections])
    boxes = np.array([row["bbox"] for row in rows])
    assert np.array_equal(boxes[:, :2] + boxes[:, 2:], corners[:, 2:])


@pytest.mark.parametrize("thresholds, images", [(None, 4), ([0.5], 1)], ids=["all", "one"])
def test_sizes_are_told_apart_only_for_the_twelve_metrics(thresholds, images):
    made = scattered(3, images=1)
    evaluation = evaluated(made, thresholds)
    assert len(evaluation.evalImgs) == images * len(LABELS)
    assert evaluation.params.maxDets == cocoeval(made).params.maxDets


def test_no_boxes_are_no_rows():
    assert evaluated(results([truth()], [scattered(1, images=1).detections[0].select([])])).evalImgs
