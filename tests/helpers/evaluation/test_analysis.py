"""All analyses in one value: of these results, at this threshold, as JSON and as tables."""

import json

import detection_results
import pytest
from builders import detections
from detection_results import truth

from helpers.evaluation.analysis import USUAL_THRESHOLD, analyse, choose_threshold
from helpers.evaluation.coco_metrics import coco_metrics

CAT, DOG, MANY = [0, 0, 20, 20], [50, 50, 90, 90], [100, 100, 200, 200]
RESULTS = detection_results.results(
    [truth(("cat", CAT), ("dog", DOG), ("cat", MANY), crowds=[2]), truth(("cat", CAT))],
    [
        detections((CAT, "cat", 0.9), (DOG, "cat", 0.6), (DOG, "dog", 0.2)),
        detections((CAT, "cat", 0.4), (CAT, "cat", 0.3)),
    ],
)
TABLES = {
    *("per_class", "confusion", "error_kinds", "by_size", "by_aspect", "by_position", "images"),
    *("intervals", "precision_recall", "f1_by_threshold", "best_thresholds", "calibration"),
}


def analysed(results, threshold=0.35):
    return analyse(results, coco_metrics(results), threshold)


def test_objects_are_counted_without_crowds():
    assert analysed(RESULTS).objects() == {"cat": 2, "dog": 1}


@pytest.mark.parametrize(
    "threshold, expected",
    [
        (0.0, {"classification": 1, "duplicate": 1}),
        (0.35, {"classification": 1, "missed": 1}),
        (0.95, {"missed": 3}),
    ],
    ids=["all", "middle", "none"],
)
def test_errors_are_counted_at_the_threshold(threshold, expected):
    counts = analysed(RESULTS, threshold).errors_at_threshold()
    assert {kind: count for kind, count in counts.items() if count} == expected


def test_the_parts_are_of_one_threshold():
    analysis = analysed(RESULTS)
    assert {one.threshold for one in analysis.breakdowns} == {0.35}
    assert (analysis.confusion.threshold, analysis.images.threshold) == (0.35, 0.35)


@pytest.mark.parametrize(
    "results",
    [
        RESULTS,
        detection_results.one_image(truth()),
        detection_results.one_image(truth(), (CAT, "cat", 0.5)),
        detection_results.one_image(truth(("dog", DOG))),
    ],
    ids=["usual", "nothing", "no truth", "no detections"],
)
def test_tables_and_json_are_whole(results):
    analysis = analysed(results)
    tables = analysis.tables()
    assert set(tables) == TABLES
    for rows in tables.values():
        assert len({tuple(row) for row in rows}) <= 1
    text = json.dumps(analysis.as_dict(), allow_nan=False)
    assert json.loads(text)["images"]["images"] == len(results)
    assert set(json.loads(text)["metrics"]) > {"mAP", "AR100", "per_class"}


@pytest.mark.parametrize(
    "results, threshold",
    [
        (
            detection_results.one_image(truth(("cat", CAT)), (CAT, "cat", 0.9), (DOG, "cat", 0.5)),
            0.7,
        ),
        (detection_results.one_image(truth(("cat", CAT)), (DOG, "cat", 0.5)), USUAL_THRESHOLD),
        (detection_results.one_image(truth()), USUAL_THRESHOLD),
    ],
    ids=["best F1", "nothing is found", "nothing at all"],
)
def test_the_threshold_is_that_of_the_best_f1(results, threshold):
    assert choose_threshold(results) == threshold
