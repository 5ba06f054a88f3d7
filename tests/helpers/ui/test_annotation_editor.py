"""What the annotator does to files, without any widget."""

import pytest
from builders import screen_box

from helpers.structures.errors import BadInput
from helpers.ui.annotation_editor import AnnotationEditor


@pytest.fixture
def editor(folder):
    return AnnotationEditor(folder / "img", folder / "xml")


def test_an_image_is_annotated_once_it_has_an_xml(editor):
    assert editor.paths == ["a.jpg", "b.jpg", "c.jpg"]
    image = editor.open("b.jpg")
    editor.save(image, [])
    assert not editor.is_annotated("b.jpg")
    editor.save(image, [], done=True)
    assert editor.is_annotated("b.jpg") and not editor.is_annotated("a.jpg")


def test_the_state_counts_what_is_saved(editor):
    image = editor.open("a.jpg")
    unannotated = editor.state("a.jpg")
    editor.save(image, [screen_box(20, 40, 200, 100)])
    assert "a.xml: 1" in editor.state("a.jpg") != unannotated


def test_one_undo_for_each_save(editor):
    image = editor.open("a.jpg")
    boxes = [screen_box(20, 40, 200, 100), screen_box(300, 300, 100, 100)]
    for count in (1, 2, 2):  # the last changes nothing
        editor.save(image, boxes[:count])
    assert [editor.undo() for _ in range(3)] == ["a.jpg", "a.jpg", None]
    assert not editor.is_annotated("a.jpg")
    assert editor.redo() == "a.jpg" and editor.is_annotated("a.jpg")


def test_a_moved_box_is_undone_as_one(editor):
    image = editor.open("a.jpg")
    boxes = [screen_box(20, 40, 200, 100)]
    editor.save(image, boxes)
    for x in (22, 24, 26):  # a key held down
        editor.save(image, [dict(boxes[0], x=x)])
    assert [editor.undo() for _ in range(3)] == ["a.jpg", "a.jpg", None]


@pytest.mark.parametrize("act", ["require", "with_previous"])
def test_there_has_to_be_an_image(editor, act):
    with pytest.raises(BadInput, match=r"z\.jpg|a\.jpg"):
        if act == "require":
            editor.require("z.jpg")
        else:
            editor.with_previous(editor.open("a.jpg"), [])


def test_the_previous_image_must_be_readable(editor, folder):
    (folder / "xml").mkdir()
    (folder / "xml" / "a.xml").write_text("<annotation>")
    with pytest.raises(BadInput, match=r"a\.xml"):
        editor.with_previous(editor.open("b.jpg"), [])


def test_a_folder_without_images_is_refused(folder):
    (folder / "none").mkdir()
    with pytest.raises(BadInput, match="none"):
        AnnotationEditor(folder / "none", folder / "xml")
