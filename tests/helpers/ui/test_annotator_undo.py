"""Ctrl-Z takes back what is on the canvas and on disk; P takes over the boxes of the image before.

What the browser would send is set on the widgets here; ``tests/notebooks`` presses real keys.
"""

import pytest
from builders import screen_box

from helpers.annotations.formats import voc
from helpers.structures.dataset import ImageRecord


@pytest.fixture
def xml(folder):
    """``xml("a")``: the bytes of that file; ``None`` when there is none."""

    def read(name):
        path = folder / "xml" / f"{name}.xml"
        return path.read_bytes() if path.exists() else None

    return read


def shown(annotator):
    return [(box["label"], box["x"], box["y"]) for box in annotator.canvas.bboxes]


def press(annotator, key):
    """What the browser sends for a key."""
    annotator._keys._handle_custom_msg({"key": key}, [])


def test_each_level_of_drawing_is_undone_and_the_new_file_goes(annotate, xml, saved):
    annotator = annotate()
    first, second = screen_box(20, 40, 200, 100), screen_box(300, 300, 100, 100)
    annotator.canvas.bboxes = [screen_box(20, 40, 0, 0)]  # the button goes down ...
    annotator.canvas.bboxes = [first]  # ... and up
    annotator.canvas.bboxes = [first, second]
    press(annotator, "Ctrl+z")
    assert saved("a") == [("cat", 10, 20, 110, 70)] and shown(annotator) == [("cat", 20, 40)]
    press(annotator, "Ctrl+z")
    assert xml("a") is None and shown(annotator) == []
    press(annotator, "Ctrl+z")
    assert "undo" in annotator.bar.status.value
    press(annotator, "Ctrl+y")
    press(annotator, "Ctrl+Z")
    assert len(saved("a")) == 2 and len(shown(annotator)) == 2


@pytest.mark.parametrize(
    "edit",
    [
        lambda boxes: [],
        lambda boxes: [dict(boxes[0], x=50)],
        lambda boxes: [dict(boxes[0], label="dog")],
        lambda boxes: [*boxes, screen_box(300, 300, 100, 100)],
    ],
    ids=["deleted", "moved", "relabelled", "drawn"],
)
def test_an_xml_of_before_is_back_byte_for_byte(annotate, folder, xml, edit):
    annotate({"a": [("cat", 10.25, 20, 110, 70)]})
    path = folder / "xml" / "a.xml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n") + b"<!-- mine -->")
    original = path.read_bytes()
    annotator = annotate()
    annotator.go_to("a.jpg")
    before = shown(annotator)
    annotator.canvas.bboxes = edit(annotator.canvas.bboxes)
    assert xml("a") != original
    annotator.bar.undo.click()
    assert xml("a") == original and shown(annotator) == before
    annotator.bar.redo.click()
    assert xml("a") != original


def test_submit_is_undone_with_the_image_it_left(annotate, xml, saved):
    annotator = annotate()
    annotator.canvas.bboxes = [screen_box(20, 40, 200, 100)]
    annotator.submit()
    annotator.submit()  # an image without boxes
    assert annotator.path == "c.jpg" and saved("b") == []
    press(annotator, "Ctrl+z")
    assert annotator.path == "b.jpg" and xml("b") is None
    press(annotator, "Ctrl+z")
    assert annotator.path == "a.jpg" and saved("a") == [("cat", 10, 20, 110, 70)]
    press(annotator, "Ctrl+z")
    assert annotator.path == "a.jpg" and xml("a") is None


def test_skip_is_no_edit(annotate):
    annotator = annotate()
    annotator.skip()
    press(annotator, "Ctrl+z")
    assert annotator.path == "b.jpg"


def test_what_cannot_be_saved_is_not_left(annotate, folder, saved):
    annotator = annotate()
    (folder / "xml").write_text("a file where the folder should be")
    annotator.canvas.bboxes = [screen_box(20, 40, 200, 100)]
    for act in (annotator.skip, lambda: annotator.go_to("c.jpg"), annotator.undo):
        act()
        assert (annotator.path, annotator.bar.number.value) == ("a.jpg", 1)
        assert len(annotator.canvas.bboxes) == 1
    (folder / "xml").unlink()
    annotator.skip()
    assert annotator.path == "b.jpg" and len(saved("a")) == 1


@pytest.mark.parametrize(
    "row, size",
    [
        (("cat", 110, 70, 10, 20), (320, 280)),
        (("cat", -5, 20, 400, 70), (320, 280)),
        (("cat", 10, 20, 110, 70), (640, 560)),
    ],
    ids=["swapped", "beyond", "another-size"],
)
def test_an_xml_that_saving_would_fix_stays_while_it_is_only_shown(
    annotate, folder, xml, record, row, size
):
    place = folder / "xml" / "a.xml"
    voc.write_one(record("a.jpg", row, size=size), place, folder / "img")
    original = xml("a")
    annotator = annotate()
    for act in (
        lambda: annotator.go_to("a.jpg"),
        lambda: press(annotator, "+"),
        annotator.skip,
        annotator.bar.previous.click,
        lambda: annotator.go_to("c.jpg"),
        annotator.undo,
    ):
        act()
        assert xml("a") == original
    annotator.go_to("a.jpg")
    annotator.submit()
    assert xml("a") != original


def test_an_xml_that_another_program_changed_keeps_its_boxes(annotate, saved):
    annotator = annotate({"a": [("cat", 10, 20, 110, 70)], "b": [], "c": []})
    annotator.canvas.bboxes = annotator.canvas.bboxes  # opened
    annotate({"a": [("cat", 10, 20, 110, 70), ("dog", 5, 5, 50, 50)]})
    annotator.canvas.bboxes = [*annotator.canvas.bboxes, screen_box(300, 300, 100, 100)]
    assert sorted(saved("a")) == [
        ("cat", 10, 20, 110, 70),
        ("cat", 150, 150, 200, 200),
        ("dog", 5, 5, 50, 50),
    ]
    assert len(shown(annotator)) == 3


def test_undo_writes_over_no_other_program(annotate, folder, xml):
    annotator = annotate()
    annotator.canvas.bboxes = [screen_box(20, 40, 200, 100)]
    (folder / "xml" / "a.xml").write_bytes(b"<annotation/>")
    press(annotator, "Ctrl+z")
    assert xml("a") == b"<annotation/>" and "a.xml" in annotator.bar.status.value


def test_p_takes_over_the_boxes_of_the_image_annotated_before(annotate, saved, xml):
    annotator = annotate()
    annotator.canvas.bboxes = [screen_box(20, 40, 200, 100), screen_box(300, 300, 100, 100, "dog")]
    annotator.submit()
    annotator.canvas.bboxes = [screen_box(10, 10, 90, 90)]
    press(annotator, "p")
    copied = [("cat", 10, 20, 110, 70), ("dog", 150, 150, 200, 200)]
    assert saved("b") == [("cat", 5, 5, 50, 50), *copied]
    press(annotator, "P")
    assert len(saved("b")) == 3
    press(annotator, "Ctrl+z")
    assert saved("b") == [("cat", 5, 5, 50, 50)] and len(shown(annotator)) == 1
    annotator.canvas.bboxes = [*annotator.canvas.bboxes, screen_box(300, 10, 90, 90)]
    annotator.submit()
    annotator.bar.copy.click()
    assert saved("c") == [("cat", 5, 5, 50, 50), ("cat", 150, 5, 195, 50)]


@pytest.mark.parametrize(
    "annotated, start, expected",
    [
        ({"a": [("cat", 10, 20, 110, 70)]}, "c.jpg", [("cat", 10, 20, 110, 70)]),
        ({"c": [("cat", 10, 20, 110, 70)]}, "b.jpg", None),
        ({}, "c.jpg", None),
    ],
    ids=["nearest-before", "only-behind", "none"],
)
def test_without_an_edit_p_takes_the_nearest_image_before(
    annotate, saved, annotated, start, expected
):
    annotator = annotate(annotated)
    annotator.go_to(start)
    press(annotator, "p")
    assert saved(start[0]) == expected
    assert expected or "annotated before" in annotator.bar.status.value


def test_boxes_of_an_image_of_another_size_are_scaled(record):
    from helpers.ui import annotation_canvas

    other = record("b.jpg", ("cat", 10, 20, 110, 69), size=(320, 280))
    copied = annotation_canvas.with_copies(ImageRecord("a.jpg", 640, 140), other)
    assert copied.objects.boxes.tolist() == [[20, 10, 220, 34]]
