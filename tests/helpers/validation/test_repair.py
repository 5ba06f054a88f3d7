"""Repair: what has one right answer is fixed, the rest dropped or refused, nothing bad remains."""

import numpy as np
import pytest
from builders import validated
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers.structures import findings
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput
from helpers.validation.repair import Repaired, repair

VGA = (640, 480)
PLAIN = ("cat", 400, 300, 500, 400)
NAN = float("nan")
PAIR = [("cat", 300, 200, 100, 80), ("cat", 400, 10, 50, 60)]


def checked(records, read=(), **options):
    return validated(*records, read=read, **options)


def rows(record):
    return [
        (label,) + tuple(box)
        for label, box in zip(record.objects.labels, record.objects.boxes.tolist())
    ]


@pytest.mark.parametrize(
    "before, after, said",
    [
        ([PLAIN], [PLAIN], []),
        ([], [], []),
        (
            [("dog", 110, 220, 10, 20), PLAIN],
            [("dog", 10, 20, 110, 220), PLAIN],
            ["a.jpg, object 1: swapped corners: [110, 220, 10, 20] became [10, 20, 110, 220]"],
        ),
        (
            [PLAIN, ("dog", -3, 20, 110, 500)],
            [PLAIN, ("dog", 0, 20, 110, 480)],
            ["a.jpg, object 2: box beyond the border: [-3, 20, 110, 500] became [0, 20, 110, 480]"],
        ),
        (
            [PLAIN, ("dog", 700, 20, 10, 220)],
            [PLAIN, ("dog", 10, 20, 640, 220)],
            [
                "a.jpg, object 2: swapped corners: [700, 20, 10, 220] became [10, 20, 700, 220]",
                "a.jpg, object 2: box beyond the border: [10, 20, 700, 220] became "
                "[10, 20, 640, 220]",
            ],
        ),
        (
            PAIR,
            [("cat", 300, 200, 400, 280), ("cat", 400, 10, 450, 70)],
            [
                "a.jpg, object 1: width and height as corners: [300, 200, 100, 80] became "
                "[300, 200, 400, 280]",
                "a.jpg, object 2: width and height as corners: [400, 10, 50, 60] became "
                "[400, 10, 450, 70]",
            ],
        ),
        (
            PAIR + [("cat", 10, 10, 90, 70)],
            [("cat", 300, 200, 400, 280), ("cat", 400, 10, 450, 70), ("cat", 10, 10, 100, 80)],
            3,
        ),
        (
            [("red\n\tpanda ", 1, 2, 90, 90)],
            [("red panda", 1, 2, 90, 90)],
            [r"a.jpg, object 1: padded class name: 'red\n\tpanda ' became 'red panda'"],
        ),
        ([("\0red  panda", 1, 2, 90, 90)], [("red  panda", 1, 2, 90, 90)], 1),
        (
            [PLAIN, PLAIN, ("dog",) + PLAIN[1:], PLAIN],
            [PLAIN, ("dog",) + PLAIN[1:]],
            ["a.jpg, object 2: duplicate box: removed", "a.jpg, object 4: duplicate box: removed"],
        ),
        ([PLAIN, (" cat", 500, 400, 400, 300)], [PLAIN], 3),
        # Warnings without one right answer stay as they are.
        (
            [("cat", 0, 0, 640, 480), ("cat", 1, 1, 3, 3)],
            [("cat", 0, 0, 640, 480), ("cat", 1, 1, 3, 3)],
            [],
        ),
    ],
    ids=[
        "fine",
        "no box",
        "swapped",
        "beyond the border",
        "swapped and beyond",
        "width and height",
        "all width and height",
        "padded",
        "control sign",
        "duplicates",
        "swapped duplicate",
        "warnings",
    ],
)
def test_what_has_one_right_answer_is_fixed(record, before, after, said):
    one = record("a.jpg", *before, size=VGA)
    found = checked([one])
    repaired = repair([one], found, fix=True)
    assert rows(repaired.records[0]) == after and repaired.dropped == []
    assert (len(repaired.fixed) if isinstance(said, int) else repaired.fixed) == said
    assert rows(one) == before
    if before == after:
        assert repair([one], found).records == [one]


ERRORS = [  # rows on 640x480, the object at fault, code
    ([("cat", 300, 200, 100, 80)], 1, "box-ambiguous-corners"),
    ([PLAIN, ("cat", 5, 5, 5, 9)], 2, "box-zero-area"),
    ([PLAIN, ("cat", 700, 5, 710, 9), PLAIN], 2, "box-outside-image"),
    ([("", 1, 2, 90, 90), PLAIN], 1, "class-missing"),
    ([PLAIN, ("cat", NAN, NAN, NAN, NAN)], 2, "box-invalid"),
]


@pytest.mark.parametrize("before, number, code", ERRORS, ids=[code for _, _, code in ERRORS])
@pytest.mark.parametrize("fix", [False, True])
def test_the_rest_fails_or_is_dropped(record, before, number, code, fix):
    good, one = record("0.jpg", PLAIN, size=VGA), record("a.jpg", *before, size=VGA)
    if code == "box-ambiguous-corners":
        good = record("0.jpg", size=VGA)
    found = [each for each in checked([good, one]) if each.code != "box-duplicate"]
    with pytest.raises(BadInput, match=f"a.jpg: {findings.KINDS[code].title}: "):
        repair([good, one], found, fix)
    left = repair([good, one], found, fix, policy="drop")
    assert left.records[0] is good
    others = [row for i, row in enumerate(before, 1) if i != number]
    assert [rows(one) for one in left.records[1:]] == ([others] if others else [])
    assert [(each.path, each.object, each.code) for each in left.dropped] == [
        ("a.jpg", number, code)
    ]
    assert left.fixed == (
        []
        if len(before) > 1
        else ["a.jpg: no object is left; left out, or what is on it would be learned as background"]
    )


def test_what_rounding_took_over_the_border_is_no_defect(record):
    one = record("a.jpg", ("cat", -0.004, 20, 110, 480.004), PLAIN, size=VGA)
    assert checked([one]) == []
    left = repair([one], [])
    assert rows(left.records[0]) == [("cat", 0, 20, 110, 480), PLAIN]
    assert (left.fixed, left.dropped) == ([], [])
    over = record("a.jpg", ("cat", -0.02, 20, 110, 480), size=VGA)
    assert [one.code for one in checked([over])] == ["box-beyond-border"]


@pytest.mark.parametrize(
    "before, gone",
    [
        (PAIR + [("cat", 10, 10, 90, 70)], [1, 2, 3]),
        ([("dog", 110, 220, 10, 20), PLAIN], [1]),
        ([PLAIN, ("dog", -3, 20, 110, 500)], [2]),
        ([PLAIN, ("dog ", 1, 2, 90, 90)], [2]),
    ],
    ids=["width and height", "swapped", "beyond the border", "padded"],
)
def test_without_fix_the_same_is_dropped_or_refused(record, before, gone):
    one = record("a.jpg", *before, size=VGA)
    found = checked([one])
    with pytest.raises(BadInput):
        repair([one], found)
    left = repair([one], found, policy="drop")
    assert sorted(each.object for each in left.dropped) == gone
    others = [row for i, row in enumerate(before, 1) if i not in gone]
    assert [rows(each) for each in left.records] == ([others] if others else [])


def test_the_same_box_twice_stays_without_fix(record):
    one = record("a.jpg", PLAIN, PLAIN, size=VGA)
    assert repair([one], checked([one])) == Repaired([one], [], [])


def test_an_image_at_fault_goes_whole_and_nothing_on_it_is_fixed(record):
    records = [
        record(name, ("cat", 110, 220, 10, 20), PLAIN, size=VGA) for name in ("a.jpg", "b.jpg")
    ]
    read = [
        findings.Finding.of("image-corrupt", "a.jpg", "truncated"),
        findings.Finding.of("annotation-broken-file", "c.xml", "no XML"),
        findings.Finding.of("image-without-annotation", "d.jpg", "no XML mentions it"),
    ]
    left = repair(records, checked(records, read), fix=True, policy="drop")
    assert [one.path for one in left.records] == ["b.jpg"]
    assert [line.split(",")[0] for line in left.fixed] == ["b.jpg"]
    assert [one.path for one in left.dropped] == ["a.jpg", "c.xml"]
    with pytest.raises(BadInput, match="2 annotations that cannot be used: a.jpg.*(\n.*)c.xml"):
        repair(records, checked(records, read), fix=True)


def test_an_object_at_fault_is_not_fixed_before_it_goes(record):
    one = record("a.jpg", PLAIN, ("", 110, 220, 10, 20), size=VGA)
    left = repair([one], checked([one]), fix=True, policy="drop")
    assert (rows(left.records[0]), left.fixed) == ([PLAIN], [])


def test_what_belongs_to_an_object_stays_with_it(record):
    one = record(
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
    (left,) = repair([one], checked([one]), fix=True, policy="drop").records
    assert rows(left) == [("dog", 410, 310, 500, 400), PLAIN]
    objects = left.objects
    assert [list(flags) for flags in (objects.truncated, objects.difficult, objects.group_of)] == [
        [False, True],
        [True, False],
        [False, True],
    ]
    assert objects.extras == ({"id": 1}, {"id": 2})
    assert (left.extra, left.width, left.height) == ({"id": 9}, 640, 480)


def test_classes_outside_the_label_map_are_dropped(record):
    from helpers.structures.label_map import LabelMap

    one = record("a.jpg", PLAIN, ("dgo", 1, 2, 90, 90), size=VGA)
    found = checked([one], label_map=LabelMap.of(["cat", "dog"]))
    left = repair([one], found, policy="drop")
    assert rows(left.records[0]) == [PLAIN]
    assert [one.path for one in left.dropped] == ["a.jpg"]


@pytest.mark.parametrize(
    "row",
    [
        ("cat", 5, 5, 5, 9),
        ("cat", 700, 5, 710, 9),
        (" cat", 1, 2, 9, 9),
        ("", 1, 2, 9, 9),
        ("cat",) + (NAN,) * 4,
        ("cat", 9, 1, 2, 9),
        ("cat", 600, 10, 700, 90),
    ],
    ids=["no area", "outside", "padded", "no class", "NaN", "swapped", "beyond the border"],
)
def test_nothing_bad_gets_through_that_no_finding_speaks_of(record, row):
    one = record("a.jpg", PLAIN, row, size=VGA)
    with pytest.raises(BadInput, match="a.jpg.*object 2"):
        repair([one], [])
    assert rows(repair([one], [], policy="drop").records[0]) == [PLAIN]


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
    before = [(one.objects.labels, one.objects.boxes.copy()) for one in records]
    left = repair(records, checked(records), fix, policy="drop")
    for one in left.records:
        for label, (x_min, y_min, x_max, y_max) in zip(
            one.objects.labels, one.objects.boxes.tolist()
        ):
            assert 0 <= x_min < x_max <= one.width and 0 <= y_min < y_max <= one.height
            assert label and label == label.strip()
        assert [extra["label"] for extra in one.objects.extras] == list(one.objects.labels)
    assert not findings.errors_among(checked(left.records))
    assert repair(left.records, checked(left.records)).records == left.records
    for one, (labels, boxes) in zip(records, before):
        assert one.objects.labels == labels
        np.testing.assert_array_equal(one.objects.boxes, boxes)
