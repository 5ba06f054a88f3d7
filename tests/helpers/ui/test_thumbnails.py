"""Images for the screen: in the frame of their boxes, small."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from helpers.structures.errors import BadInput
from helpers.ui import plots, thumbnails

MAX_SIZE = (100, 100)


@pytest.mark.parametrize(
    "orientation, size",
    [(1, (80, 60)), (6, (80, 60)), (6, (60, 80)), (3, (80, 60)), (8, (60, 80))],
    ids=["upright", "stored frame", "shown frame", "upside down", "turned left"],
)
def test_the_frame_is_that_of_the_boxes(tmp_path, paint, record, orientation, size):
    paint(tmp_path / "a.jpg", (80, 60), orientation=orientation)
    annotated = record("a.jpg", size=size)
    thumbnail = thumbnails.make_thumbnail(annotated, tmp_path, MAX_SIZE)
    assert (thumbnail.image.size, thumbnail.width, thumbnail.height) == (size,) + size
    assert (
        np.abs(np.asarray(thumbnail.image).astype(int) - plots.load(annotated, tmp_path)).mean() < 2
    )


@pytest.mark.parametrize(
    "size, enlarge, shown",
    [
        ((80, 60), 1, (80, 60)),
        ((400, 200), 1, (100, 50)),
        ((200, 400), 1, (50, 100)),
        ((20, 10), 3, (60, 30)),
        ((60, 30), 3, (100, 50)),
        ((1000, 2), 1, (100, 1)),
    ],
    ids=["fits", "wide", "tall", "enlarged", "enlarged to the limit", "one row of pixels"],
)
@pytest.mark.parametrize("mode, name", [("RGB", "a.jpg"), ("L", "a.png"), ("CMYK", "b.jpg")])
def test_an_image_fits_into_the_room(tmp_path, paint, record, size, enlarge, shown, mode, name):
    paint(tmp_path / name, size, mode)
    thumbnail = thumbnails.make_thumbnail(record(name, size=size), tmp_path, MAX_SIZE, enlarge)
    assert (thumbnail.image.size, thumbnail.image.mode) == (shown, "RGB")
    assert (thumbnail.width, thumbnail.height) == size


def test_an_image_of_another_size_than_its_annotation_is_shown_upright(tmp_path, paint, record):
    paint(tmp_path / "a.jpg", (80, 60), orientation=6)
    thumbnail = thumbnails.make_thumbnail(record("a.jpg", size=(500, 500)), tmp_path, MAX_SIZE)
    assert (thumbnail.width, thumbnail.height) == (60, 80)


@pytest.mark.parametrize(
    "content, key_term",
    [(b"", "0 bytes"), (b"no image", "8 bytes"), (None, "such image")],
    ids=["empty", "text", "missing"],
)
def test_what_is_no_image_is_refused(tmp_path, record, content, key_term):
    if content is not None:
        (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(BadInput, match=f"a.jpg.*{key_term}"):
        thumbnails.make_thumbnail(record("a.jpg"), tmp_path, MAX_SIZE)


def test_an_image_that_ends_early_is_refused(tmp_path, paint, record):
    path = paint(tmp_path / "a.jpg", (400, 300))
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(BadInput, match="a.jpg: .*decode"):
        thumbnails.make_thumbnail(record("a.jpg", size=(400, 300)), tmp_path, MAX_SIZE)


def test_too_many_pixels_are_not_decoded(tmp_path, paint, record, monkeypatch):
    paint(tmp_path / "a.jpg", (80, 60))
    monkeypatch.setattr(thumbnails, "MAX_PIXELS", 80 * 60 - 1)
    monkeypatch.setattr(Image.Image, "resize", None)
    with pytest.raises(BadInput, match="80x60 pixels"):
        thumbnails.make_thumbnail(record("a.jpg", size=(80, 60)), tmp_path, MAX_SIZE)


@pytest.mark.parametrize(
    "size, enlarge, shown",
    [((400, 200), 1, (100, 50)), ((20, 10), 3, (60, 30))],
    ids=["reduced", "enlarged"],
)
def test_an_image_of_the_records_fits_too(tmp_path, paint, size, enlarge, shown):
    path = paint(tmp_path / "a.jpg", size)
    small = thumbnails.from_bytes(path.read_bytes(), "a.jpg", size, MAX_SIZE, enlarge)
    assert (small.size, small.mode) == (shown, "RGB")
    whole = Image.open(str(path)).resize(shown)
    assert np.abs(np.asarray(small).astype(int) - np.asarray(whole)).mean() < 4


@pytest.mark.parametrize("encoded", [b"", b"no image"], ids=["empty", "text"])
def test_bytes_that_are_no_image_are_refused(encoded):
    with pytest.raises(BadInput, match="sub/a.jpg"):
        thumbnails.from_bytes(encoded, "sub/a.jpg", (40, 30), MAX_SIZE)


@pytest.mark.parametrize(
    "rows, expected",
    [
        ([], np.empty((0, 4))),
        ([("a", 0, 0, 40, 30)], [[0, 0, 80, 90]]),
        ([("a", 30, 25, 10, 5)], [[20, 15, 60, 75]]),
    ],
    ids=["none", "whole-image", "swapped"],
)
def test_boxes_come_along(record, rows, expected):
    image = Image.new("RGB", (80, 90))
    np.testing.assert_allclose(
        thumbnails.boxes_on_thumbnail(record("a.jpg", *rows), image), expected
    )


def test_marks_have_the_colour_of_their_class(record):
    annotated = record("a.jpg", ("cat", 1, 2, 3, 4), ("dog", 1, 2, 3, 4))
    first, second = thumbnails.class_boxes(annotated, Image.new("RGB", (40, 30)), ["cat", "dog"])
    assert (first.colour, first.text) == (plots.PALETTE[0], "cat")
    assert (second.colour, second.text) == (plots.PALETTE[1], "dog")


def test_an_error_stands_in_for_an_image():
    long, short = (
        thumbnails.error_image(BadInput(f"/photos/a.jpg: {text}. Remove it."), folder, (200, 100))
        for text, folder in (("no image", "/elsewhere"), ("no image", "/photos"))
    )
    assert long.size == short.size == (200, 50)
    ink = [
        sum(count for count, colour in image.getcolors(10_000) if colour != (221, 221, 221))
        for image in (long, short)
    ]
    assert ink[0] > ink[1] > 50


def test_html_holds_the_image(tmp_path):
    shown = thumbnails.as_html(Image.new("RGB", (7, 5)), "a &lt; b")
    data = re.search('src="data:image/jpeg;base64,([^"]+)"', shown).group(1)
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (7, 5)
    assert 'alt="a &lt; b"' in shown
