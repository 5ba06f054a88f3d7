"""Drafts on the canvas: nothing is annotated before Enter, and nothing that was drawn is lost."""

import pytest
from builders import rows_of, screen_box

from helpers.inference.drafts import Draft, DraftFolder, is_draft
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord

BOXES = [[10, 20, 110, 70], [150, 150, 200, 200]]


@pytest.fixture
def place(folder):
    return DraftFolder(folder / "drafts", folder / "img")


@pytest.fixture
def drafted(annotate, folder, place):
    """An annotator with two drafts on ``b.jpg`` and one on ``c.jpg``, of which it is less sure."""

    def start(annotated=None, **options):
        for name, boxes, uncertainty in (("b.jpg", BOXES, 0.5), ("c.jpg", BOXES[:1], 2.0)):
            objects = LabeledBoxes(boxes, ["cat"] * len(boxes), [0.9] * len(boxes))
            record = ImageRecord(name, 320, 280, objects)
            place.write(Draft.of(record, uncertainty, "key"))
        return annotate(annotated, drafts=folder / "drafts", **options)

    return start


def dashed(annotator):
    return [
        "draft" in box
        and [box[key] for key in ("x", "y", "width", "height", "label")] == box["draft"]
        for box in annotator.canvas.bboxes
    ]


def test_least_certain_photos_come_first_and_their_drafts_are_dashed(drafted, saved):
    annotator = drafted()
    assert annotator.paths == ["c.jpg", "b.jpg", "a.jpg"]
    assert annotator.path == "c.jpg" and dashed(annotator) == [True]
    assert "1 drafts" in annotator.bar.status.value
    annotator.skip()
    assert annotator.path == "b.jpg" and dashed(annotator) == [True, True]
    assert saved("c") is None and saved("b") is None


def test_classes_of_all_drafts_can_be_chosen(drafted, place):
    pig = LabeledBoxes(BOXES[:1], ["pig"], [0.9])
    place.write(Draft.of(ImageRecord("a.jpg", 320, 280, pig), 0.1, "key"))
    assert drafted(classes=("dog",)).canvas.classes == ["dog", "cat", "pig"]


def test_enter_accepts_what_is_shown(drafted, saved, place):
    annotator = drafted()
    annotator.submit()
    assert saved("c") == [("cat", 10, 20, 110, 70)] and place.read("c.jpg") is None
    annotator.canvas.bboxes = annotator.canvas.bboxes[1:]  # the first is wrong
    assert saved("b") is None
    annotator.submit()
    assert saved("b") == [("cat", 150, 150, 200, 200)] and place.paths() == []
    annotator.go_to("c.jpg")
    assert dashed(annotator) == [False]


def test_a_photo_whose_drafts_are_all_wrong_is_a_negative(drafted, saved):
    annotator = drafted()
    annotator.canvas.bboxes = []
    annotator.submit()
    assert saved("c") == []


def test_what_is_drawn_beside_drafts_waits_with_them(drafted, saved, place, annotate, folder):
    annotator = drafted()
    drawn = screen_box(300, 300, 100, 100, "dog")
    annotator.canvas.bboxes = [*annotator.canvas.bboxes, drawn]
    assert saved("c") is None
    draft = place.read("c.jpg")
    assert draft.edited and rows_of(draft.record)[1] == ("dog", 150, 150, 200, 200)
    again = annotate(drafts=folder / "drafts")
    assert again.path == "c.jpg" and dashed(again) == [True, False]
    again.submit()
    assert saved("c") == [("cat", 10, 20, 110, 70), ("dog", 150, 150, 200, 200)]


@pytest.mark.parametrize("change", [{"x": 40}, {"label": "dog"}], ids=["moved", "relabelled"])
def test_a_draft_that_somebody_changed_is_no_draft(drafted, place, change):
    annotator = drafted()
    annotator.canvas.bboxes = [dict(annotator.canvas.bboxes[0], **change)]
    assert dashed(annotator) == [False]
    assert not is_draft(place.read("c.jpg").record.objects, 0)


def test_accepting_is_undone_and_done_again(drafted, saved, place):
    annotator = drafted()
    original = place.file_of("c.jpg").read_bytes()
    annotator.submit()
    annotator.undo()
    assert annotator.path == "c.jpg" and dashed(annotator) == [True]
    assert saved("c") is None and place.file_of("c.jpg").read_bytes() == original
    annotator.redo()
    assert len(saved("c")) == 1 and not place.file_of("c.jpg").exists()


def test_deleting_a_draft_is_undone(drafted, place):
    annotator = drafted()
    annotator.skip()
    annotator.canvas.bboxes = annotator.canvas.bboxes[:1]
    assert len(place.read("b.jpg").record.objects) == 1
    annotator.undo()
    assert dashed(annotator) == [True, True] and not place.read("b.jpg").edited


def test_an_annotated_photo_shows_its_xml_and_no_drafts(drafted, folder, saved):
    annotator = drafted({"c": [("dog", 1, 1, 50, 50)]})
    original = (folder / "xml" / "c.xml").read_bytes()
    assert annotator.paths == ["b.jpg", "a.jpg", "c.jpg"]
    annotator.go_to("c.jpg")
    assert [box["label"] for box in annotator.canvas.bboxes] == ["dog"]
    annotator.submit()
    assert (folder / "xml" / "c.xml").read_bytes() == original


def test_an_xml_that_came_meanwhile_takes_what_was_drawn_but_no_drafts(drafted, annotate, saved):
    annotator = drafted()
    annotate({"c": [("dog", 1, 1, 50, 50)]})
    annotator.canvas.bboxes = [*annotator.canvas.bboxes, screen_box(300, 300, 100, 100)]
    assert saved("c") == [("dog", 1, 1, 50, 50), ("cat", 150, 150, 200, 200)]


def test_boxes_of_the_photo_before_are_added_to_the_drafts(drafted, saved, place):
    annotator = drafted({"a": [("dog", 1, 1, 50, 50)]})
    annotator.copy_previous()
    assert saved("c") is None and len(place.read("c.jpg").record.objects) == 2
    assert dashed(annotator) == [True, False]


def test_broken_drafts_are_named_and_nothing_is_written(drafted, place, saved):
    annotator = drafted()
    place.file_of("b.jpg").write_text("{")
    annotator.go_to("b.jpg")
    assert annotator.canvas.view_only and "b.jpg.json" in annotator.bar.status.value
    annotator.submit()
    assert saved("b") is None


def test_drafts_made_again_meanwhile_are_seen_before_they_are_accepted(drafted, place, saved):
    annotator = drafted()
    objects = LabeledBoxes([[1, 1, 90, 90], [100, 100, 150, 150]], ["dog"] * 2, [0.9, 0.8])
    place.write(Draft.of(ImageRecord("c.jpg", 320, 280, objects), 2.0, "other"))
    annotator.submit()
    assert annotator.path == "c.jpg" and saved("c") is None and dashed(annotator) == [True, True]
    assert "meanwhile" in annotator.bar.status.value
    annotator.submit()
    assert annotator.path == "b.jpg" and [row[0] for row in saved("c")] == ["dog", "dog"]
