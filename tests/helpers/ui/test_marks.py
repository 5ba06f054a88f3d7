"""Marks: shown where they are on the photo, in every view, and never saved."""

import pytest
from builders import screen_box

from helpers.structures.errors import BadInput
from helpers.ui import annotator as annotating
from helpers.ui.marks import Mark

MARKS = [
    Mark("c.jpg", (10, 20, 110, 70), "raccoon 0.97, not annotated"),
    Mark("a.jpg", (0, 0, 50, 50), "no model finds it"),
    Mark("c.jpg", (150, 150, 200, 200), "two"),
]


def places(annotator):
    return [(mark["x"], mark["y"], mark["text"]) for mark in annotator.canvas.marks]


def test_marked_photos_alone_are_shown_in_the_order_of_the_marks(annotate, folder):
    annotate({"a": [("cat", 10, 20, 110, 70)], "c": [("cat", 10, 20, 110, 70)]})
    annotator = annotating.annotate(folder / "img", folder / "xml", marks=MARKS)
    assert annotator.paths == ["c.jpg", "a.jpg"] and annotator.path == "c.jpg"
    assert places(annotator) == [(20, 40, MARKS[0].text), (300, 300, "two")]
    annotator.go_to("a.jpg")
    assert places(annotator) == [(0, 0, MARKS[1].text)]


def test_marks_follow_the_view(annotate):
    annotator = annotate(marks=MARKS, only=["c.jpg"])
    annotator._photo.look(annotator._photo.image.view.zoomed(2, (0, 0)))
    assert places(annotator)[0][:2] == pytest.approx((40, 80))
    assert annotator.canvas.marks[0]["width"] == pytest.approx(400)


def test_marks_are_not_saved(annotate, folder, saved):
    annotator = annotate({"c": [("cat", 1, 1, 50, 50)]}, marks=MARKS, only=["c.jpg"])
    original = (folder / "xml" / "c.xml").read_bytes()
    annotator.submit()
    assert (folder / "xml" / "c.xml").read_bytes() == original
    annotator.canvas.bboxes = [*annotator.canvas.bboxes, screen_box(20, 40, 200, 100)]
    assert saved("c") == [("cat", 1, 1, 50, 50), ("cat", 10, 20, 110, 70)]


def test_a_marked_photo_has_to_be_there(folder):
    with pytest.raises(BadInput, match=r"z\.jpg"):
        annotating.annotate(folder / "img", folder / "xml", marks=[Mark("z.jpg", (0, 0, 1, 1), "")])


@pytest.mark.parametrize(
    "size, expected",
    [
        (None, (20, 40, 200, 100)),
        ((160, 140), (40, 80, 400, 200)),
        ((280, 320), (0, 0, 640, 560)),  # the other way round: the whole photo
    ],
    ids=["photo", "smaller-copy", "turned"],
)
def test_pixels_are_those_of_the_image_that_was_evaluated(annotate, size, expected):
    annotator = annotate(marks=[MARKS[0]._replace(size=size)], only=["c.jpg"])
    (mark,) = annotator.canvas.marks
    assert tuple(mark[key] for key in ("x", "y", "width", "height")) == pytest.approx(expected)
