"""Boxes: impossible, odd and duplicate ones, each with its object and its image."""

import re

import pytest
from builders import PLAIN, VGA, codes, validated
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.structures import findings
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import Annotations, ImageRecord
from helpers.validation import validate

NAN = float("nan")


@pytest.mark.parametrize(
    "box, expected",
    [
        pytest.param((10, 20, 110, 220), {}, id="inside"),
        pytest.param((0, 0, 639, 470), {}, id="up to the last pixel"),
        pytest.param(
            (110, 20, 10, 220),
            {"box-swapped-corners": r"10, 220\] on 640x480: xmax [a-z ]+xmin$"},
            id="xmax left of xmin",
        ),
        pytest.param(
            (10, 220, 110, 20),
            {"box-swapped-corners": "480: ymax [a-z ]+ymin$"},
            id="ymax above ymin",
        ),
        pytest.param(
            (110, 220, 10, 20),
            {"box-swapped-corners": "xmax [a-z ]+xmin [a-z ]+ymax [a-z ]+ymin$"},
            id="both swapped",
        ),
        pytest.param((10, 20, 10, 220), {"box-zero-area": "no width$"}, id="no width"),
        pytest.param((10, 20, 110, 20), {"box-zero-area": ": no height$"}, id="no height"),
        pytest.param(
            (0, 0, 0, 0), {"box-zero-area": "no width .*no height$"}, id="no area at the origin"
        ),
        pytest.param(
            (700, 20, 800, 220), {"box-outside-image": "wholly outside"}, id="right of the image"
        ),
        pytest.param(
            (640, 20, 800, 220),
            {"box-outside-image": "wholly outside"},
            id="right of it and touching",
        ),
        pytest.param(
            (10, -50, 110, 0), {"box-outside-image": "wholly outside"}, id="above the image"
        ),
        pytest.param(
            (-3, 20, 110, 220), {"box-beyond-border": " 3 px .*left"}, id="over the left border"
        ),
        pytest.param(
            (10, 20, 642.5, 220),
            {"box-beyond-border": "2.5 px .*right"},
            id="over the right border",
        ),
        pytest.param(
            (10, -1, 110, 483),
            {"box-beyond-border": " 1 px .*upper .*3 px .*lower"},
            id="over upper and lower",
        ),
        pytest.param(
            (-9, -9, 700, 500),
            {"box-beyond-border": " 9 px .*left .*9 px .*upper", "box-covers-image": "100 %"},
            id="over all borders",
        ),
        pytest.param((0, 0, 640, 480), {"box-covers-image": "100 %"}, id="whole image"),
        pytest.param((0, 0, 640, 475.2), {"box-covers-image": " 99 %"}, id="99 % of the image"),
        pytest.param((0, 0, 640, 475.1), {}, id="less than 99 %"),
        pytest.param((10, 20, 18, 220), {"box-too-small": "3.75x125 px at 300x300"}, id="narrow"),
        pytest.param((10, 20, 18.75, 220), {}, id="narrowest"),
        pytest.param((10, 20, 110, 26.5), {}, id="low"),
        pytest.param(
            (10, 20, 110, 26.25), {"box-too-small": "46.88x3.906 px at 300x300"}, id="lowest"
        ),
        pytest.param(
            (635, 20, 900, 220),
            {"box-beyond-border": "260 px .*right", "box-too-small": "2.344x125 px at 300x300"},
            id="narrow inside the image",
        ),
    ],
)
def test_findings_about_a_single_box(record, box, expected):
    results = validated(record("a.jpg", PLAIN, ("dog",) + box, size=VGA))
    assert codes(results) == [(code, "a.jpg", 2) for code in expected]
    for finding in results:
        assert finding.message.startswith("object 2 (dog): box [")
        assert re.search(expected[finding.code], finding.message) and not finding.message.endswith(
            "."
        )


def test_the_message_stands_on_one_line_with_its_file(record):
    (finding,) = validated(record("a.jpg", PLAIN, ("cat", 120, 40, 80, 90), size=VGA))
    assert finding.message.startswith("object 2 (cat): box [120, 40, 80, 90] on 640x480: xmax ")
    assert findings.as_text(finding) == (
        f"a.jpg: {finding.title}: {finding.message}. {finding.remedy}"
    )


@pytest.mark.parametrize(
    "box",
    [
        pytest.param((NAN,) * 4, id="no number"),
        pytest.param((1, 2, NAN, 4), id="NaN xmax"),
        pytest.param((1, 2, float("inf"), 4), id="infinite xmax"),
    ],
)
def test_a_box_without_numbers_has_a_single_finding(record, box):
    image = record("a.jpg", ("cat",) + box, PLAIN, size=VGA)
    assert codes(validated(image)) == [("box-invalid", "a.jpg", 1)]
    read = findings.Finding.of("box-invalid", "a.jpg", "object 1 (cat): expected four numbers", 1)
    assert validate.validate(Annotations([image], [read]), {}, min_boxes=0) == [read]


CAT, DOG, NEAR = ("cat", 10, 20, 110, 220), ("dog", 10, 20, 110, 220), ("cat", 10, 20, 110, 221)


TWICE, CLASHING = "box-duplicate", "box-conflicting-classes"


@pytest.mark.parametrize(
    "rows, expected",
    [
        ([CAT, NEAR], []),
        ([CAT, CAT], [(2, TWICE, "object 1 (cat)")]),
        ([CAT, CAT, CAT], [(2, TWICE, "object 1 (cat)"), (3, TWICE, "object 1 (cat)")]),
        ([CAT, DOG], [(2, CLASHING, "object 1 (cat)")]),
        (
            [CAT, DOG, CAT, DOG],
            [
                (2, CLASHING, "object 1 (cat)"),
                (3, TWICE, "object 1 (cat)"),
                (4, TWICE, "object 2 (dog)"),
            ],
        ),
        (
            [CAT, DOG, ("emu",) + CAT[1:]],
            [(2, CLASHING, "object 1 (cat)"), (3, CLASHING, "object 1 (cat)")],
        ),
        (
            [CAT, NEAR, DOG, PLAIN, PLAIN],
            [(3, CLASHING, "object 1 (cat)"), (5, TWICE, "object 4 (cat)")],
        ),
        ([("cat", -0.0, 20, 110, 220), ("cat", 0, 20, 110, 220)], [(2, TWICE, "object 1")]),
        ([("cat", 0, 0, 0, 0)] * 2, [(1, "box-zero-area", ""), (2, "box-zero-area", "")]),
    ],
    ids=[
        "near",
        "twice",
        "three times",
        "two classes",
        "two classes twice",
        "three classes",
        "several",
        "minus zero",
        "no area",
    ],
)
def test_a_box_on_another(record, rows, expected):
    results = validated(record("a.jpg", *rows, size=VGA), record("b.jpg", CAT, size=VGA))
    assert [(finding.object, finding.code) for finding in results] == [
        (number, code) for number, code, _ in expected
    ]
    assert all(other in finding.message for finding, (_, _, other) in zip(results, expected))


@pytest.mark.parametrize(
    "boxes, cut",
    [
        ([(0, 20, 50, 60), (600, 20, 640, 60), (30, 1, 90, 60)], True),
        ([(0, 20, 50, 60), (600, 20, 639, 60), (30, 20, 90, 479)], True),
        ([(0, 20, 50, 60), (600, 20, 638.5, 60), (30, 1, 90, 60)], False),
        ([(0, 20, 50, 60), (600, 20, 640, 60), (30, 1.5, 90, 60)], False),
        ([(0, 20, 50, 60), (600, 20, 640, 60)], False),
        ([(0, 20, 50, 60)], False),
    ],
    ids=["all", "last pixel", "short of the right", "short of the top", "two boxes", "one box"],
)
def test_every_box_touches_the_border(record, boxes, cut):
    rows = [("cat",) + box for box in boxes]
    results = validated(record("a.jpg", *rows, size=VGA), record("b.jpg", PLAIN, size=VGA))
    assert codes(results) == [("image-all-boxes-truncated", "a.jpg", None)] * cut


@pytest.mark.parametrize(
    "image_size, size, small",
    [
        pytest.param(300, (600, 600), False, id="8 of 600 at 300"),
        pytest.param(299, (600, 600), True, id="8 of 600 at 299"),
        pytest.param(150, (300, 200), False, id="8 of 300 at 150"),
        pytest.param(150, (301, 200), True, id="8 of 301 at 150"),
        pytest.param(150, (200, 301), True, id="8 of 301 high at 150"),
        pytest.param(640, (1280, 1280), False, id="8 of 1280 at 640"),
    ],
)
def test_how_small_depends_on_both_sizes(record, image_size, size, small):
    results = validated(
        record("a.jpg", ("cat", 100, 100, 108, 108), size=size), image_size=image_size
    )
    assert [finding.code for finding in results] == ["box-too-small"] * small


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.integers(-5, 25)] * 4), max_size=12))
def test_all_boxes_at_once_say_what_one_by_one_would(boxes):
    """Against the plain rules, one box a time; boxes run forwards, so that none hangs on others."""
    boxes = [(min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in boxes]
    records = [
        ImageRecord("a.jpg", 20, 16, LabeledBoxes.from_rows(("cat", box) for box in boxes[:5])),
        ImageRecord("b.jpg", 20, 16, LabeledBoxes.from_rows(("cat", box) for box in boxes[5:])),
    ]
    expected = []
    for number, (left, top, right, bottom) in enumerate(boxes):
        path, number = ("a.jpg", number + 1) if number < 5 else ("b.jpg", number - 4)
        if left == right or top == bottom:
            expected.append(("box-zero-area", path, number))
        elif right <= 0 or bottom <= 0 or left >= 20 or top >= 16:
            expected.append(("box-outside-image", path, number))
        elif right == bottom and (right > 21 or bottom > 16.8):
            expected.append(("box-copied-corner", path, number))
        elif left < 0 or top < 0 or right > 20 or bottom > 16:
            expected.append(("box-beyond-border", path, number))
    results = findings.errors_among(validated(*records, image_size=1000))
    assert codes(results) == expected
