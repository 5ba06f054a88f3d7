"""Each object is one detection, however many tiles show it or parts of it."""

import pytest

from detection.structures import Detection
from detection.tile_merging import Found, merged, moved

SIZE = (200, 100)
# Two tiles side by side that overlap from 90 to 110, and two that meet at 100.
LEFT, RIGHT = (0, 0, 110, 100), (90, 0, 200, 100)


def found(box, tile=0, cut="", score=0.9, label="cup"):
    """``cut`` names the sides: l, t, r, b."""
    return Found(Detection(label, score, box), tile, tuple(side in cut for side in "ltrb"))


def boxes(*parts):
    return sorted(one.box for one in merged(parts))


@pytest.mark.parametrize(
    "box, tile, cut",
    [
        ((0, 0, 50, 50), LEFT, ()),
        ((80, 20, 110, 50), LEFT, (2,)),
        ((80, 20, 107, 50), LEFT, ()),
        ((80, 20, 109, 50), LEFT, (2,)),
        ((1, 20, 30, 50), RIGHT, (0,)),
        ((80, 60, 110, 100), RIGHT, ()),
    ],
    ids=["inside", "at the seam", "beside it", "nearly", "left", "the image's own border"],
)
def test_boxes_at_a_seam_are_cut(box, tile, cut):
    one = moved(Detection("cup", 0.9, box), tile, 1, SIZE)
    assert one.detection.box == (box[0] + tile[0], box[1], box[2] + tile[0], box[3])
    assert tuple(side for side in range(4) if one.cut[side]) == cut
    assert one.is_whole == (not cut)


@pytest.mark.parametrize(
    "parts, expected",
    [
        ([], []),
        (
            [found((90, 10, 110, 40), 1), found((91, 10, 111, 41), 2, score=0.8)],
            [(90, 10, 110, 40)],
        ),
        (
            [found((80, 10, 120, 40), 0, score=0.5), found((80, 10, 110, 40), 1, "r")],
            [(80, 10, 120, 40)],
        ),
        ([found((60, 10, 110, 40), 1, "r"), found((90, 12, 150, 41), 2, "l")], [(60, 10, 150, 41)]),
        (
            [found((60, 10, 100, 40), 1, "r"), found((100, 12, 150, 41), 2, "l")],
            [(60, 10, 150, 41)],
        ),
        (
            [found((60, 10, 110, 40), 1, "r"), found((90, 60, 150, 90), 2, "l")],
            [(60, 10, 110, 40), (90, 60, 150, 90)],
        ),
        (
            [found((20, 10, 110, 90), 1, "rb"), found((90, 10, 180, 90), 2, "lb"),
             found((20, 80, 110, 160), 3, "rt"), found((90, 80, 180, 160), 4, "lt")],
            [(20, 10, 180, 160)],
        ),
        (
            [found((10, 10, 190, 90)), found((12, 12, 110, 88), 1, "r"),
             found((90, 12, 188, 88), 2, "l")],
            [(10, 10, 190, 90)],
        ),
        (
            [found((60, 10, 110, 40), 1, "r"), found((90, 12, 150, 41), 2, "l", label="cat")],
            [(60, 10, 110, 40), (90, 12, 150, 41)],
        ),
        (
            [found((10, 10, 60, 60), 1), found((15, 15, 35, 35), 1)],
            [(10, 10, 60, 60), (15, 15, 35, 35)],
        ),
        ([found((10, 10, 60, 60)), found((15, 15, 50, 35), 1, score=0.8)], [(10, 10, 60, 60)]),
        (
            [found((10, 10, 40, 40), 1), found((42, 10, 72, 40), 1)],
            [(10, 10, 40, 40), (42, 10, 72, 40)],
        ),
    ],
    ids=[
        "nothing",
        "on two tiles",
        "cut, but whole on the image",
        "cut on two tiles that overlap",
        "cut on two that meet",
        "two objects cut at different heights",
        "larger than four tiles",
        "larger than tiles, but whole on the image",
        "parts of two classes",
        "one in another on one tile",
        "one in another on two tiles",
        "neighbours",
    ],
)  # fmt: skip
def test_merging(parts, expected):
    assert boxes(*parts) == sorted(expected)
    assert boxes(*parts[::-1]) == sorted(expected)


def test_best_first_and_the_better_score_of_parts():
    parts = [
        found((10, 10, 40, 40), 0, score=0.7),
        found((60, 10, 110, 40), 1, "r", score=0.6),
        found((90, 12, 150, 41), 2, "l", score=0.8),
    ]
    assert [one.score for one in merged(parts)] == [0.8, 0.7]
