"""Repair: what has one right answer is fixed, the rest stays, and nothing bad remains."""

import numpy as np
import pytest
from builders import PLAIN, VGA, WIDTH_HEIGHT, rows_of, validated
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord
from helpers.structures.findings import KINDS, errors_among
from helpers.validation.repair import Repaired, repair

AS_CORNERS = "box-width-height-as-corners"
NAN = float("nan")


@pytest.mark.parametrize(
    "before, after, fixed",
    [
        pytest.param([PLAIN], [PLAIN], [], id="nothing to fix"),
        pytest.param([], [], [], id="no objects"),
        pytest.param(
            [("dog", 110, 220, 10, 20), PLAIN],
            [("dog", 10, 20, 110, 220), PLAIN],
            [(1, "box-swapped-corners", "[110, 220, 10, 20] became [10, 20, 110, 220]")],
            id="swapped corners",
        ),
        pytest.param(
            [PLAIN, ("dog", -3, 20, 110, 500)],
            [PLAIN, ("dog", 0, 20, 110, 480)],
            [(2, "box-beyond-border", "[-3, 20, 110, 500] became [0, 20, 110, 480]")],
            id="beyond the border",
        ),
        pytest.param(
            [PLAIN, ("dog", 700, 20, 10, 220)],
            [PLAIN, ("dog", 10, 20, 640, 220)],
            [
                (2, "box-swapped-corners", "[700, 20, 10, 220] became [10, 20, 700, 220]"),
                (2, "box-beyond-border", "[10, 20, 700, 220] became [10, 20, 640, 220]"),
            ],
            id="swapped and beyond",
        ),
        pytest.param(
            WIDTH_HEIGHT,
            [("cat", 300, 200, 400, 280), ("cat", 400, 10, 450, 70)],
            [
                (1, AS_CORNERS, "[300, 200, 100, 80] became [300, 200, 400, 280]"),
                (2, AS_CORNERS, "[400, 10, 50, 60] became [400, 10, 450, 70]"),
            ],
            id="width and height",
        ),
        pytest.param(
            [*WIDTH_HEIGHT, ("cat", 10, 10, 90, 70)],
            [("cat", 300, 200, 400, 280), ("cat", 400, 10, 450, 70), ("cat", 10, 10, 100, 80)],
            3,
            id="all width and height",
        ),
        pytest.param(
            [("red\n\tpanda ", 1, 2, 90, 90)],
            [("red panda", 1, 2, 90, 90)],
            [(1, "class-padded-name", r"'red\n\tpanda ' became 'red panda'")],
            id="padded name",
        ),
        pytest.param(
            [("\0red  panda", 1, 2, 90, 90)],
            [("red  panda", 1, 2, 90, 90)],
            1,
            id="control character",
        ),
        pytest.param(
            [PLAIN, PLAIN, ("dog",) + PLAIN[1:], PLAIN],
            [PLAIN, ("dog",) + PLAIN[1:]],
            [(2, "box-duplicate", "removed"), (4, "box-duplicate", "removed")],
            id="duplicates",
        ),
        pytest.param(
            [("cat", 410, 300, 500, 400), (" cat", 500, 400, 410, 300)],
            [("cat", 410, 300, 500, 400)],
            3,
            id="swapped duplicate",
        ),
        # Warnings without one right answer stay as they are.
        pytest.param(
            [("cat", 0, 0, 640, 480), ("cat", 1, 1, 3, 3)],
            [("cat", 0, 0, 640, 480), ("cat", 1, 1, 3, 3)],
            [],
            id="warnings",
        ),
    ],
)
def test_what_has_one_right_answer_is_fixed(record, before, after, fixed):
    image = record("a.jpg", *before, size=VGA)
    findings = validated(image)
    repaired = repair([image], findings, fix=True)
    assert rows_of(repaired.records[0]) == after and repaired.dropped == []
    if isinstance(fixed, int):
        assert len(repaired.fixed) == fixed
    else:
        assert repaired.fixed == [
            f"a.jpg, object {number}: {KINDS[code].title}: {change}"
            for number, code, change in fixed
        ]
    assert rows_of(image) == before
    if before == after:
        assert repair([image], findings).records == [image]


@pytest.mark.parametrize(
    "box",
    [
        pytest.param((10, 300, 200, 200), id="ymax is xmax"),
        pytest.param((300, 200, 100, 300), id="ymax is xmin"),
        pytest.param((300, 200, 200, 350), id="xmax is ymin"),
        pytest.param((100, 90, 0, 0), id="xmax and ymax never set"),
        pytest.param((300, 300, 100, 400), id="ymin is xmin"),
        pytest.param((100, 50, 100, 80), id="xmax is xmin"),
        pytest.param((100, 50, 100, 50), id="both are copies"),
        pytest.param((10, 20, 630, 630), id="ymax is xmax, past the border"),
    ],
)
def test_a_corner_that_is_a_copy_makes_no_box(record, box):
    image = record("a.jpg", PLAIN, ("dog",) + box, size=VGA)
    findings = validated(image)
    ((code, fix),) = {(one.code, KINDS[one.code].fix) for one in findings}
    assert code in ("box-copied-corner", "box-zero-area") and not fix
    repaired = repair([image], findings, fix=True, policy="drop")
    assert rows_of(repaired.records[0]) == [PLAIN]
    assert (repaired.fixed, [one.code for one in repaired.dropped]) == ([], [code])


@pytest.mark.parametrize(
    "box, after",
    [
        pytest.param((-1, -1, 110, 220), (0, 0, 110, 220), id="a pixel off both borders"),
        pytest.param((110, 220, 10, 20), (10, 20, 110, 220), id="swapped, all different"),
        pytest.param((100, 20, 700, 100), (100, 20, 640, 100), id="equal numbers inside"),
    ],
)
def test_equal_numbers_that_may_be_right_are_no_copies(record, box, after):
    image = record("a.jpg", PLAIN, ("dog",) + box, size=VGA)
    repaired = repair([image], validated(image), fix=True)
    assert rows_of(repaired.records[0]) == [PLAIN, ("dog",) + after]


def test_what_rounding_took_over_the_border_is_no_defect(record):
    image = record("a.jpg", ("cat", -0.004, 20, 110, 480.004), PLAIN, size=VGA)
    assert validated(image) == []
    left = repair([image], [])
    assert rows_of(left.records[0]) == [("cat", 0, 20, 110, 480), PLAIN]
    assert (left.fixed, left.dropped) == ([], [])
    over = record("a.jpg", ("cat", -0.02, 20, 110, 480), size=VGA)
    assert [finding.code for finding in validated(over)] == ["box-beyond-border"]


def test_the_same_box_twice_stays_without_fix(record):
    image = record("a.jpg", PLAIN, PLAIN, size=VGA)
    assert repair([image], validated(image)) == Repaired([image], [], [])


def test_what_belongs_to_an_object_stays_with_it(record):
    image = record(
        "a.jpg",
        ("cat", 5, 5, 5, 9),
        ("dog", 500, 400, 410, 310),
        PLAIN,
        PLAIN,
        size=VGA,
        truncated=(1, 0, 1, 0),
        difficult=(0, 1, 0, 1),
        group_of=(0, 0, 1, 1),
        extras=[{"id": number} for number in range(4)],
        extra={"id": 9},
    )
    (left,) = repair([image], validated(image), fix=True, policy="drop").records
    assert rows_of(left) == [("dog", 410, 310, 500, 400), PLAIN]
    objects = left.objects
    assert [list(flags) for flags in (objects.truncated, objects.difficult, objects.group_of)] == [
        [False, True],
        [True, False],
        [False, True],
    ]
    assert objects.extras == ({"id": 1}, {"id": 2})
    assert (left.extra, left.width, left.height) == ({"id": 9}, 640, 480)


def test_an_unknown_policy(record):
    with pytest.raises(ValueError, match="'skip'"):
        repair([record("a.jpg")], [], policy="skip")


def test_nothing_in_nothing_out():
    assert repair([], []) == Repaired([], [], [])


NUMBERS = st.one_of(
    st.integers(-30, 60),
    st.floats(-30, 60, width=32),
    st.sampled_from([NAN, np.inf, -np.inf, 3e38, -3e38, 1e-40, 40.004, -0.004]),
)
OBJECTS = st.tuples(
    st.sampled_from(["cat", "Cat", " cat", "dog\n", "", "\t"]), st.tuples(*[NUMBERS] * 4)
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(OBJECTS, max_size=4), min_size=1, max_size=4), st.booleans())
@example([[("cat", (30, 20, 10, 8)), ("cat", (20, 1, 5, 6)), ("cat", (1, 1, 9, 7))]], True)
@example([[("cat", (30, 20, 10, 8)), ("cat", (20, 1, 5, 6)), ("", (1, 1, 9, 7))]], True)
def test_repaired_records_have_no_errors_and_the_old_ones_are_untouched(images, fix):
    records = [
        ImageRecord(
            f"{i}.jpg",
            40,
            30,
            LabeledBoxes.from_rows(
                objects, extras=[{"label": label.strip()} for label, _ in objects]
            ),
        )
        for i, objects in enumerate(images)
    ]
    before = [(image.objects.labels, image.objects.boxes.copy()) for image in records]
    left = repair(records, validated(*records), fix, policy="drop")
    for image in left.records:
        for label, (x_min, y_min, x_max, y_max) in zip(
            image.objects.labels, image.objects.boxes.tolist()
        ):
            assert 0 <= x_min < x_max <= image.width and 0 <= y_min < y_max <= image.height
            assert label and label == label.strip()
        assert [extra["label"] for extra in image.objects.extras] == list(image.objects.labels)
    assert not errors_among(validated(*left.records))
    assert repair(left.records, validated(*left.records)).records == left.records
    for image, (labels, boxes) in zip(records, before):
        assert image.objects.labels == labels
        np.testing.assert_array_equal(image.objects.boxes, boxes)
