"""labelme's JSON: shapes, flags, and the image that a file is about."""

import json
import math

import pytest
from builders import paint, record

from helpers.annotations import registry
from helpers.annotations.formats import labelme

CAT = ("cat", 1, 2, 20, 25)


def shape(kind, *points, label="cat", **more):
    return {"label": label, "points": list(points), "shape_type": kind, "flags": {}, **more}


def document(*shapes, **more):
    return {
        "version": "5.0.1",
        "flags": {},
        "shapes": list(shapes),
        "imagePath": "a.jpg",
        "imageData": "AAAA",
        "imageHeight": 30,
        "imageWidth": 40,
        **more,
    }


DIAMOND = [[10, 0], [20, 10], [10, 20], [0, 10]]


@pytest.mark.parametrize(
    "drawn, row, codes",
    [
        pytest.param(shape("rectangle", [1, 2], [20, 25]), CAT, [], id="rectangle"),
        pytest.param(shape("rectangle", [20, 25], [1, 2]), CAT, [], id="from below"),
        pytest.param(shape("rectangle", [1, 25], [20, 2]), CAT, [], id="from the left below"),
        pytest.param(
            shape("rectangle", [1, 2], [20, 2], [20, 25], [1, 25]), CAT, [], id="X-AnyLabeling 2"
        ),
        pytest.param(
            shape("polygon", [1, 2], [20, 9], [5, 25]), CAT, ["box-from-shape"], id="polygon"
        ),
        pytest.param(
            {"label": "cat", "points": [[1, 2], [20, 9], [5, 25]]},
            CAT,
            ["box-from-shape"],
            id="version 2, no type",
        ),
        pytest.param(
            shape("circle", [10, 10], [13, 14]),
            ("cat", 5, 5, 15, 15),
            ["box-from-shape"],
            id="circle",
        ),
        pytest.param(
            shape("mask", [1, 2], [20, 25], mask="AA"), CAT, ["box-from-shape"], id="mask"
        ),
        pytest.param(
            shape("linestrip", [1, 2], [20, 9], [5, 25]), CAT, ["box-from-shape"], id="line"
        ),
        pytest.param(
            shape("rotation", *DIAMOND, direction=math.pi / 4),
            ("cat", 0, 0, 20, 20),
            ["box-rotated"],
            id="rotated",
        ),
        pytest.param(shape("rectangle", ["1", "2"], [20, 25]), CAT, [], id="numbers as text"),
    ],
)
def test_the_box_is_around_what_was_drawn(read_as, drawn, row, codes):
    rows, found = read_as("labelme", document(drawn), "a.json")
    assert rows == {"a.jpg": [row]}
    assert [code for code, _, _ in found] == codes


@pytest.mark.parametrize(
    "drawn",
    [
        shape("rectangle", [1, 2]),
        shape("rectangle", [1, 2], [3, 4], [5, 6]),
        shape("rectangle", [1, 2], [3, "far"]),
        shape("polygon"),
        shape("circle", [1, None], [2, 3]),
        shape("rotation", [1]),
        {"label": "cat", "points": "none"},
    ],
    ids=["one point", "three", "text", "none", "null", "not a point", "no list"],
)
def test_a_shape_without_its_numbers_is_a_finding(read_as, drawn):
    _, found = read_as("labelme", document(shape("rectangle", [1, 2], [3, 4]), drawn), "a.json")
    assert found == [("box-invalid", "a.jpg", 2)]


def test_deleted_shapes_are_left_out_and_said(read_as):
    drawn = [
        shape("rectangle", [1, 2], [20, 25], flags={"deleted": True}),
        shape("rectangle", [3, 4], [5, 6], deleted=1),
        shape("rectangle", [1, 2], [20, 25], flags={"deleted": False}),
    ]
    rows, found = read_as("labelme", document(*drawn), "a.json")
    assert rows == {"a.jpg": [CAT]}
    assert found == [("annotation-left-out", "a.jpg", None)]


def test_flags_of_shapes_are_columns(images, tmp_path):
    drawn = [
        shape("rectangle", [1, 2], [20, 25], difficult=True),
        shape("rectangle", [1, 2], [20, 25], flags={"truncated": True}),
    ]
    (tmp_path / "a.json").write_text(json.dumps(document(*drawn)))
    ((read,), _) = labelme.read(tmp_path / "a.json", images)
    assert read.objects.flags("difficult").tolist() == [True, False]
    assert read.objects.flags("truncated").tolist() == [False, True]


@pytest.mark.parametrize(
    "place, path, image",
    [
        ("a.json", "a.jpg", "a.jpg"),
        ("a.json", "C:\\photos\\a.jpg", "a.jpg"),
        ("a.json", "other.jpg", "a.jpg"),
        ("x.json", "../img/a.jpg", "a.jpg"),
        ("sub/c.json", "c.jpg", "sub/c.jpg"),
        ("c.json", "c.jpg", "c.jpg"),
    ],
    ids=["beside", "Windows", "renamed", "named inside", "subfolder", "above the subfolder"],
)
def test_a_file_is_about_the_image_of_its_name(images, tmp_path, place, path, image):
    for name in ("c.jpg", "sub/c.jpg"):
        paint(images / name)
    file = tmp_path / "ann" / place
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(document(shape("rectangle", [1, 2], [20, 25]), imagePath=path)))
    (read,), _ = labelme.read(tmp_path / "ann", images)
    assert read.path == image


def test_files_beside_their_images_are_told_and_read(images):
    (images / "a.json").write_text(json.dumps(document(shape("rectangle", [1, 2], [20, 25]))))
    (images / "sub" / "b.json").write_text(json.dumps(document(imagePath="b.jpg")))
    (images / "labels.txt").write_text("cat\n")
    read, findings = registry.read("auto", images, images)
    assert [(one.path, len(one.objects)) for one in read] == [("a.jpg", 1), ("sub/b.jpg", 0)]
    assert findings == []


def test_what_is_not_changed_is_written_as_it_was_but_for_the_image_in_it(images, tmp_path):
    polygon = shape("polygon", [1, 2], [20, 9], [5, 25], group_id=3, description="lazy")
    (images / "a.json").write_text(json.dumps(document(polygon, version="4.5")))
    records, _ = labelme.read(images / "a.json", images)
    (place,) = labelme.write(records, images, images)
    assert json.loads(place.read_text()) == document(polygon, version="4.5", imageData=None)


def test_what_is_changed_becomes_a_rectangle(images, tmp_path):
    mask = shape("mask", [1, 2], [20, 25], mask="AA", group_id=3)
    (images / "a.json").write_text(json.dumps(document(mask)))
    ((read,), _) = labelme.read(images / "a.json", images)
    changed = record("a.jpg", ("dog", 1, 2, 20, 24.5), extra=read.extra, extras=read.objects.extras)
    (place,) = labelme.write([changed], tmp_path / "out", images)
    (written,) = json.loads(place.read_text())["shapes"]
    assert written["points"] == [[1, 2], [20, 24.5]] and "mask" not in written
    assert (written["label"], written["shape_type"]) == ("dog", "rectangle")
    assert written["group_id"] == 3
