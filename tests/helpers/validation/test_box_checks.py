"""Boxes: impossible, odd and duplicate ones, each with its object and its image."""

import pytest
from builders import places, validated
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.structures import findings
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import Annotations, ImageRecord
from helpers.validation import validate

VGA = (640, 480)


# A box of which nothing can be said, and which is none of x, y, width, height on its image.
PLAIN = ("cat", 400, 300, 500, 400)


NAN = float("nan")


@pytest.mark.parametrize(
    "box, expected",
    [
        ((10, 20, 110, 220), {}),
        ((0, 0, 639, 470), {}),
        ((110, 20, 10, 220), {"box-swapped-corners": "10, 220] on 640x480: xmax is left of xmin"}),
        ((10, 220, 110, 20), {"box-swapped-corners": "ymax is above ymin"}),
        (
            (110, 220, 10, 20),
            {"box-swapped-corners": "xmax is left of xmin and ymax is above ymin"},
        ),
        ((10, 20, 10, 220), {"box-zero-area": "no width"}),
        ((10, 20, 110, 20), {"box-zero-area": "no height"}),
        ((0, 0, 0, 0), {"box-zero-area": "no width and no height"}),
        ((700, 20, 800, 220), {"box-outside-image": "wholly outside"}),
        ((640, 20, 800, 220), {"box-outside-image": "wholly outside"}),
        ((10, -50, 110, 0), {"box-outside-image": "wholly outside"}),
        ((-3, 20, 110, 220), {"box-beyond-border": "3 px beyond the left border"}),
        ((10, 20, 642.5, 220), {"box-beyond-border": "2.5 px beyond the right border"}),
        (
            (10, -1, 110, 483),
            {"box-beyond-border": "1 px beyond the upper border and 3 px beyond the lower border"},
        ),
        (
            (-9, -9, 700, 500),
            {
                "box-beyond-border": "9 px beyond the left border and 9 px beyond the up",
                "box-covers-image": "100 %",
            },
        ),
        ((0, 0, 640, 480), {"box-covers-image": "100 % of the image"}),
        ((0, 0, 640, 475.2), {"box-covers-image": "99 % of the image"}),
        ((0, 0, 640, 475.1), {}),
        ((10, 20, 18, 220), {"box-too-small": "3.75x125 px at 300x300"}),
        ((10, 20, 18.75, 220), {}),
        ((10, 20, 110, 26.5), {}),
        ((10, 20, 110, 26.25), {"box-too-small": "46.88x3.906 px at 300x300"}),
        (
            (635, 20, 900, 220),
            {
                "box-beyond-border": "260 px beyond the right",
                "box-too-small": "2.344x125 px at 300x300",
            },
        ),
    ],
    ids=str,
)
def test_one_box(record, box, expected):
    results = validated(record("a.jpg", PLAIN, ("dog",) + box, size=VGA))
    assert places(results) == [("a.jpg", 2, kind) for kind in expected]
    for one in results:
        assert one.message.startswith("object 2 (dog): box [")
        assert expected[one.code] in one.message and not one.message.endswith(".")


def test_the_message_stands_on_one_line_with_its_file(record):
    (results,) = validated(record("a.jpg", PLAIN, ("cat", 120, 40, 80, 90), size=VGA))
    assert findings.as_text(results) == (
        "a.jpg: swapped corners: object 2 (cat): box [120, 40, 80, 90] on 640x480: "
        "xmax is left of xmin. Swap them back."
    )


@pytest.mark.parametrize("box", [(NAN,) * 4, (1, 2, NAN, 4), (1, 2, float("inf"), 4)], ids=str)
def test_a_box_without_numbers_is_said_once(record, box):
    one = record("a.jpg", ("cat",) + box, PLAIN, size=VGA)
    assert places(validated(one)) == [("a.jpg", 1, "box-invalid")]
    read = findings.Finding.of("box-invalid", "a.jpg", "object 1 (cat): expected four numbers", 1)
    assert validate.validate(Annotations([one], [read]), {}, min_boxes=0) == [read]


CAT, DOG, NEAR = ("cat", 10, 20, 110, 220), ("dog", 10, 20, 110, 220), ("cat", 10, 20, 110, 221)


TWICE, TWO = "box-duplicate", "box-conflicting-classes"


@pytest.mark.parametrize(
    "rows, expected",
    [
        ([CAT, NEAR], []),
        ([CAT, CAT], [(2, TWICE, "object 1 (cat)")]),
        ([CAT, CAT, CAT], [(2, TWICE, "object 1 (cat)"), (3, TWICE, "object 1 (cat)")]),
        ([CAT, DOG], [(2, TWO, "object 1 (cat)")]),
        (
            [CAT, DOG, CAT, DOG],
            [
                (2, TWO, "object 1 (cat)"),
                (3, TWICE, "object 1 (cat)"),
                (4, TWICE, "object 2 (dog)"),
            ],
        ),
        ([CAT, DOG, ("emu",) + CAT[1:]], [(2, TWO, "object 1 (cat)"), (3, TWO, "object 1 (cat)")]),
        (
            [CAT, NEAR, DOG, PLAIN, PLAIN],
            [(3, TWO, "object 1 (cat)"), (5, TWICE, "object 4 (cat)")],
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
def test_one_box_on_another(record, rows, expected):
    results = validated(record("a.jpg", *rows, size=VGA), record("b.jpg", CAT, size=VGA))
    assert [(one.object, one.code) for one in results] == [
        (number, kind) for number, kind, _ in expected
    ]
    assert all(said in one.message for one, (_, _, said) in zip(results, expected))


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
    assert places(results) == [("a.jpg", None, "image-all-boxes-truncated")] * cut


@pytest.mark.parametrize(
    "image_size, size, small",
    [
        (300, (600, 600), False),
        (299, (600, 600), True),
        (150, (300, 200), False),
        (150, (301, 200), True),
        (150, (200, 301), True),
        (640, (1280, 1280), False),
    ],
    ids=str,
)
def test_how_small_depends_on_both_sizes(record, image_size, size, small):
    results = validated(
        record("a.jpg", ("cat", 100, 100, 108, 108), size=size), image_size=image_size
    )
    assert [one.code for one in results] == ["box-too-small"] * small


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
            expected.append((path, number, "box-zero-area"))
        elif right <= 0 or bottom <= 0 or left >= 20 or top >= 16:
            expected.append((path, number, "box-outside-image"))
        elif left < 0 or top < 0 or right > 20 or bottom > 16:
            expected.append((path, number, "box-beyond-border"))
    results = findings.errors_among(validated(*records, image_size=1000))
    assert places(results) == expected
