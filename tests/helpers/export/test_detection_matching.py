"""What counts as the same detection, and the order of equal scores."""

import numpy as np
import pytest
from builders import detections

from helpers.export import detection_matching

BOX = [10, 10, 110, 110]


@pytest.mark.parametrize(
    "other, unmatched",
    [
        (detections((BOX, "cat", 0.9)), 0),
        (detections((BOX, "cat", 0.885)), 0),
        (detections((BOX, "cat", 0.87)), 1),
        (detections((BOX, "dog", 0.9)), 1),
        (detections(([10, 10, 110, 113], "cat", 0.9)), 0),
        (detections(([10, 10, 110, 120], "cat", 0.9)), 1),
        (detections((BOX, "dog", 0.9), (BOX, "cat", 0.9)), 0),
        (detections(), 1),
    ],
    ids=[
        "same",
        "near score",
        "far score",
        "other class",
        "near box",
        "far box",
        "further class",
        "no detections",
    ],
)
def test_detections_match_by_class_score_and_box(other, unmatched):
    reference = detections((BOX, "cat", 0.9), (BOX, "cat", 0.2))
    result = detection_matching.match(reference, other)
    assert (result.detections, result.unmatched) == (1, unmatched)


def test_no_detections_match_entirely():
    assert detection_matching.match(detections(), detections()) == (0, 0, 1.0, 0.0)


RIVAL = [10, 10, 110, 95]  # an IoU of 0.85 with BOX


@pytest.mark.parametrize(
    "kept, dropped",
    [
        pytest.param([(RIVAL, "cat", 0.9)], True, id="a rival of the same score"),
        pytest.param([(RIVAL, "cat", 0.95)], True, id="a better rival"),
        pytest.param([(RIVAL, "cat", 0.85)], False, id="a worse rival"),
        pytest.param([(RIVAL, "dog", 0.9)], False, id="a rival of another class"),
        pytest.param([([10, 10, 110, 60], "cat", 0.9)], False, id="too small an overlap"),
        pytest.param([([10, 16, 110, 116], "cat", 0.9)], False, id="no candidate"),
        pytest.param([(BOX, "dog", 0.9), (BOX, "dog", 0.95)], True, id="full of no worse"),
        pytest.param([(BOX, "dog", 0.9), (BOX, "dog", 0.5)], False, id="full of worse"),
        pytest.param([], False, id="nothing kept"),
    ],
)
def test_only_suppression_excuses_a_missing_detection(kept, dropped):
    reference = detections((BOX, "cat", 0.9))
    listed = [(BOX, 0.9), (RIVAL, 0.9), (RIVAL, 0.95), (RIVAL, 0.85), ([10, 10, 110, 60], 0.9)]
    candidates = detections(
        *((box, name, score) for box, score in listed for name in ("cat", "dog"))
    )
    suppression = detection_matching.Suppression(candidates, (200, 200), 0.6, 2)
    result = detection_matching.match(reference, detections(*kept), suppression=suppression)
    assert (result.detections, result.unmatched) == (1, not dropped)


def test_candidates_beyond_the_image_overlap_as_they_are():
    """Clipped, both are the same; beyond the image they have little in common."""
    wide, tall = [-100, 90, 20, 100], [0, 90, 20, 300]
    candidates = detections((wide, "cat", 0.9), (tall, "cat", 0.9))
    suppression = detection_matching.Suppression(candidates, (100, 100), 0.6, 100)
    kept = detections(([0, 90, 20, 100], "dog", 0.9))
    assert not suppression.may_drop(detections(([0, 90, 20, 100], "cat", 0.9)), kept)


@pytest.mark.parametrize(
    "rows", [[], [0], [2, 1, 0, 3], [3, 2, 1, 0]], ids=["none", "single", "mixed", "reversed"]
)
def test_the_canonical_order_is_independent_of_the_order_of_equal_scores(rows):
    """Four boxes, three of one score but for rounding, as two programs would list them."""
    noise = [0.0, 1e-6, -1e-6, 0.0]
    listed = [
        ((10 * row, 0, 10 * row + 5, 5), "cat", 0.9 if row == 3 else 0.2 + noise[row])
        for row in rows
    ]
    before = detections(*listed)
    result = detection_matching.canonical_order(before)
    assert result.boxes[:, 0].tolist() == [
        10.0 * row for row in sorted(rows, key=lambda r: (r != 3, r))
    ]
    np.testing.assert_allclose(result.scores, [0.9] * (3 in rows) + [0.2] * (len(set(rows) - {3})))
    assert before.boxes[:, 0].tolist() == [10.0 * row for row in rows]


def test_differences_are_counted_from_both_sides():
    cat, dog = detections((BOX, "cat", 0.5)), detections((BOX, "dog", 0.5))
    assert detection_matching.count_different([cat, cat], [cat, cat]) == 0
    assert detection_matching.count_different([cat, cat], [cat, dog]) == 2
    assert detection_matching.count_different([], []) == 0


def test_a_summary_takes_the_worst_of_all_images():
    matches = {
        "a.jpg": detection_matching.Match(3, 1, 0.96, 0.01),
        "b.jpg": detection_matching.Match(2, 0, 0.99, 0.02),
    }
    assert detection_matching.summary(matches) == {
        "images": 2,
        "detections": 5,
        "unmatched": 1,
        "min_iou": 0.96,
        "max_score_difference": 0.02,
    }
