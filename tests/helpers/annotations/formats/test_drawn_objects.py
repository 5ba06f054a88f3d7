"""What was drawn becomes boxes and findings, images become records."""

import numpy as np
import pytest
from builders import codes, rows_of

from helpers.annotations.collector import Collector
from helpers.annotations.formats import drawn_objects
from helpers.annotations.formats.drawn_objects import DrawnImage, DrawnObject

BOX = [1, 2, 20, 25]


@pytest.mark.parametrize(
    "shape, box, code",
    [("", BOX, None), ("a polygon", BOX, "box-from-shape"), ("a polygon", None, "box-invalid")],
    ids=["box", "polygon", "no numbers"],
)
def test_a_shape_is_noted_and_one_without_numbers_is_no_box(shape, box, code):
    around, notes = drawn_objects.drawn(shape, box, {"x": 1})
    assert np.isnan(around).all() if box is None else around == box
    assert [code for code, _ in notes] == ([code] if code else [])


@pytest.mark.parametrize(
    "degrees, pivot, box",
    [
        (0, None, [0, 0, 40, 20]),
        (720, None, [0, 0, 40, 20]),
        (90, None, [10, -10, 30, 30]),
        (180, None, [0, 0, 40, 20]),
        (90, (0, 0), [-20, 0, 0, 40]),
        (-90, (0, 0), [0, -40, 20, 0]),
        (45, (0, 0), [-20 / 2**0.5, 0, 40 / 2**0.5, 60 / 2**0.5]),
    ],
    ids=str,
)
def test_a_rotated_rectangle_turns_clockwise_about_its_pivot(degrees, pivot, box):
    around, notes = drawn_objects.rotated([0, 0, 40, 20], degrees, pivot)
    np.testing.assert_allclose(around, box, atol=1e-9)
    assert bool(notes) == (degrees % 360 != 0)


@pytest.mark.parametrize("labels, count", [([], 0), (["cat"], 0), (["cat", "dog"], 1)], ids=str)
def test_several_classes_of_one_object_are_noted(labels, count):
    assert len(drawn_objects.several_classes(labels)) == count


def test_images_become_records_with_flags_extras_and_findings(images):
    collector = Collector(images)
    objects = [
        DrawnObject("cat", BOX, extra={"tool": 1}),
        DrawnObject("dog", BOX, [("box-from-shape", "a polygon")], flags=frozenset(["difficult"])),
    ]
    drawn = [DrawnImage(images / "x", "x", "a.jpg", (40, 30), objects, {"tool": 2})]
    collector.claim("x", "a.jpg"), collector.claim("x", "sub/b.jpg")
    (read,), findings = drawn_objects.to_annotations("x", collector, drawn)
    assert rows_of(read) == [("cat", *BOX), ("dog", *BOX)]
    assert read.objects.difficult.tolist() == [False, True] and read.objects.truncated is None
    assert read.objects.extra(0) == {"tool": 1} and read.extra == {"tool": 2}
    assert codes(findings) == [("box-from-shape", "a.jpg", 2)]


def test_what_is_left_out_is_one_finding_of_an_image(images):
    collector = Collector(images)
    drawn_objects.left_out(collector, "a.jpg", images / "x", [])
    drawn_objects.left_out(collector, "a.jpg", images / "x", ["cat (deleted)", "dog (deleted)"])
    assert codes(collector.findings) == [("annotation-left-out", "a.jpg", None)]
    assert "2 left out" in collector.findings[0].message
