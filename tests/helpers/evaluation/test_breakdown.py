"""Recall and AP by size, shape and place, with pycocotools as the oracle for COCO's sizes."""

import json

import numpy as np
import pytest
from planted_results import results_of

from helpers.evaluation.breakdown import by_aspect, by_position, by_size
from helpers.evaluation.coco_evaluation import matched


def square(x, y, side):
    return [x, y, x + side, y + side]


def numbers(made):
    return {one.name: (one.objects, one.found) for one in made.bins if one.objects}


def apart(seed):
    """Objects that lie apart, of all sizes, some found, some not, and some invented."""
    random, images = np.random.RandomState(seed), []
    for _ in range(40):
        truth, found = [], []
        for x, y in ((0, 0), (160, 0), (320, 0), (480, 0), (0, 240), (240, 240)):
            box = square(x, y, random.uniform(8, 150))
            label, score = random.choice(["cat", "dog"]), random.uniform()
            if random.uniform() < 0.8:
                truth.append((label, box))
            if random.uniform() < 0.8:
                found.append(
                    (label, [box[0], box[1], box[2] + random.uniform(0, 30), box[3]], score)
                )
        images.append((truth, found))
    return results_of(images)


@pytest.mark.parametrize("seed", [1, 2])
def test_sizes_have_cocos_ap(seed):
    made = apart(seed)
    evaluation = matched(made, [0.5])
    evaluation.params.areaRng = [[0, 32**2], [32**2, 96**2], [96**2, 1e10]]
    evaluation.params.areaRngLbl = ["small", "medium", "large"]
    evaluation.evaluate()
    evaluation.accumulate()
    theirs = evaluation.eval["precision"][0, :, :, :, -1].mean(axis=(0, 1))
    assert [one.ap for one in by_size(made).bins] == pytest.approx(theirs, abs=2e-3)
    assert [one.name for one in by_size(made).bins] == ["small", "medium", "large"]


@pytest.mark.parametrize(
    "side, name",
    [
        pytest.param(31.9, "small", id="below"),
        pytest.param(32, "medium", id="at the edge"),
        pytest.param(96, "large", id="at the upper edge"),
    ],
)
def test_sizes_are_those_in_the_image(side, name):
    made = results_of([([("cat", square(0, 0, side))], [])])
    assert numbers(by_size(made)) == {name: (1, 0)}


def test_sizes_on_the_input_are_scaled_in_both_directions():
    # 640 x 480 becomes 320 x 120: a square of 40 pixels is 20 by 10, as a square of 14.1.
    made = results_of([([("cat", square(0, 0, 40)), ("cat", square(100, 0, 100))], [])])
    assert numbers(by_size(made, (320, 120))) == {"8 to 16": (1, 0), "32 to 64": (1, 0)}
    assert by_size(made, (320, 120)).bins[0].name == "below 8"


@pytest.mark.parametrize(
    "width, height, name",
    [
        (10, 21, "very tall"),
        (10, 19, "tall"),
        (10, 10, "square"),
        (20, 13, "wide"),
        (20, 10, "very wide"),
    ],
)
def test_shapes(width, height, name):
    made = results_of([([("cat", [0, 0, width, height])], [])])
    assert numbers(by_aspect(made)) == {name: (1, 0)}


@pytest.mark.parametrize(
    "x, y, name",
    [
        (100, 100, "top left"),
        (320, 240, "middle center"),
        (600, 400, "bottom right"),
        (100, 240, "middle left"),
    ],
)
def test_places(x, y, name):
    made = results_of([([("cat", [x - 10, y - 10, x + 10, y + 10])], [])])
    assert numbers(by_position(made)) == {name: (1, 0)}
    assert [one.name for one in by_position(made).bins][:2] == ["top left", "top center"]


def test_recall_goes_by_the_threshold_and_ap_does_not():
    truth = [("cat", square(0, 0, 20)), ("cat", square(100, 0, 20))]
    found = [("cat", square(0, 0, 20), 0.9), ("cat", square(100, 0, 20), 0.2)]
    small = by_size(results_of([(truth, found)]), threshold=0.5).bins[0]
    assert (small.objects, small.found, small.recall, small.ap) == (2, 1, 0.5, pytest.approx(1))


def test_a_detection_belongs_to_what_it_finds_else_to_itself():
    # Finds the small one with a medium box; a large one where nothing is costs the large ones.
    truth = [("cat", square(0, 0, 30)), ("cat", square(200, 200, 200))]
    found = [
        ("cat", square(0, 0, 40), 0.9),
        ("cat", square(430, 200, 200), 0.8),
        ("cat", square(200, 200, 200), 0.7),
    ]
    made = by_size(results_of([(truth, found)]))
    assert [one.ap for one in made.bins] == [pytest.approx(1), None, pytest.approx(0.5)]


def test_crowds_are_no_objects():
    made = results_of([([("cat", square(0, 0, 20), True)], [("cat", square(0, 0, 20), 0.9)])])
    assert numbers(by_size(made)) == {}


def test_nothing_is_a_table_of_empty_bins():
    made = by_position(results_of([]))
    assert {(row["objects"], row["recall"], row["AP"]) for row in made.rows()} == {(0, None, None)}
    assert len(json.loads(json.dumps(made.as_dict()))["bins"]) == 9
