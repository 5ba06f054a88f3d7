"""CreateML's JSON: boxes as centre and size, images by name."""

import json

import pytest

from helpers.annotations.formats import createml
from helpers.structures.errors import BadInput

CAT = ("cat", 1, 2, 20, 25)
PLACE = {"x": 10.5, "y": 13.5, "width": 19, "height": 23}
BOX = {"label": "cat", "coordinates": PLACE}


@pytest.mark.parametrize(
    "entry",
    [
        {"image": "a.jpg", "annotations": [BOX]},
        {"imagefilename": "a.jpg", "annotation": [BOX]},
        {"image": "a.jpg", "verified": False, "annotations": [BOX]},
        {"image": "folder/a.jpg", "annotations": [BOX]},
        {"image": "a", "annotations": [{"label": "cat", "coordinates": dict(PLACE, x="10.5")}]},
    ],
    ids=["Create ML", "older keys", "LabelImg", "in a folder", "numbers as text"],
)
def test_the_box_is_around_its_centre(read_as, entry):
    assert read_as("createml", [entry, {"image": "sub/b.jpg", "annotations": []}]) == (
        {"a.jpg": [CAT], "sub/b.jpg": []},
        [],
    )


@pytest.mark.parametrize(
    "place",
    [None, {}, {"x": 1, "y": 2, "width": 3}, dict(PLACE, height=None), [1, 2, 3, 4]],
    ids=["null", "empty", "no height", "null in it", "list"],
)
def test_a_box_without_its_numbers_is_a_finding(read_as, place):
    boxes = [BOX, {"label": "cat", "coordinates": place}]
    _, codes = read_as("createml", [{"image": "a.jpg", "annotations": boxes}])
    assert codes == [("box-invalid", "a.jpg", 2)]


@pytest.mark.parametrize(
    "entry, code",
    [
        ({"image": "c.jpg", "annotations": []}, "annotation-without-image"),
        ({"annotations": []}, "annotation-broken-file"),
        ("a.jpg", "annotation-broken-file"),
        ({"image": "a.jpg", "annotations": []}, "annotation-duplicate"),
    ],
    ids=["no such image", "no image", "text", "twice"],
)
def test_an_entry_without_an_image_of_its_own_is_a_finding(read_as, entry, code):
    rows, codes = read_as("createml", [{"image": "a.jpg", "annotations": [BOX]}, entry])
    assert rows == {"a.jpg": [CAT]}
    assert [found for found, _, _ in codes] == [code]


def test_boxes_as_shares_of_the_image_become_pixels_and_it_is_said(read_as):
    place = {"x": 0.5, "y": 0.5, "width": 0.5, "height": 0.4}
    entry = {"image": "a.jpg", "annotations": [{"label": "cat", "coordinates": place}]}
    rows, codes = read_as("createml", [entry])
    assert rows["a.jpg"] == [("cat", 10, 9, 30, 21)]
    assert [code for code, _, _ in codes] == ["annotation-relative-boxes"]


@pytest.mark.parametrize("content", ["{}", "[1]", '[{"image": "a.jpg"}]'], ids=str)
def test_other_json_is_refused(images, tmp_path, content):
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(BadInput, match="x.json"):
        createml.read(tmp_path / "x.json", images)


def test_what_is_not_changed_is_written_as_it_was(images, tmp_path):
    entries = [
        {"image": "a.jpg", "verified": True, "annotations": [dict(BOX, note="lazy")]},
        {"imagefilename": "b.jpg", "annotation": [BOX]},
    ]
    (tmp_path / "x.json").write_text(json.dumps(entries))
    records, _ = createml.read(tmp_path / "x.json", images)
    written = createml.write(records, tmp_path / "y.json", images)
    assert json.loads(written.read_text()) == entries


def test_boxes_are_written_in_few_digits(images, tmp_path, record):
    written = createml.write([record("a.jpg", ("cat", 0.1, 2, 20.1, 25))], tmp_path / "y", images)
    (entry,) = json.loads(written.read_text())
    assert entry["annotations"][0]["coordinates"] == {
        "x": 10.1,
        "y": 13.5,
        "width": 20,
        "height": 23,
    }
