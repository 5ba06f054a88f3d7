"""The actions a photo takes, counted by hand on single boxes."""

import pytest
from labeling_actions import actions, corner_drags

from helpers.structures.boxes import LabeledBoxes

HERE, FAR = [10, 10, 110, 110], [200, 200, 300, 300]
LOOSE = [10, 10, 170, 110]  # IoU 0.625, one edge off
WIDE = [-20, 10, 150, 110]  # two opposite edges off


@pytest.mark.parametrize(
    "drafts, truth, expected",
    [
        ([], [], {"enter": 1}),
        ([], [("cat", HERE)], {"enter": 1, "draw": 1}),
        ([], [("dog", HERE)], {"enter": 1, "draw": 1, "class": 1}),
        ([], [("dog", HERE), ("dog", FAR)], {"enter": 1, "draw": 2, "class": 1}),
        ([("cat", HERE)], [("cat", HERE)], {"enter": 1}),
        ([("cat", HERE)], [], {"enter": 1, "delete": 1}),
        ([("cat", HERE), ("cat", HERE)], [("cat", HERE)], {"enter": 1, "delete": 1}),
        ([("cat", FAR)], [("cat", HERE)], {"enter": 1, "delete": 1, "draw": 1}),
        ([("dog", HERE)], [("cat", HERE)], {"enter": 1, "relabel": 1}),
        ([("cat", HERE)], [("dog", HERE)], {"enter": 1, "relabel": 1, "class": 1}),
        ([("cat", LOOSE)], [("cat", HERE)], {"enter": 1, "drag": 1}),
        ([("cat", WIDE)], [("cat", HERE)], {"enter": 1, "drag": 2}),
    ],
    ids=[
        "nothing",
        "drawn",
        "drawn-other-class",
        "two-drawn",
        "right",
        "spurious",
        "duplicate",
        "elsewhere",
        "wrong-class",
        "wrong-class-not-chosen",
        "loose",
        "loose-on-both-sides",
    ],
)
def test_actions_are_those_of_a_person_who_makes_no_mistake(drafts, truth, expected):
    counted, _ = actions(LabeledBoxes.from_rows(drafts), LabeledBoxes.from_rows(truth), "cat")
    assert counted == expected


@pytest.mark.parametrize(
    "box, drags",
    [
        ([10, 10, 150, 150], 1),
        ([0, 0, 110, 110], 1),
        ([0, 10, 150, 110], 2),
        ([10, 0, 110, 150], 2),
    ],
    ids=["bottom-right", "top-left", "left-and-right", "top-and-bottom"],
)
def test_one_corner_moves_two_adjacent_edges(box, drags):
    assert corner_drags(LabeledBoxes.from_rows([("cat", box)]).boxes[0], HERE_ARRAY) == drags


HERE_ARRAY = LabeledBoxes.from_rows([("cat", HERE)]).boxes[0]
