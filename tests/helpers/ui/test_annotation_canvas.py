"""Between screen and XML: nothing moves that nobody moved, nothing impossible is kept."""

from dataclasses import replace

import numpy as np
import pytest
from builders import rows_of, screen_box

from helpers.annotations.formats import voc
from helpers.annotations.image_index import ImageIndex
from helpers.ui import annotation_canvas

SIZE = (320, 280)  # shown twice as large, 640x560


@pytest.fixture
def open_canvas(tmp_path, paint, record):
    """Opens an image whose XML has these rows, as the annotator does."""

    def open_it(*rows, size=SIZE, declared=None, orientation=None, **flags):
        paint(tmp_path / "img" / "a.jpg", size, orientation=orientation)
        annotated = record("a.jpg", *rows, size=declared or size, **flags)
        xml = voc.write_one(annotated, tmp_path / "a.xml", tmp_path / "img")
        return annotation_canvas.open_image("a.jpg", xml, ImageIndex(tmp_path / "img"))

    return open_it


def test_boxes_stand_on_the_screen_where_they_are_on_the_image(open_canvas):
    canvas_image = open_canvas(("cat", 10, 20, 110, 70))
    assert (
        canvas_image.thumbnail.image.size,
        canvas_image.thumbnail.width,
        canvas_image.thumbnail.height,
    ) == ((640, 560),) + SIZE
    assert canvas_image.boxes == [screen_box(20, 40, 200, 100, index=0)]
    assert canvas_image.problem == ""


@pytest.mark.parametrize(
    "objects",
    [
        [("cat", 10, 20, 110, 70)],
        [("cat", 0.25, 20.125, 110.5, 70), ("dog", 0, 0, 320, 280)],
        [("cat", 1, 1, 2, 2)],
        [],
    ],
    ids=["whole", "fractions", "tiny", "none"],
)
@pytest.mark.parametrize(
    "size",
    [SIZE, (333, 77), (3000, 2001), (41, 1000)],
    ids=["enlarged", "flat", "shrunk", "upright"],
)
def test_what_nobody_touched_keeps_its_very_numbers(open_canvas, objects, size):
    scale = np.array([size[0] / SIZE[0], size[1] / SIZE[1]] * 2, np.float32)
    objects = [(label, *(np.float32(numbers) * scale)) for label, *numbers in objects]
    canvas_image = open_canvas(*objects, size=size)
    edited = annotation_canvas.edited_record(canvas_image, canvas_image.boxes)
    assert rows_of(edited) == rows_of(canvas_image.record)
    assert annotation_canvas.same_annotation(edited, canvas_image.record)


@pytest.mark.parametrize(
    "drawn, expected",
    [
        (screen_box(20, 40, 200, 100), (10, 20, 110, 70)),
        (screen_box(21, 41, 200, 101), (10, 20, 110, 71)),  # half pixels are rounded to even
        (screen_box(-50, -9, 100, 100), (0, 0, 25, 46)),  # beyond the border: cut
        (screen_box(600, 500, 100, 100), (300, 250, 320, 280)),
        (screen_box(220, 140, -200, -100), (10, 20, 110, 70)),
    ],
    ids=["inside", "half-pixels", "beyond-top-left", "beyond-bottom-right", "drawn-upwards"],
)
def test_a_new_box_is_whole_pixels_inside_the_image(open_canvas, drawn, expected):
    assert rows_of(annotation_canvas.edited_record(open_canvas(), [drawn])) == [
        ("cat", *map(float, expected))
    ]


@pytest.mark.parametrize(
    "drawn",
    [
        screen_box(20, 40, 0, 0),
        screen_box(20, 40, 2, 100),
        screen_box(20, 40, 100, 2),  # a click, or nearly
        screen_box(-300, 40, 100, 100),
        screen_box(640, 0, 50, 50),  # outside
    ],
    ids=["click", "narrow", "flat", "left-of-image", "right-of-image"],
)
def test_what_is_no_box_is_not_saved(open_canvas, drawn):
    assert rows_of(annotation_canvas.edited_record(open_canvas(), [drawn])) == []


@pytest.mark.parametrize("width, slip", [(0, True), (2, True), (-2, True), (3, False)])
def test_a_slip_of_the_mouse_is_told_by_its_size(width, slip):
    assert (
        annotation_canvas.is_accidental(screen_box(5, 5, width, 50))
        == annotation_canvas.is_accidental(screen_box(5, 5, 50, width))
        == slip
    )
    assert not annotation_canvas.is_accidental(screen_box(5, 5, width, 50, index=0))


def test_flags_stay_with_their_boxes(open_canvas):
    canvas_image = open_canvas(
        ("cat", 10, 20, 110, 70),
        ("dog", 1, 1, 50, 50),
        ("cow", 2, 2, 60, 60),
        truncated=(True, False, False),
        difficult=(False, False, True),
        extras=({}, {"voc": {"pose": "Left"}}, {}),
    )
    first, dog, cow = canvas_image.boxes
    moved = dict(cow, x=100, label="ox")
    edited = annotation_canvas.edited_record(
        canvas_image, [moved, dog, screen_box(0, 0, 50, 50, "new")]
    )
    assert edited.objects.labels == ("ox", "dog", "new")
    assert edited.objects.truncated.tolist() == [False, False, False]
    assert edited.objects.difficult.tolist() == [True, False, False]
    assert edited.objects.extras == ({}, {"voc": {"pose": "Left"}}, {})
    assert rows_of(edited)[1] == ("dog", 1, 1, 50, 50)
    assert rows_of(edited)[0] == ("ox", 50, 2, 108, 60)


@pytest.mark.parametrize(
    "objects, expected",
    [
        (("cat", 110, 70, 10, 20), [("cat", 10, 20, 110, 70)]),  # swapped
        (("cat", -5, 20, 400, 70), [("cat", 0, 20, 320, 70)]),  # beyond
        (("cat", 400, 20, 500, 70), []),  # outside
        (("cat", 10, 20, 10, 70), []),  # no area
    ],
    ids=["swapped", "beyond", "outside", "no-area"],
)
def test_saving_fixes_what_was_impossible_as_it_is_shown(open_canvas, objects, expected):
    canvas_image = open_canvas(objects)
    assert rows_of(annotation_canvas.edited_record(canvas_image, canvas_image.boxes)) == expected
    assert not annotation_canvas.same_annotation(
        annotation_canvas.edited_record(canvas_image, canvas_image.boxes), canvas_image.record
    )


def test_an_object_without_numbers_is_not_shown(open_canvas, tmp_path):
    canvas_image = open_canvas(("cat", 10, 20, 110, 70), ("dog", 1, 1, 50, 50))
    text = (tmp_path / "a.xml").read_text().replace(">10<", ">ten<")
    (tmp_path / "a.xml").write_text(text)
    canvas_image = annotation_canvas.open_image(
        "a.jpg", tmp_path / "a.xml", ImageIndex(tmp_path / "img")
    )
    assert [(shown["label"], shown["index"]) for shown in canvas_image.boxes] == [("dog", 1)]
    assert rows_of(annotation_canvas.edited_record(canvas_image, canvas_image.boxes)) == [
        ("dog", 1, 1, 50, 50)
    ]


@pytest.mark.parametrize(
    "declared, frame, width",
    [((320, 280), (320, 280), 20), ((280, 320), (280, 320), 20), (None, (280, 320), 20)],
    ids=["stored", "upright", "no-xml"],
)
def test_a_turned_image_is_shown_in_the_frame_of_its_boxes(
    open_canvas, tmp_path, declared, frame, width
):
    """EXIF says that the 320x280 stored pixels are to be turned by a quarter."""
    canvas_image = open_canvas(("cat", 10, 20, 30, 50), declared=declared, orientation=6)
    if declared is None:
        (tmp_path / "a.xml").unlink()
        canvas_image = annotation_canvas.open_image(
            "a.jpg", tmp_path / "a.xml", ImageIndex(tmp_path / "img")
        )
    assert (canvas_image.thumbnail.width, canvas_image.thumbnail.height) == frame
    factor = canvas_image.thumbnail.image.width / frame[0]
    edited = annotation_canvas.edited_record(
        canvas_image, [screen_box(10 * factor, 20 * factor, 20 * factor, 30 * factor)]
    )
    assert rows_of(edited) == [("cat", 10, 20, 30, 50)]
    assert (edited.width, edited.height) == frame


def test_an_image_resized_after_it_was_annotated_takes_its_boxes_along(open_canvas):
    canvas_image = open_canvas(("cat", 100, 200, 300, 400), declared=(640, 560))
    edited = annotation_canvas.edited_record(canvas_image, canvas_image.boxes)
    assert (edited.width, edited.height) == SIZE
    assert rows_of(edited) == [("cat", 50, 100, 150, 200)]


def test_a_large_photo_is_sent_small_and_its_boxes_saved_large(open_canvas):
    canvas_image = open_canvas(size=(4000, 2000))
    assert canvas_image.thumbnail.image.size == (960, 480)
    assert rows_of(
        annotation_canvas.edited_record(canvas_image, [screen_box(96, 48, 480, 240)])
    ) == [("cat", 400, 200, 2400, 1200)]


@pytest.mark.parametrize(
    "spoil, key_term",
    [
        (lambda folder: (folder / "a.xml").write_text("<annotation>"), "parse"),
        (lambda folder: (folder / "a.xml").write_text("<html/>"), "<html>"),
        (lambda folder: (folder / "img" / "a.jpg").write_bytes(b"nothing"), "readable"),
        (lambda folder: (folder / "img" / "a.jpg").unlink(), "such image"),
    ],
    ids=["broken-xml", "other-xml", "no-image-data", "image-missing"],
)
def test_an_unreadable_image_or_xml_is_a_problem(open_canvas, tmp_path, spoil, key_term):
    open_canvas(("cat", 10, 20, 110, 70))
    folder = ImageIndex(tmp_path / "img")
    spoil(tmp_path)
    canvas_image = annotation_canvas.open_image("a.jpg", tmp_path / "a.xml", folder)
    assert key_term in canvas_image.problem
    assert canvas_image.boxes == []


def test_an_xml_in_relative_coordinates_is_not_drawn_over(open_canvas):
    canvas_image = open_canvas(("cat", 0.25, 0.25, 0.5, 0.75))
    assert "a.xml" in canvas_image.problem and "pixels" in canvas_image.problem
    assert canvas_image.boxes == []


@pytest.mark.parametrize(
    "change, same",
    [({}, True), ({"width": 41}, False), ({"path": "b.jpg"}, True)],
    ids=["nothing", "width", "path"],
)
def test_records_are_the_same_when_their_xml_would_be(record, change, same):
    first = record("a.jpg", ("cat", 1, 2, 3, 4))
    assert annotation_canvas.same_annotation(first, replace(first, **change)) == same


@pytest.mark.parametrize(
    "columns, same",
    [
        ({"difficult": (True,)}, False),
        ({"truncated": (True,)}, False),
        ({"truncated": (False,)}, True),
        ({"group_of": (True,)}, True),
    ],
    ids=["difficult", "truncated", "false", "group-of"],
)
def test_records_differ_by_the_flags_that_an_xml_has(record, columns, same):
    first = record("a.jpg", ("cat", 1, 2, 3, 4))
    assert (
        annotation_canvas.same_annotation(first, record("a.jpg", ("cat", 1, 2, 3, 4), **columns))
        == same
    )


@pytest.mark.parametrize(
    "row, same",
    [(("cat", 1, 2, 3, 4), True), (("dog", 1, 2, 3, 4), False), (("cat", 1, 2, 3, 5), False)],
    ids=["same", "label", "corner"],
)
def test_records_differ_by_their_boxes(record, row, same):
    assert (
        annotation_canvas.same_annotation(
            record("a.jpg", ("cat", 1, 2, 3, 4)), record("a.jpg", row)
        )
        == same
    )


@pytest.mark.parametrize(
    "drawn, expected",
    [
        ({"width": 300}, (0.25, 20.125, 150, 70.5)),
        ({"x": -20, "width": 241}, (0, 20.125, 110.5, 70.5)),
        ({"x": 100.5}, (50.25, 20.125, 160.5, 70.5)),
        ({"y": 0.25, "label": "dog"}, (0.25, 0.125, 110.5, 50.5)),
    ],
    ids=["right-edge", "left-edge", "moved-across", "moved-up"],
)
def test_an_edge_that_nobody_moved_keeps_its_very_number(open_canvas, drawn, expected):
    canvas_image = open_canvas(("cat", 0.25, 20.125, 110.5, 70.5))
    edited = annotation_canvas.edited_record(canvas_image, [dict(canvas_image.boxes[0], **drawn)])
    assert rows_of(edited)[0][1:] == expected


@pytest.mark.parametrize(
    "rows, expected",
    [
        ([("cat", 1, 2, 3, 4), ("cat", 1, 2, 3, 5)], "box 1"),
        ([("cat", 1, 2, 3, 5), ("cat", 1, 2, 3, 5)], ""),
        ([("cat", 1, 2, 3, 4), ("dog", 1, 2, 3, 5)], ""),
        ([("cat", 1, 2, 3, 4)], ""),
    ],
    ids=["one", "two", "relabelled", "deleted"],
)
def test_what_moved_is_one_box_alone(record, rows, expected):
    before = record("a.jpg", ("cat", 1, 2, 3, 4), ("cat", 1, 2, 3, 4))
    assert annotation_canvas.what_moved(before, record("a.jpg", *rows)) == expected
