"""Which image the annotator shows: the first, the next, the one asked for."""

import io

import pytest
from builders import screen_box
from PIL import Image

from helpers.structures.errors import BadInput
from helpers.ui import annotator as annotating
from helpers.ui.annotation_editor import AnnotationEditor
from helpers.ui.annotator import Annotator


@pytest.mark.parametrize(
    "annotated, expected",
    [
        ({}, "a.jpg"),
        ({"a": []}, "b.jpg"),
        ({"b": [("cat", 1, 1, 50, 50)]}, "a.jpg"),
        ({"a": [], "b": []}, "c.jpg"),
        ({"a": [], "b": [], "c": []}, "a.jpg"),
    ],
    ids=["none", "first", "second", "two", "all"],
)
def test_opens_at_the_first_image_without_annotation(annotate, annotated, expected):
    assert annotate(annotated).path == expected


def test_goes_on_where_the_last_one_stopped(annotate, folder):
    first = annotate()
    first.canvas.bboxes = [screen_box(20, 40, 200, 100)]
    first.submit()
    again = Annotator(AnnotationEditor(folder / "img", folder / "xml"))
    assert again.path == "b.jpg"
    again.go_to("a.jpg")
    assert [(drawn_box["label"], drawn_box["x"]) for drawn_box in again.canvas.bboxes] == [
        ("cat", 20)
    ]


@pytest.mark.parametrize(
    "act, path_after, first",
    [("submit", "b.jpg", []), ("skip", "b.jpg", None)],
    ids=["submit", "skip"],
)
def test_an_image_without_boxes_is_annotated_by_submit_alone(
    annotate, saved, act, path_after, first
):
    annotator = annotate()
    getattr(annotator, act)()
    assert (annotator.path, saved("a")) == (path_after, first)


def test_an_image_that_was_looked_at_alone_is_not_written(annotate, folder):
    annotator = annotate({"a": [("cat", 1.25, 1, 50, 50)], "b": [], "c": []})
    (folder / "xml" / "a.xml").write_text((folder / "xml" / "a.xml").read_text() + "<!-- mine -->")
    for act in (
        annotator.submit,
        annotator.submit,
        annotator.bar.previous.click,
        annotator.bar.previous.click,
    ):
        act()
    assert annotator.path == "a.jpg"
    assert "<!-- mine -->" in (folder / "xml" / "a.xml").read_text()


def test_the_image_is_the_one_whose_name_is_shown(annotate, folder):
    Image.new("RGB", (320, 280), "white").save(str(folder / "img" / "b.jpg"))
    annotator = annotate({"a": []})
    assert annotator.path == "b.jpg" and "<b>b.jpg</b>" in annotator.bar.status.value
    image = Image.open(io.BytesIO(annotator.canvas.image_bytes))
    assert (image.size, image.getpixel((300, 200))) == ((640, 560), (255, 255, 255))


def test_the_last_image_has_a_note(annotate):
    annotator = annotate({"a": [], "b": []})
    annotator.submit()
    assert annotator.path == "c.jpg" and "last image" in annotator.bar.status.value


def test_numbers_and_buttons_turn_the_pages(annotate):
    annotator = annotate({"a": [], "c": []})
    annotator.bar.number.value = 3
    assert annotator.path == "c.jpg"
    annotator.bar.first_unannotated.click()
    assert annotator.path == "b.jpg"
    annotator.bar.previous.click()
    assert annotator.path == "a.jpg"


def test_messages_of_the_widget_arrive(annotate, saved):
    annotator = annotate()
    annotator.canvas._handle_custom_msg({"type": "skip"}, [])
    annotator.canvas._handle_custom_msg({"type": "submit"}, [])
    assert (annotator.path, saved("a"), saved("b")) == ("c.jpg", None, [])


@pytest.mark.parametrize(
    "act, message",
    [
        (lambda folder: annotating.annotate(folder / "none", folder / "xml"), "none: .*folder"),
        (lambda folder: annotating.annotate(folder / "xml", folder / "xml"), "xml: .*no image"),
        (
            lambda folder: annotating.annotate(folder / "img", folder / "xml").go_to("z.jpg"),
            "z.jpg: .*no such",
        ),
    ],
    ids=["no-folder", "empty-folder", "unknown-path"],
)
def test_there_has_to_be_an_image(folder, act, message):
    (folder / "xml").mkdir()
    with pytest.raises(BadInput, match=message):
        act(folder)


@pytest.mark.parametrize(
    "xml_files, drawn",
    [
        ({}, True),
        ({".DS_Store": ""}, True),
        ({"a.xml": "<annotation/>", "classes.txt": "cat"}, True),
        ({"labels.txt": "0 .5 .5 .1 .1"}, False),
        ({"": "{}"}, False),
    ],
    ids=["no-folder", "hidden-file", "xml-and-text", "yolo", "a-file"],
)
def test_only_xml_is_drawn(folder, xml_files, drawn):
    for name, text in xml_files.items():
        path = folder / "xml" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    started = annotating.annotate(folder / "img", folder / "xml")
    assert isinstance(started, Annotator) == drawn
    assert drawn or "no XML" in started.data
