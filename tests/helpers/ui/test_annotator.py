"""The annotator without a browser: each change is in the XML at once, each XML is the right one.

What the browser would send is set on the widgets here; ``tests/notebooks/test_browser.py`` draws
with a real mouse.
"""

import pytest
from builders import screen_box


def test_drawing_moving_relabelling_and_deleting_are_saved_at_once(annotate, saved):
    annotator = annotate()
    annotator.canvas.bboxes = [screen_box(20, 40, 0, 0)]  # the button goes down ...
    assert saved("a") is None
    annotator.canvas.bboxes = [screen_box(20, 40, 200, 100)]  # ... and up
    assert saved("a") == [("cat", 10, 20, 110, 70)]
    annotator.canvas.bboxes = [screen_box(40, 40, 200, 100)]
    assert saved("a") == [("cat", 20, 20, 120, 70)]
    annotator.canvas.bboxes = [screen_box(40, 40, 200, 100, "dog")]
    assert saved("a") == [("dog", 20, 20, 120, 70)]
    annotator.canvas.bboxes = []
    assert saved("a") == []


def test_what_was_drawn_before_the_next_image_came_belongs_to_the_one_before(annotate, saved):
    """The browser is behind: it still shows the image before, and the person draws on that."""
    annotator = annotate({"b": [("dog", 1, 1, 50, 50)]})
    annotator.canvas.bboxes = [screen_box(20, 40, 200, 100)]
    annotator._keys.unobserve_all()
    annotator.submit()
    late = [screen_box(20, 40, 200, 100), screen_box(300, 300, 100, 100)]
    annotator.canvas.bboxes = late
    assert saved("a") == [("cat", 10, 20, 110, 70), ("cat", 150, 150, 200, 200)]
    assert saved("b") == [("dog", 1, 1, 50, 50)]
    assert [drawn_box["label"] for drawn_box in annotator.canvas.bboxes] == ["dog"]
    annotator.submit()  # pressed twice: the second image has not been seen yet
    assert annotator.path == "b.jpg"
    annotator._keys.rendered_revision = annotator._keys.revision  # the browser has caught up
    annotator.canvas.bboxes = [*annotator.canvas.bboxes, screen_box(300, 300, 100, 100)]
    assert saved("b") == [("dog", 1, 1, 50, 50), ("cat", 150, 150, 200, 200)]
    assert len(saved("a")) == 2


@pytest.mark.parametrize(
    "boxes, selected, left, still",
    [
        ([(0, 0), (90, 90)], 1, 1, 0),
        ([(90, 90), (1, 50), (80, 80)], 0, 2, 0),
        ([(0, 0), (90, 90)], 0, 1, -1),
        ([(90, 90), (0, 0)], 1, 2, 1),  # that one is being drawn
    ],
    ids=["selected-after", "selected-before", "selected-removed", "being-drawn"],
)
def test_slips_of_the_mouse_go_when_the_next_box_is_there(annotate, boxes, selected, left, still):
    annotator = annotate()
    annotator.canvas.selected_index = selected
    annotator.canvas.bboxes = [screen_box(5, 5, *size) for size in boxes]
    assert (len(annotator.canvas.bboxes), annotator.canvas.selected_index) == (left, still)


def test_a_broken_annotation_is_never_written_over(annotate, folder):
    (folder / "xml").mkdir()
    (folder / "xml" / "a.xml").write_text("<annotation>")
    annotator = annotate({"b": [], "c": []})
    assert annotator.path == "a.jpg" and annotator.canvas.view_only
    assert "parse" in annotator.bar.status.value
    annotator.canvas.bboxes = [screen_box(20, 40, 200, 100)]
    annotator.submit()
    assert (folder / "xml" / "a.xml").read_text() == "<annotation>"
    assert annotator.path == "b.jpg" and not annotator.canvas.view_only


def test_what_cannot_be_saved_is_reported_and_stays_on_the_screen(annotate, saved, folder):
    annotator = annotate()
    (folder / "xml").write_text("a file where the folder should be")
    annotator.canvas.bboxes = [screen_box(20, 40, 200, 100)]
    assert "Not saved" in annotator.bar.status.value and "xml" in annotator.bar.status.value
    annotator.submit()
    assert annotator.path == "a.jpg"
    (folder / "xml").unlink()
    annotator.submit()
    assert annotator.path == "b.jpg" and len(saved("a")) == 1


def test_boxes_let_the_mouse_through_while_the_button_says_so(annotate):
    annotator = annotate()
    for pressed in (True, False):
        annotator.bar.draw_over.value = pressed
        assert ("draws-over-boxes" in annotator._dom_classes) == pressed


def test_the_kernel_does_not_repeat_what_is_being_drawn(annotate, monkeypatch):
    """The echo of the first touch would come in the middle of the drawing and wipe it away."""
    canvas, sent = annotate().canvas, []
    monkeypatch.setattr(canvas, "_send", lambda message, buffers=None: sent.append(message))
    canvas.set_state({"bboxes": [screen_box(1, 1, 0, 0)], "selected_index": 0, "view_only": True})
    assert [list(message["state"]) for message in sent] == [["view_only"]]
    assert canvas.bboxes == [screen_box(1, 1, 0, 0)]
