"""Repair of what has no one right answer: dropped or refused, by the policy."""

import pytest
from builders import PLAIN, VGA, WIDTH_HEIGHT, all_match, rows_of, validated

from helpers.structures.errors import BadInput
from helpers.structures.findings import KINDS, Finding
from helpers.structures.label_map import LabelMap
from helpers.validation.repair import repair

NAN = float("nan")


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
    good, image = record("0.jpg", PLAIN, size=VGA), record("a.jpg", *before, size=VGA)
    if code == "box-ambiguous-corners":
        good = record("0.jpg", size=VGA)
    findings = [finding for finding in validated(good, image) if finding.code != "box-duplicate"]
    with pytest.raises(BadInput, match=f"a.jpg: {KINDS[code].title}: "):
        repair([good, image], findings, fix)
    left = repair([good, image], findings, fix, policy="drop")
    assert left.records[0] is good
    others = [row for i, row in enumerate(before, 1) if i != number]
    assert [rows_of(kept) for kept in left.records[1:]] == ([others] if others else [])
    assert [(finding.path, finding.object, finding.code) for finding in left.dropped] == [
        ("a.jpg", number, code)
    ]
    assert all_match([] if len(before) > 1 else ["^a.jpg: no object"], left.fixed)


@pytest.mark.parametrize(
    "before, gone",
    [
        ([*WIDTH_HEIGHT, ("cat", 10, 10, 90, 70)], [1, 2, 3]),
        ([("dog", 110, 220, 10, 20), PLAIN], [1]),
        ([PLAIN, ("dog", -3, 20, 110, 500)], [2]),
        ([PLAIN, ("dog ", 1, 2, 90, 90)], [2]),
    ],
    ids=["width and height", "swapped", "beyond the border", "padded"],
)
def test_without_fix_the_same_is_dropped_or_refused(record, before, gone):
    image = record("a.jpg", *before, size=VGA)
    findings = validated(image)
    with pytest.raises(BadInput):
        repair([image], findings)
    left = repair([image], findings, policy="drop")
    assert sorted(finding.object for finding in left.dropped) == gone
    others = [row for i, row in enumerate(before, 1) if i not in gone]
    assert [rows_of(kept) for kept in left.records] == ([others] if others else [])


def test_an_image_at_fault_goes_whole_and_nothing_on_it_is_fixed(record):
    records = [
        record(name, ("cat", 110, 220, 10, 20), PLAIN, size=VGA) for name in ("a.jpg", "b.jpg")
    ]
    read = [
        Finding.of("image-corrupt", "a.jpg", "truncated"),
        Finding.of("annotation-broken-file", "c.xml", "no XML"),
        Finding.of("image-without-annotation", "d.jpg", "no XML mentions it"),
    ]
    left = repair(records, validated(*records, read=read), fix=True, policy="drop")
    assert [kept.path for kept in left.records] == ["b.jpg"]
    assert [line.split(",")[0] for line in left.fixed] == ["b.jpg"]
    assert [finding.path for finding in left.dropped] == ["a.jpg", "c.xml"]
    with pytest.raises(BadInput, match="2 annotations .*: a.jpg.*(\n.*)c.xml"):
        repair(records, validated(*records, read=read), fix=True)


def test_an_object_at_fault_is_not_fixed_before_it_goes(record):
    image = record("a.jpg", PLAIN, ("", 110, 220, 10, 20), size=VGA)
    left = repair([image], validated(image), fix=True, policy="drop")
    assert (rows_of(left.records[0]), left.fixed) == ([PLAIN], [])


def test_classes_outside_the_label_map_are_dropped(record):
    image = record("a.jpg", PLAIN, ("dgo", 1, 2, 90, 90), size=VGA)
    findings = validated(image, label_map=LabelMap.of(["cat", "dog"]))
    left = repair([image], findings, policy="drop")
    assert rows_of(left.records[0]) == [PLAIN]
    assert [finding.path for finding in left.dropped] == ["a.jpg"]


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
    image = record("a.jpg", PLAIN, row, size=VGA)
    with pytest.raises(BadInput, match="a.jpg.*object 2"):
        repair([image], [])
    assert rows_of(repair([image], [], policy="drop").records[0]) == [PLAIN]
