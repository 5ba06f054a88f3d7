"""The annotator without a browser: each change is in the XML at once, each XML is the right one.

What the browser would send is set on the widgets here; ``tests/notebooks/test_browser.py`` draws
with a real mouse.
"""

import io

import pytest
from PIL import Image

from helpers.annotations import voc
from helpers.annotations.image_index import ImageIndex
from helpers.structures.errors import BadInput
from helpers.ui import annotator as annotating
from helpers.ui.annotator import Annotator

SIZE = (320, 280)  # shown twice as large


@pytest.fixture
def folder(tmp_path, paint):
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        paint(tmp_path / "img" / name, SIZE)
    return tmp_path


@pytest.fixture
def annotate(folder, record):
    """An annotator on these rows of these images; the browser shows what it is given at once."""

    def start(annotated=None, classes=("cat", "dog")):
        for name, objects in (annotated or {}).items():
            voc.write_one(
                record(f"{name}.jpg", *objects, size=SIZE),
                folder / "xml" / f"{name}.xml",
                folder / "img",
            )
        annotator = Annotator(folder / "img", folder / "xml", classes)
        annotator._keys.observe(lambda change: shown(annotator), "revision")
        shown(annotator)
        return annotator

    return start


def shown(annotator):
    """What the browser answers once it has come to the last change."""
    annotator._keys.rendered_revision = annotator._keys.revision


def box(x, y, width, height, label="cat"):
    return dict(x=x, y=y, width=width, height=height, label=label)


def saved(folder, name):
    """The boxes in an XML; ``None`` when there is no XML."""
    path = folder / "xml" / f"{name}.xml"
    if not path.exists():
        return None
    record, findings = voc.read_one(path, ImageIndex(folder / "img"))
    assert not findings
    return [
        (label, *numbers)
        for label, numbers in zip(record.objects.labels, record.objects.boxes.tolist())
    ]


def test_drawing_moving_relabelling_and_deleting_are_saved_at_once(annotate, folder):
    annotator = annotate()
    annotator.canvas.bboxes = [box(20, 40, 0, 0)]  # the button goes down ...
    assert saved(folder, "a") is None
    annotator.canvas.bboxes = [box(20, 40, 200, 100)]  # ... and up
    assert saved(folder, "a") == [("cat", 10, 20, 110, 70)]
    annotator.canvas.bboxes = [box(40, 40, 200, 100)]
    assert saved(folder, "a") == [("cat", 20, 20, 120, 70)]
    annotator.canvas.bboxes = [box(40, 40, 200, 100, "dog")]
    assert saved(folder, "a") == [("dog", 20, 20, 120, 70)]
    annotator.canvas.bboxes = []
    assert saved(folder, "a") == []


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
    first.canvas.bboxes = [box(20, 40, 200, 100)]
    first.submit()
    again = Annotator(folder / "img", folder / "xml")
    assert again.path == "b.jpg"
    again.go_to("a.jpg")
    assert [(drawn_box["label"], drawn_box["x"]) for drawn_box in again.canvas.bboxes] == [
        ("cat", 20)
    ]


@pytest.mark.parametrize(
    "act, path_after, first", [("submit", "b.jpg", []), ("skip", "b.jpg", None)]
)
def test_an_image_without_boxes_is_annotated_by_submit_alone(
    annotate, folder, act, path_after, first
):
    annotator = annotate()
    getattr(annotator, act)()
    assert (annotator.path, saved(folder, "a")) == (path_after, first)


def test_an_image_that_was_looked_at_alone_is_not_written(annotate, folder):
    annotator = annotate({"a": [("cat", 1.25, 1, 50, 50)], "b": [], "c": []})
    (folder / "xml" / "a.xml").write_text((folder / "xml" / "a.xml").read_text() + "<!-- mine -->")
    for act in (
        annotator.submit,
        annotator.submit,
        annotator.previous.click,
        annotator.previous.click,
    ):
        act()
    assert annotator.path == "a.jpg"
    assert "<!-- mine -->" in (folder / "xml" / "a.xml").read_text()


def test_the_image_is_the_one_whose_name_is_shown(annotate, folder):
    Image.new("RGB", SIZE, "white").save(str(folder / "img" / "b.jpg"))
    annotator = annotate({"a": []})
    assert annotator.path == "b.jpg" and "<b>b.jpg</b>" in annotator.status.value
    image = Image.open(io.BytesIO(annotator.canvas.image_bytes))
    assert (image.size, image.getpixel((300, 200))) == ((640, 560), (255, 255, 255))


def test_the_last_image_is_said_to_be_the_last(annotate):
    annotator = annotate({"a": [], "b": []})
    annotator.submit()
    assert annotator.path == "c.jpg" and "the last image" in annotator.status.value


def test_what_was_drawn_before_the_next_image_came_belongs_to_the_one_before(annotate, folder):
    """The browser is behind: it still shows the image before, and the person draws on that."""
    annotator = annotate({"b": [("dog", 1, 1, 50, 50)]})
    annotator.canvas.bboxes = [box(20, 40, 200, 100)]
    annotator._keys.unobserve_all()
    annotator.submit()
    late = [box(20, 40, 200, 100), box(300, 300, 100, 100)]
    annotator.canvas.bboxes = late
    assert saved(folder, "a") == [("cat", 10, 20, 110, 70), ("cat", 150, 150, 200, 200)]
    assert saved(folder, "b") == [("dog", 1, 1, 50, 50)]
    assert [drawn_box["label"] for drawn_box in annotator.canvas.bboxes] == ["dog"]
    annotator.submit()  # pressed twice: the second image has not been seen yet
    assert annotator.path == "b.jpg"
    shown(annotator)
    annotator.canvas.bboxes = [*annotator.canvas.bboxes, box(300, 300, 100, 100)]
    assert saved(folder, "b") == [("dog", 1, 1, 50, 50), ("cat", 150, 150, 200, 200)]
    assert len(saved(folder, "a")) == 2


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
    annotator.canvas.bboxes = [box(5, 5, *size) for size in boxes]
    assert (len(annotator.canvas.bboxes), annotator.canvas.selected_index) == (left, still)


def test_a_broken_annotation_is_never_written_over(annotate, folder):
    (folder / "xml").mkdir()
    (folder / "xml" / "a.xml").write_text("<annotation>")
    annotator = annotate({"b": [], "c": []})
    assert annotator.path == "a.jpg" and annotator.canvas.view_only
    assert "does not parse" in annotator.status.value
    annotator.canvas.bboxes = [box(20, 40, 200, 100)]
    annotator.submit()
    assert (folder / "xml" / "a.xml").read_text() == "<annotation>"
    assert annotator.path == "b.jpg" and not annotator.canvas.view_only


def test_what_cannot_be_saved_is_said_and_stays_on_the_screen(annotate, folder):
    annotator = annotate()
    (folder / "xml").write_text("a file where the folder should be")
    annotator.canvas.bboxes = [box(20, 40, 200, 100)]
    assert "Not saved." in annotator.status.value and "xml" in annotator.status.value
    annotator.submit()
    assert annotator.path == "a.jpg"
    (folder / "xml").unlink()
    annotator.submit()
    assert annotator.path == "b.jpg" and len(saved(folder, "a")) == 1


def test_classes_keep_their_order_and_those_of_the_xml_are_added(annotate):
    annotator = annotate(
        {"a": [("cow", 1, 1, 50, 50), ("cat", 1, 1, 50, 50), (" ", 1, 1, 9, 9)], "b": [], "c": []},
        classes=("dog", "cat"),
    )
    assert annotator.canvas.classes == ["dog", "cat", "cow"]


def test_a_typed_class_is_chosen_even_though_the_widget_takes_the_first(annotate):
    annotator = annotate()
    annotator.canvas.label = "dog"
    annotator.class_input.value = " cow "
    assert annotator.canvas.classes == ["cat", "dog", "cow"]
    annotator.canvas.label = "cat"  # what the widget's script does when classes change
    assert annotator.canvas.label == "cow"
    annotator.canvas.label = "dog"  # what the person does afterwards
    assert annotator.canvas.label == "dog"
    annotator.class_input.value = "cat"
    assert (annotator.canvas.classes, annotator.canvas.label) == (["cat", "dog", "cow"], "cat")


def test_without_a_class_nothing_can_be_drawn(annotate):
    annotator = annotate(classes=())
    assert annotator.canvas.view_only and "Name a class" in annotator.status.value
    annotator.class_input.value = "cat"
    assert not annotator.canvas.view_only and "Name a class" not in annotator.status.value


def test_boxes_let_the_mouse_through_while_the_button_says_so(annotate):
    annotator = annotate()
    for pressed in (True, False):
        annotator.draw_over.value = pressed
        assert ("draws-over-boxes" in annotator._dom_classes) == pressed


def test_numbers_and_buttons_turn_the_pages(annotate):
    annotator = annotate({"a": [], "c": []})
    annotator.number.value = 3
    assert annotator.path == "c.jpg"
    annotator.first_unannotated.click()
    assert annotator.path == "b.jpg"
    annotator.previous.click()
    assert annotator.path == "a.jpg"


def test_the_kernel_does_not_repeat_what_is_being_drawn(annotate, monkeypatch):
    """The echo of the first touch would come in the middle of the drawing and wipe it away."""
    canvas, sent = annotate().canvas, []
    monkeypatch.setattr(canvas, "_send", lambda message, buffers=None: sent.append(message))
    canvas.set_state({"bboxes": [box(1, 1, 0, 0)], "selected_index": 0, "view_only": True})
    assert [list(message["state"]) for message in sent] == [["view_only"]]
    assert canvas.bboxes == [box(1, 1, 0, 0)]


def test_messages_of_the_widget_arrive(annotate, folder):
    annotator = annotate()
    annotator.canvas._handle_custom_msg({"type": "skip"}, [])
    annotator.canvas._handle_custom_msg({"type": "submit"}, [])
    assert (annotator.path, saved(folder, "a"), saved(folder, "b")) == ("c.jpg", None, [])


@pytest.mark.parametrize(
    "act, message",
    [
        (lambda folder: Annotator(folder / "none", folder), "no such folder"),
        (lambda folder: Annotator(folder / "xml", folder), "no image"),
        (lambda folder: Annotator(folder / "img", folder).go_to("z.jpg"), "z.jpg: found no such"),
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
    assert drawn or "holds no XML" in started.data


@pytest.mark.parametrize(
    "offered, expected",
    [("", ["cow", "dog"]), ("dog, cat,", ["dog", "cat", "cow"]), (" , ", ["cow", "dog"])],
    ids=["none", "own-first", "blanks"],
)
def test_the_classes_of_all_xml_are_offered(annotate, folder, offered, expected):
    annotate({"b": [("dog", 1, 1, 50, 50), (" cow ", 1, 1, 50, 50), ("", 1, 1, 50, 50)]})
    started = annotating.annotate(folder / "img", folder / "xml", offered, folder / "cache")
    assert (started.path, started.canvas.classes) == ("a.jpg", expected)
