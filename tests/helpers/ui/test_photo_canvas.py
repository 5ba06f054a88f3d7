"""Zoom and pan: boxes keep their place on the photo to the last digit, in every view."""

import io

import numpy as np
import pytest
from builders import screen_box
from PIL import Image

from helpers.annotations.formats import voc

PLACE = (1503, 1207, 1523, 1227)  # an object of 20 pixels in a photo of 12 megapixels


@pytest.fixture
def large(annotate, folder):
    """An annotator on a photo of 12 megapixels, with one bright object on grey."""
    pixels = np.full((3000, 4000, 3), 90, np.uint8)
    pixels[PLACE[1] : PLACE[3], PLACE[0] : PLACE[2]] = 255
    Image.fromarray(pixels).save(str(folder / "img" / "a.jpg"), quality=95)
    return annotate()


def gesture(annotator, **content):
    """What the browser sends for a gesture of the mouse."""
    annotator.canvas._handle_custom_msg(content, [])


def press(annotator, key):
    annotator._keys._handle_custom_msg({"key": key}, [])


def bright(annotator):
    """Where the object is on the canvas, as a person would see it."""
    image = np.asarray(Image.open(io.BytesIO(annotator.canvas.image_bytes)).convert("L"))
    down, across = np.nonzero(image > 170)
    return across.min(), down.min(), across.max() + 1, down.max() + 1


def zoom_in(annotator):
    """As a person does: drags around the object, then again, more closely."""
    view = annotator._photo.image.view
    for margin in (200, 20):
        corners = [(PLACE[0] - margin, PLACE[1] - margin), (PLACE[2] + margin, PLACE[3] + margin)]
        first, second = annotator._photo.image.view.to_canvas(corners).tolist()
        gesture(annotator, type="region", first=first, second=second)
    assert annotator._photo.image.view.zoom > view.zoom
    assert annotator._photo.image.view.canvas == view.canvas


def test_an_object_of_20_pixels_in_12_megapixels_is_drawn_within_one(large, saved):
    left, top, right, bottom = bright(large)
    assert right - left < 5  # in the view of the whole photo a pixel of the canvas is five
    zoom_in(large)
    left, top, right, bottom = (int(value) for value in bright(large))
    assert right - left > 80
    large.canvas.bboxes = [screen_box(left, top, right - left, bottom - top)]
    ((_, *corners),) = saved("a")
    assert corners == pytest.approx(PLACE, abs=1)


def there_and_back(annotator):
    for key in "+++---":
        press(annotator, key)


@pytest.mark.parametrize(
    "act",
    [
        lambda annotator: press(annotator, "+"),
        lambda annotator: gesture(annotator, type="zoom", factor=7.3, at=[101.5, 333.25]),
        lambda annotator: (press(annotator, "+"), press(annotator, "ArrowRight")),
        lambda annotator: (press(annotator, "+"), gesture(annotator, type="pan", by=[33, -7])),
        zoom_in,
        there_and_back,
    ],
    ids=["key", "wheel", "arrow", "pan", "region", "there-and-back"],
)
def test_boxes_that_nobody_edits_keep_their_very_numbers(large, folder, saved, record, act):
    rows = [("cat", 0.25, 17.125, 3999.5, 2999), ("dog", *PLACE)]
    annotated = record("a.jpg", *rows, size=(4000, 3000))
    path = voc.write_one(annotated, folder / "xml" / "a.xml", folder / "img")
    original = path.read_bytes()
    large.go_to("a.jpg")
    shown = large.canvas.bboxes
    act(large)
    assert act is there_and_back or large.canvas.bboxes != shown
    large.submit()
    assert path.read_bytes() == original
    large.go_to("a.jpg")
    act(large)
    large.canvas.bboxes = [large.canvas.bboxes[0]]  # the other one is deleted
    assert saved("a") == [rows[0]]


def test_a_drawn_box_stays_in_its_place_in_every_view(large, saved):
    zoom_in(large)
    large.canvas.bboxes = [screen_box(100, 100, 200, 200)]
    before = saved("a")
    for key in ("-", "ArrowLeft", "-", "-", "+", "ArrowDown"):
        press(large, key)
        large.canvas.bboxes = [dict(large.canvas.bboxes[0], label="dog")]
        large.canvas.bboxes = [dict(large.canvas.bboxes[0], label="cat")]
    assert saved("a") == before


def test_a_box_drawn_in_the_view_before_keeps_its_place(large, saved):
    """The browser is behind: the person draws on what it still shows."""
    large._keys.unobserve_all()
    press(large, "+")
    press(large, "+")
    large.canvas.bboxes = [screen_box(100, 100, 200, 200)]
    scale = large._photo._shown[large._keys.rendered_revision].view.scale
    ((_, *corners),) = saved("a")
    assert corners == pytest.approx(
        [100 / scale[0], 100 / scale[1], 300 / scale[0], 300 / scale[1]], abs=1
    )
    shown = large.canvas.bboxes[0]
    assert large._photo.image.view.to_canvas([corners[:2]])[0] == pytest.approx(
        [shown["x"], shown["y"]]
    )


def test_undo_keeps_the_view(large):
    zoom_in(large)
    view = large._photo.image.view
    large.canvas.bboxes = [screen_box(100, 100, 200, 200)]
    large.undo()
    assert large._photo.image.view == view and large.canvas.bboxes == []


def test_the_selected_box_stays_selected(large):
    large.canvas.bboxes = [screen_box(10, 10, 50, 50), screen_box(100, 100, 50, 50)]
    large.canvas.selected_index = 1
    press(large, "+")
    assert large.canvas.selected_index == 1


def test_the_next_photo_is_shown_whole(large):
    zoom_in(large)
    large.bar.whole.click()
    assert large._photo.image.view.zoom == 1
    large.bar.zoom_in.click()
    assert large._photo.image.view.zoom > 1
    large.submit()
    assert large._photo.image.view.zoom == 1


def test_a_photo_that_is_gone_is_a_message(large, folder):
    (folder / "img" / "a.jpg").unlink()
    press(large, "+")
    assert "a.jpg" in large.bar.status.value and large._photo.image.view.zoom == 1


def test_an_unreadable_photo_is_not_zoomed(annotate, folder):
    (folder / "img" / "a.jpg").write_bytes(b"nothing")
    annotator = annotate()
    press(annotator, "+")
    assert annotator._photo.image.view.zoom == 1
