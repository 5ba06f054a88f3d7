"""Curves: by hand on small cases, by pycocotools and by counting on others."""

import json

import numpy as np
import pytest
from builders import detections as detected
from detection_results import (
    LABELS,
    cocoeval,
    one_image,
    results,
    scattered,
    small_results,
    summarized,
    truth,
)
from hypothesis import given, settings

from helpers.evaluation.coco_metrics import coco_metrics
from helpers.evaluation.precision_recall import (
    at_threshold,
    best_thresholds,
    curves,
    f1_by_threshold,
)
from helpers.evaluation.score_counts import ALL
from helpers.structures.boxes import LabeledBoxes

CAT, CAT_TOO, AWAY = [0, 0, 10, 10], [20, 20, 40, 40], [100, 100, 120, 120]
# Found at 0.9, wrong at 0.8 twice, found at 0.6; a dog where there is none.
MADE = results(
    [truth(("cat", CAT), ("cat", CAT_TOO)), truth()],
    [
        detected((CAT, "cat", 0.9), (AWAY, "cat", 0.8), (CAT_TOO, "cat", 0.6)),
        detected((AWAY, "cat", 0.8), (CAT, "dog", 0.3)),
    ],
)
NO_OBJECTS = one_image(truth(), (CAT, "cat", 0.5))


def test_the_points_of_a_curve_by_hand():
    cat, dog = curves(MADE).curves
    assert (cat.name, cat.objects) == ("cat", 2)
    assert cat.score.tolist() == pytest.approx([0.9, 0.8, 0.6])
    assert cat.precision.tolist() == pytest.approx([1, 1 / 3, 1 / 2])
    assert cat.recall.tolist() == [0.5, 0.5, 1]
    assert cat.average_precision == pytest.approx((51 + 50 * 0.5) / 101)
    assert cat.interpolated().tolist() == pytest.approx([1] * 51 + [0.5] * 50)
    assert (dog.objects, dog.average_precision) == (0, None)
    assert dog.precision.tolist() == [0] and np.isnan(dog.recall).all()
    assert np.isnan(dog.interpolated()).all()


@pytest.mark.parametrize("threshold", [0.5, 0.75])
@pytest.mark.parametrize("seed", [1, 2])
def test_average_precision_is_that_of_pycocotools(seed, threshold):
    made = scattered(seed)
    for class_id, curve in enumerate(curves(made, threshold).curves, start=1):
        stats = summarized(made, catIds=[class_id])
        assert curve.average_precision == pytest.approx(stats[1 if threshold == 0.5 else 2])


def test_the_interpolated_curve_is_cocos_where_no_scores_are_equal():
    made = scattered(3)
    first = np.cumsum([0, *map(len, made.detections)])
    apart = [
        LabeledBoxes(
            boxes.boxes, boxes.labels, boxes.scores + 1e-5 * (start + np.arange(len(boxes)))
        )
        for boxes, start in zip(made.detections, first)
    ]
    made = results(made.truth, apart)
    evaluation = cocoeval(made)
    evaluation.accumulate()
    for number, curve in enumerate(curves(made).curves):
        theirs = evaluation.eval["precision"][0, :, number, 0, -1]
        assert curve.interpolated() == pytest.approx(theirs)
        assert len(curve.score) > 50 and np.all(np.diff(curve.score) < 0)


@given(made=small_results())
@settings(max_examples=40, deadline=None)
def test_every_point_is_what_is_counted_at_its_score(made):
    metrics = coco_metrics(made)
    for curve in curves(made).curves:
        average = metrics.per_class50[curve.name]
        assert curve.average_precision == (average and pytest.approx(average))
        for score, precision, recall in zip(curve.score, curve.precision, curve.recall):
            *points, _ = at_threshold(made, score)
            (point,) = (point for point in points if point.name == curve.name)
            assert point.precision == pytest.approx(precision)
            assert point.recall == (pytest.approx(recall) if point.objects else None)


def test_f1_at_thresholds_by_hand():
    made = f1_by_threshold(MADE, thresholds=[0, 0.7, 0.85, 1])
    assert made.names == ("cat", "dog", ALL)
    assert made.precision[0].tolist() == pytest.approx([0.5, 1 / 3, 1, np.nan], nan_ok=True)
    assert made.recall[0].tolist() == [1, 0.5, 0.5, 0]
    assert made.f1[0].tolist() == pytest.approx([2 / 3, 0.4, 2 / 3, 0])
    assert np.isnan(made.f1[1]).all()
    assert made.f1[2].tolist() == pytest.approx([4 / 7, 0.4, 2 / 3, 0])  # the dog is wrong, too


def test_the_best_threshold_of_each_class_and_of_all():
    best = best_thresholds(MADE)
    cat, dog = best.per_class
    assert (cat.threshold, cat.true_positives, cat.false_positives) == (0.85, 1, 0)
    assert (dog.threshold, dog.objects) == (None, 0)
    assert (best.overall.name, best.overall.threshold, best.overall.missed) == (ALL, 0.85, 1)
    assert best.overall == at_threshold(MADE, 0.85)[-1]


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(results([], []), id="no images"),
        pytest.param(one_image(truth(("cat", CAT))), id="no detections"),
        pytest.param(NO_OBJECTS, id="no objects"),
        pytest.param(MADE, id="some of each"),
    ],
)
def test_tables_and_json_hold_no_nan(made):
    several = [curves(made), f1_by_threshold(made), best_thresholds(made)]
    for each in several:
        json.dumps([each.rows(), each.as_dict()], allow_nan=False)
    assert set(several[0].as_dict()["classes"]) == set(LABELS.names)
    assert len(several[1].rows()) == 3 * 101 and len(several[2].rows()) == 3
    assert len(several[0].rows()) == sum(len(curve.score) for curve in several[0].curves)
