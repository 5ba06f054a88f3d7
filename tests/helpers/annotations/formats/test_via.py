"""VGG Image Annotator: both versions, projects, every shape, every way to name a class."""

import json
import math

import pytest
from annotation_files import via_entry, via_region
from builders import codes

from helpers.annotations.formats import via

BOX = [1, 2, 20, 25]


# Written by hand after what VIA 1.0.6, and VIA 2.0.12 as annotations and as a project, export.
FIRST = {
    "a.jpg9": {
        "fileref": "",
        "size": 9,
        "filename": "a.jpg",
        "base64_img_data": "",
        "file_attributes": {},
        "regions": {"0": via_region(class_name="cat"), "1": via_region(class_name="dog")},
    }
}


SECOND = {
    "a.jpg9": via_entry(
        via_region(animal="cat", sure="yes"),
        via_region(animal="dog"),
        file_attributes={"light": "dim"},
    )
}


PROJECT = {
    "_via_settings": {"core": {"buffer_size": 18}},
    "_via_img_metadata": SECOND,
    "_via_attributes": {"region": {"animal": {"type": "radio"}}, "file": {}},
    "_via_data_format_version": "2.0.10",
    "_via_image_id_list": ["a.jpg9"],
}


def only(records):
    (record,) = records
    return record.objects.labels, record.objects.boxes.tolist()


@pytest.mark.parametrize(
    "value, labels",
    [
        pytest.param(FIRST, ("cat", "dog"), id="version 1"),
        pytest.param(dict(SECOND), ("cat", "dog"), id="version 2"),
        pytest.param(PROJECT, ("cat", "dog"), id="project"),
        pytest.param({"a.jpg9": via_entry()}, (), id="no regions"),
        pytest.param({"a.jpg9": via_entry(regions={})}, (), id="no regions in version 1"),
        pytest.param(
            {"a.jpg9": via_entry(via_region(x="cat"), name="A.JPG")},
            ("cat",),
            id="filename in other case",
        ),
        pytest.param(
            {"a.jpg-1": {"regions": [via_region(x="cat")]}}, ("cat",), id="filename from the key"
        ),
        pytest.param(
            {"k": via_entry(via_region(x="cat"), name="https://host/photos/a.jpg?size=9")},
            ("cat",),
            id="URL with the size",
        ),
    ],
)
def test_every_version_is_read(read_via, value, labels):
    options = {"attribute": "animal"} if "animal" in json.dumps(value) else {}
    records, findings = read_via(value, **options)
    assert only(records) == (labels, [BOX] * len(labels)) and findings == []
    assert (records[0].path, records[0].width, records[0].height) == ("a.jpg", 40, 30)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(FIRST, id="version 1"),
        pytest.param(SECOND, id="version 2"),
        pytest.param(PROJECT, id="project"),
        pytest.param(
            {
                "a.jpg9": via_entry(
                    via_region(
                        {"name": "polygon", "all_points_x": [1, 9, 4], "all_points_y": [2, 3, 8]},
                        kind={"cat": True},
                        sure="no",
                    ),
                    via_region({"name": "circle", "cx": 9, "cy": 8, "r": 3.5}),
                    via_region(
                        {"name": "rect", "x": 0.1, "y": 0.2, "width": 3.3, "height": 7.7},
                        kind="dog",
                    ),
                )
            },
            id="other shapes",
        ),
    ],
)
def test_a_file_is_written_unchanged(read_via, images, tmp_path, value):
    before = json.dumps(value)
    records, _ = read_via(value, attribute="animal" if value in (SECOND, PROJECT) else "")
    out = via.write(records, tmp_path / "again.json", images)
    assert json.loads(out.read_text()) == value and json.dumps(value) == before


def test_a_changed_box_and_class_are_written(read_via, images, tmp_path, record):
    polygon = {"name": "polygon", "all_points_x": [1, 9, 4], "all_points_y": [2, 3, 8]}
    (original,) = read_via({"a.jpg9": via_entry(via_region(polygon, kind="cat", sure="no"))})[0]
    changed = record(
        "a.jpg", ("dog", 1, 2, 9, 7), extra=original.extra, extras=original.objects.extras
    )
    out = via.write([changed], tmp_path / "again.json", images)
    (written,) = json.loads(out.read_text())["a.jpg9"]["regions"]
    assert written == {
        "shape_attributes": {"name": "rect", "x": 1, "y": 2, "width": 8, "height": 5},
        "region_attributes": {"kind": "dog", "sure": "no"},
    }


def test_a_project_lists_the_images_that_are_left(images, tmp_path, read_via, record):
    two = dict(
        PROJECT,
        _via_img_metadata={"a.jpg9": SECOND["a.jpg9"], "b.jpg9": via_entry(name="sub/b.jpg")},
        _via_image_id_list=["b.jpg9", "a.jpg9"],
    )
    first, _ = read_via(two, attribute="animal")[0]
    out = via.write([record("new.jpg"), first], tmp_path / "again.json", images)
    written = json.loads(out.read_text())
    assert written["_via_image_id_list"] == ["a.jpg9", "new.jpg-1"]
    assert sorted(written["_via_img_metadata"]) == ["a.jpg9", "new.jpg-1"]
    assert written["_via_settings"] == PROJECT["_via_settings"]


def test_new_records_are_written_as_version_2_exports_them(tmp_path, images, record):
    out = via.write([record("sub/b.jpg", ("cat", 0.1, 2, 20.5, 25))], tmp_path / "v.json", images)
    size = (images / "sub" / "b.jpg").stat().st_size
    assert json.loads(out.read_text()) == {
        f"sub/b.jpg{size}": {
            "filename": "sub/b.jpg",
            "size": size,
            "file_attributes": {},
            "regions": [
                {
                    "shape_attributes": {
                        "name": "rect",
                        "x": 0.1,
                        "y": 2,
                        "width": 20.4,
                        "height": 23,
                    },
                    "region_attributes": {"class": "cat"},
                }
            ],
        }
    }


@pytest.mark.parametrize(
    "shape, box",
    [
        pytest.param({"name": "circle", "cx": 10, "cy": 12, "r": 3}, [7, 9, 13, 15], id="circle"),
        pytest.param(
            {"name": "ellipse", "cx": 10, "cy": 12, "rx": 3, "ry": 5}, [7, 7, 13, 17], id="ellipse"
        ),
        pytest.param(
            {"name": "ellipse", "cx": 10, "cy": 12, "rx": 3, "ry": 5, "theta": math.pi / 2},
            [5, 9, 15, 15],
            id="ellipse at 90 degrees",
        ),
        pytest.param(
            {"name": "polygon", "all_points_x": [3, 9, 5], "all_points_y": [8, 2, 4]},
            [3, 2, 9, 8],
            id="polygon",
        ),
        pytest.param(
            {"name": "polyline", "all_points_x": [3, 9], "all_points_y": [8, 2]},
            [3, 2, 9, 8],
            id="polyline",
        ),
        pytest.param({"name": "point", "cx": 4, "cy": 5}, [4, 5, 4, 5], id="point"),
    ],
)
def test_other_shapes_become_their_box(read_via, shape, box):
    records, findings = read_via({"k": via_entry(via_region(shape, x="cat"))})
    assert only(records)[1][0] == pytest.approx(box)
    assert findings == [("box-from-shape", "a.jpg", 1)]


def test_a_turned_ellipse_has_the_box_that_its_outline_has(read_via):
    across, down, turn = 9, 4, 0.6
    turned = [
        (
            20 + across * math.cos(step) * math.cos(turn) - down * math.sin(step) * math.sin(turn),
            15 + across * math.cos(step) * math.sin(turn) + down * math.sin(step) * math.cos(turn),
        )
        for step in (number / 1000 for number in range(6284))
    ]
    shape = {"name": "ellipse", "cx": 20, "cy": 15, "rx": across, "ry": down, "theta": turn}
    records, _ = read_via({"k": via_entry(via_region(shape, x="cat"))})
    xs, ys = zip(*turned)
    assert only(records)[1][0] == pytest.approx([min(xs), min(ys), max(xs), max(ys)], abs=1e-4)


@pytest.mark.parametrize(
    "attributes, options, label",
    [
        pytest.param({"whatever": "cat"}, {}, "cat", id="the only one"),
        pytest.param({"note": "hm", "Label": "cat"}, {}, "cat", id="called Label"),
        pytest.param({"type": "rude", "class": "cat"}, {}, "cat", id="class before type"),
        pytest.param(
            {"name": "Tom", "species": "cat"}, {"attribute": "species"}, "cat", id="named"
        ),
        pytest.param({"kind": {"cat": True}}, {}, "cat", id="checkbox"),
        pytest.param({"kind": {"cat": True, "dog": False}}, {}, "cat", id="two checkboxes"),
        pytest.param({"kind": {}}, {}, "", id="no checkbox"),
        pytest.param({"kind": None}, {}, "", id="null"),
        pytest.param({"kind": ["cat"]}, {}, "", id="list"),
        pytest.param({}, {}, "", id="no attributes"),
        pytest.param({"kind": 7}, {}, "7", id="number"),
        pytest.param({"kind": " cat "}, {}, " cat ", id="padded"),
    ],
)
def test_the_class_is_found_among_the_attributes(read_via, attributes, options, label):
    records, findings = read_via({"k": via_entry(via_region(**attributes))}, **options)
    assert only(records)[0] == (label,) and findings == []


def test_files_of_a_folder_are_put_together(images, paint):
    for folder, label in (("train", "cat"), ("val", "dog")):
        paint(images / folder / "c.jpg")
        (images / folder / "via_region_data.json").write_text(
            json.dumps({"k": via_entry(via_region(kind=label), name="c.jpg")})
        )
    (images / "other.json").write_text("[1]")
    (images / "broken.json").write_text("{")
    annotations = via.read(images, images)
    assert [(record.path, record.objects.labels) for record in annotations.records] == [
        ("train/c.jpg", ("cat",)),
        ("val/c.jpg", ("dog",)),
    ]
    assert sorted(codes(annotations.findings)) == [
        ("annotation-broken-file", "broken.json", None),
        ("annotation-other-format", "other.json", None),
        ("image-without-annotation", "a.jpg", None),
        ("image-without-annotation", "b.jpg", None),
    ]
