"""Boxes that run backwards: swapped corners, width and height, or what cannot be told."""

import numpy as np
import pytest
from builders import VGA, validated

NAN = float("nan")


@pytest.mark.parametrize(
    "boxes, reading, objects",
    [
        # Two or more run backwards, and every box fits as x, y, width, height: all of them are.
        pytest.param(
            [(300, 200, 100, 80), (400, 10, 50, 60)],
            "box-width-height-as-corners",
            [1, 2],
            id="two backwards",
        ),
        pytest.param(
            [(300, 200, 100, 80), (400, 10, 50, 60), (10, 10, 90, 70)],
            "box-width-height-as-corners",
            [1, 2, 3],
            id="two backwards of three",
        ),
        pytest.param(
            [(540, 400, 100, 80), (400, 10, 50, 60)],
            "box-width-height-as-corners",
            [1, 2],
            id="up to the border",
        ),
        # A box without numbers says nothing about the others.
        pytest.param(
            [(300, 200, 100, 80), (400, 10, 50, 60), (NAN,) * 4],
            "box-width-height-as-corners",
            [1, 2],
            id="NaN box beside",
        ),
        # One box of the set does not fit so.
        pytest.param(
            [(300, 200, 100, 80), (400, 10, 50, 60), (400, 300, 500, 400)],
            "box-swapped-corners",
            [1, 2],
            id="one does not fit",
        ),
        pytest.param(
            [(541, 400, 100, 80), (400, 10, 50, 60)],
            "box-swapped-corners",
            [1, 2],
            id="beyond the border",
        ),
        pytest.param(
            [(300, 200, -10, 80), (400, 10, 50, 60)],
            "box-swapped-corners",
            [1, 2],
            id="negative width",
        ),
        pytest.param(
            [(300, 200, 100, 80), (400, 300, 500, 400)],
            "box-swapped-corners",
            [1],
            id="one backwards of two",
        ),
        # One alone, with no other box against it, may be either.
        pytest.param([(300, 200, 100, 80)], "box-ambiguous-corners", [1], id="one alone"),
        pytest.param(
            [(300, 200, 100, 80), (10, 10, 90, 70)],
            "box-ambiguous-corners",
            [1],
            id="one backwards and one that fits",
        ),
        # Four that run backwards and all fit are no chance: half of the set may be so.
        pytest.param(
            [
                (300, 200, 100, 80),
                (400, 10, 50, 60),
                (301, 200, 99, 80),
                (402, 10, 50, 60),
                (400, 300, 500, 400),
            ],
            "box-ambiguous-corners",
            [1, 2, 3, 4],
            id="four backwards that fit",
        ),
        pytest.param(
            [
                (300, 200, 100, 80),
                (400, 10, 50, 60),
                (301, 200, 99, 80),
                (602, 10, 50, 60),
                (400, 300, 500, 400),
            ],
            "box-swapped-corners",
            [1, 2, 3, 4],
            id="four backwards and one misfit",
        ),
        pytest.param([(10, 10, 90, 70), (400, 300, 500, 400)], None, [], id="none backwards"),
    ],
)
def test_how_boxes_that_run_backwards_are_read(record, boxes, reading, objects):
    numbers = len(boxes) * (not np.isnan(boxes).all(axis=1).any())
    on_one = validated(record("a.jpg", *[("cat",) + box for box in boxes], size=VGA))
    on_many = validated(
        *[record(f"{i}.jpg", ("cat",) + box, size=VGA) for i, box in enumerate(boxes, 1)]
    )
    for results in (on_one, on_many):
        results = [
            finding
            for finding in results
            if finding.code not in ("box-invalid", "box-beyond-border")
        ]
        assert {finding.code for finding in results} == ({reading} if reading else set())
        whole = [finding for finding in results if not finding.path]
        assert len(whole) == (reading == "box-width-height-as-corners")
        assert not (whole and numbers) or f"of {numbers} boxes" in whole[0].message
    assert [
        finding.object for finding in on_one if finding.code == reading and finding.path
    ] == objects
    assert [finding.path for finding in on_many if finding.code == reading and finding.path] == [
        f"{number}.jpg" for number in objects
    ]


def test_width_and_height_are_judged_as_the_boxes_they_mean(record):
    results = validated(
        record(
            "a.jpg",
            ("cat", 300, 200, 100, 0),
            ("cat", 400, 10, 50, 5),
            ("cat", 0, 0, 640, 480),
            size=VGA,
        )
    )
    kinds = [
        (finding.object, finding.code)
        for finding in results
        if finding.code != "box-width-height-as-corners"
    ]
    assert kinds == [(1, "box-zero-area"), (2, "box-too-small"), (3, "box-covers-image")]
