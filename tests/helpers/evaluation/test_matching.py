"""The matching: by hand, by brute force, and by what pycocotools keeps of each image and class."""

import weakref

import numpy as np
import pytest
from builders import detections as detected
from detection_results import LABELS, cocoeval, one_image, results, scattered, small_results, truth
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.evaluation.matching import match, match_at
from helpers.structures.boxes import iou

CAT, CAT_TOO, DOG = [0, 0, 10, 10], [20, 20, 40, 40], [50, 50, 60, 90]
PART = [20, 20, 30, 30]  # a quarter of CAT_TOO
NONE = -1
ALL_SIZES = [0, 1e10]


@pytest.mark.parametrize(
    "made, truth_index, ignored, overlap, matched_by",
    [
        pytest.param(one_image(truth()), [], [], [], [], id="nothing at all"),
        pytest.param(one_image(truth(("cat", CAT))), [], [], [], [NONE], id="no detections"),
        pytest.param(
            one_image(truth(), (CAT, "cat", 0.9)), [NONE], [False], [0], [], id="no objects"
        ),
        pytest.param(
            one_image(truth(("dog", DOG), ("cat", CAT)), (CAT, "cat", 0.9), (DOG, "dog", 0.8)),
            [1, 0],
            [False, False],
            [1, 1],
            [1, 0],
            id="all found",
        ),
        pytest.param(
            one_image(truth(("cat", CAT)), (CAT, "dog", 0.9)),
            [NONE],
            [False],
            [0],
            [NONE],
            id="wrong class",
        ),
        pytest.param(
            one_image(truth(("cat", CAT)), ([0, 0, 10, 4], "cat", 0.9)),
            [NONE],
            [False],
            [0.4],
            [NONE],
            id="too little overlap",
        ),
        pytest.param(
            one_image(truth(("cat", CAT)), ([0, 0, 10, 9], "cat", 0.5), (CAT, "cat", 0.9)),
            [NONE, 0],
            [False, False],
            [0.9, 1],
            [1],
            id="found twice, the higher score takes it",
        ),
        pytest.param(
            one_image(truth(("cat", CAT)), ([0, 0, 10, 9], "cat", 0.5), (CAT, "cat", 0.5)),
            [0, NONE],
            [False, False],
            [0.9, 1],
            [0],
            id="of equal scores the first",
        ),
        pytest.param(
            one_image(
                truth(("cat", CAT_TOO), ("cat", CAT), crowds=[0]),
                (PART, "cat", 0.9),
                (CAT_TOO, "cat", 0.8),
                (CAT, "cat", 0.7),
                (PART, "dog", 0.6),
            ),
            [0, 0, 1, NONE],
            [True, True, False, False],
            [1, 1, 1, 0],
            [NONE, 2],
            id="crowd",
        ),
    ],
)
def test_matches_are_those_worked_out_by_hand(made, truth_index, ignored, overlap, matched_by):
    matches = match(made)
    assert matches.truth_index.tolist() == truth_index
    assert matches.ignored.tolist() == ignored
    assert matches.iou.tolist() == pytest.approx(overlap)
    assert matches.truth_matched_by.tolist() == matched_by


def test_columns_run_over_all_images():
    made = results(
        [truth(("dog", DOG), ("cat", CAT)), truth(), truth(("cat", CAT_TOO), crowds=[0])],
        [detected((CAT, "cat", 0.5)), detected((DOG, "dog", 0.25)), detected()],
    )
    matches = match(made)
    assert (matches.image.tolist(), matches.offsets.tolist()) == ([0, 1], [0, 1, 2, 2])
    assert (matches.class_index.tolist(), matches.score.tolist()) == ([0, 1], [0.5, 0.25])
    assert matches.truth_image.tolist() == [0, 0, 2]
    assert matches.truth_offsets.tolist() == [0, 2, 2, 3]
    assert matches.truth_class.tolist() == [1, 0, 0]
    assert matches.truth_ignored.tolist() == [False, False, True]
    assert matches.true_positive.tolist() == [True, False]
    assert matches.false_positive.tolist() == [False, True]
    assert matches.missed().tolist() == [True, False, False]
    assert matches.missed(0.5).tolist() == [True, False, False]
    assert matches.missed(0.51).tolist() == [True, True, False]
    with pytest.raises(ValueError):
        matches.iou[0] = 1


def test_what_comes_after_a_hundred_of_a_class_is_ignored():
    """The rows after the limit count neither way; another class has a hundred of its own."""
    rows = [(DOG, "cat", 0.9)] * 100 + [(CAT, "cat", 0.8), (DOG, "dog", 0.1)]
    matches = match(one_image(truth(("cat", CAT), ("dog", DOG)), *rows))
    assert matches.ignored.tolist() == [False] * 100 + [True, False]
    assert matches.missed().tolist() == [True, False]


def test_no_image_gives_no_rows():
    matches = match(results([], []))
    assert [len(column) for column in vars(matches).values()] == 5 * [0] + [0, 1] + 4 * [0] + [1]


@pytest.mark.parametrize("threshold", [0.5, 0.75, 0.95])
@pytest.mark.parametrize("seed", [1, 2])
def test_matches_are_what_pycocotools_keeps(seed, threshold):
    """Its ``evalImgs`` hold ids that count from 1 over all images, as our rows do from 0."""
    made = scattered(seed)
    matches = match(made, threshold)
    evaluation = cocoeval(made, iouThrs=[threshold])
    seen = 0
    for pair in (each for each in evaluation.evalImgs if each and each["aRng"] == ALL_SIZES):
        rows, objects = np.array(pair["dtIds"], int) - 1, np.array(pair["gtIds"], int) - 1
        found = pair["dtMatches"][0].astype(int) - 1
        row_of_object = matches.truth_offsets[matches.image[rows]] + matches.truth_index[rows]
        assert np.where(matches.truth_index[rows] < 0, -1, row_of_object).tolist() == found.tolist()
        assert matches.ignored[rows].tolist() == pair["dtIgnore"][0].tolist()
        assert matches.score[rows].tolist() == pair["dtScores"]
        free = pair["gtIgnore"] == 0
        assert matches.truth_ignored[objects].tolist() == (~free).tolist()
        by = pair["gtMatches"][0].astype(int) - 1
        assert matches.truth_matched_by[objects[free]].tolist() == by[free].tolist()
        seen += len(rows)
    assert seen == len(matches.score) > 200
    assert 5 < matches.true_positive.sum() < seen and matches.ignored.sum() > 3


def greedy(truth_boxes, detections, threshold):
    """The objects that detections find, and whether each is ignored, object by object."""
    crowd, taken = truth_boxes.flags("group_of"), set()
    found, ignored = [NONE] * len(detections), [False] * len(detections)
    for row in sorted(range(len(detections)), key=lambda row: -detections.scores[row]):
        same = [
            k for k in range(len(truth_boxes)) if truth_boxes.labels[k] == detections.labels[row]
        ]
        box = detections.boxes[row].astype(float)
        free = [
            (iou(box[None], truth_boxes.boxes[[k]])[0, 0], k)
            for k in same
            if not crowd[k] and k not in taken
        ]
        free = [(overlap, k) for overlap, k in free if overlap >= threshold - 1e-12]
        if free:
            found[row] = max(free)[1]
            taken.add(found[row])
            continue
        for k in filter(lambda k: crowd[k], same):
            low = np.maximum(box[:2], truth_boxes.boxes[k, :2])
            high = np.minimum(box[2:], truth_boxes.boxes[k, 2:])
            inside = np.prod(np.clip(high - low, 0, None)) / np.prod(box[2:] - box[:2])
            if inside >= threshold - 1e-12:
                ignored[row] = True
    return found, ignored


@given(made=small_results())
@settings(max_examples=80, deadline=None)
def test_matches_are_those_of_brute_force(made):
    matches = match(made)
    expected = [greedy(*pair, 0.5) for pair in zip(made.truth, made.detections)]
    ignored = [flag for _, flags in expected for flag in flags]
    assert matches.ignored.tolist() == ignored
    found = np.where(matches.ignored, NONE, matches.truth_index).tolist()
    assert found == [index for indices, _ in expected for index in indices]


@given(made=small_results())
@settings(max_examples=60, deadline=None)
def test_overlap_is_with_the_object_found_or_the_nearest_of_its_class(made):
    matches = match(made)
    for row in np.flatnonzero(~matches.ignored):
        objects = made.truth[matches.image[row]]
        index = row - matches.offsets[matches.image[row]]
        label = made.label_map.names[matches.class_index[row]]
        same = np.array([each == label for each in objects.labels], bool) & ~objects.flags(
            "group_of"
        )
        overlap = iou(made.detections[matches.image[row]].boxes[[index]], objects.boxes)[0]
        found = matches.truth_index[row]
        expected = overlap[found] if found >= 0 else max(overlap[same], default=0)
        assert matches.iou[row] == pytest.approx(expected)


@given(made=small_results(), threshold=st.sampled_from([0.1, 0.5, 0.7]))
@settings(max_examples=80, deadline=None)
def test_lower_scores_do_not_change_what_higher_ones_find(made, threshold):
    matches, kept = match(made), match(made.with_min_score(threshold))
    high = matches.score.astype(np.float32) >= threshold
    assert matches.truth_index[high].tolist() == kept.truth_index.tolist()
    assert matches.missed(threshold).tolist() == kept.missed().tolist()


def test_matches_are_kept_as_long_as_the_results():
    made = scattered(1, images=3)
    assert match(made) is match(made) is not match(made, 0.75)
    other = match(made.select([1, 2, 0]))
    assert match(made.select([1, 2, 0])).offsets.tolist() == other.offsets.tolist()
    kept = weakref.ref(match(made))
    del made
    assert kept() is None


def test_several_thresholds_at_once_are_each_by_itself():
    made, thresholds = scattered(3), [0.5, 0.75, 0.9]
    several = match_at(made, thresholds)
    for number, threshold in enumerate(thresholds):
        matches = match(made, threshold)
        found = several.truth_row[number] >= 0
        assert found.tolist() == (matches.truth_index >= 0).tolist()
        assert several.ignored[number].tolist() == matches.ignored.tolist()
    assert match_at(results([], [], LABELS), thresholds).ignored.shape == (3, 0)
