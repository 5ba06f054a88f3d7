"""VIA's JSON with faults: regions and images that are findings, files that are refused."""

import pytest
from annotation_files import via_entry, via_region

from helpers.structures.errors import BadInput


@pytest.mark.parametrize(
    "attributes, options, message",
    [
        pytest.param(
            {"note": "cat", "sure": "yes"},
            {},
            r"via.json.*\['note', 'sure'\].*--attribute",
            id="none like a class",
        ),
        pytest.param(
            {"class": "cat"},
            {"attribute": "kind"},
            r"via.json.*\['class'\].*'kind'.*--attribute",
            id="attribute not there",
        ),
    ],
)
def test_a_class_that_cannot_be_told_is_asked_for(read_via, attributes, options, message):
    with pytest.raises(BadInput, match=message):
        read_via({"k": via_entry(via_region(**attributes))}, **options)


@pytest.mark.parametrize(
    "broken, findings",
    [
        pytest.param(
            [via_region({"name": "rect", "x": 1, "y": 2, "width": 3}, x="cat")],
            [("box-invalid", "a.jpg", 1)],
            id="no height",
        ),
        pytest.param(
            [via_region({"name": "rect", "x": None, "y": 2, "width": 3, "height": 4}, x="c")],
            [("box-invalid", "a.jpg", 1)],
            id="x null",
        ),
        pytest.param(
            [
                via_region(x="cat"),
                via_region(
                    {"name": "polygon", "all_points_x": [1, 2], "all_points_y": [3]}, x="cat"
                ),
            ],
            [("box-invalid", "a.jpg", 2)],
            id="uneven polygon",
        ),
        pytest.param(
            [via_region({"name": "circle", "cx": 1, "cy": 2, "r": "wide"}, x="c")],
            [("box-invalid", "a.jpg", 1)],
            id="radius as text",
        ),
        pytest.param([via_region({}, x="cat")], [("box-invalid", "a.jpg", 1)], id="no shape"),
        pytest.param(["region"], [("box-invalid", "a.jpg", 1)], id="text"),
        pytest.param(
            [None, 7, []],
            [("box-invalid", "a.jpg", number) for number in (1, 2, 3)],
            id="null, number, list",
        ),
        pytest.param(
            [via_region(x={"cat": True, "dog": True})],
            [("class-unknown", "a.jpg", 1)],
            id="two checkboxes",
        ),
    ],
)
def test_broken_regions_are_named_and_keep_their_numbers(read_via, broken, findings):
    (record,), actual = read_via({"a.jpg9": via_entry(*broken)})
    assert actual == findings
    assert len(record.objects) == len(broken)


@pytest.mark.parametrize(
    "bad, code",
    [
        pytest.param(None, "annotation-broken-file", id="null"),
        pytest.param("text", "annotation-broken-file", id="text"),
        pytest.param({}, "annotation-broken-file", id="empty"),
        pytest.param(via_entry(regions="none"), "annotation-broken-file", id="regions as text"),
        pytest.param(via_entry(name="c.jpg"), "annotation-without-image", id="image not there"),
        pytest.param(via_entry(name="sub/a.jpg"), "annotation-duplicate", id="image twice"),
        pytest.param(
            via_entry(name="../a.jpg"), "annotation-duplicate", id="path out of the folder"
        ),
    ],
)
def test_a_bad_image_does_not_stop_the_others(read_via, bad, code):
    records, findings = read_via({"good": via_entry(via_region(x="cat")), "bad": bad})
    assert [record.path for record in records] == ["a.jpg"]
    assert code in [finding[0] for finding in findings]


@pytest.mark.parametrize(
    "value, message",
    [
        pytest.param("{", "broken JSON", id="broken JSON"),
        pytest.param("", "broken JSON", id="empty"),
        pytest.param("[" * 100000, "too deeply", id="nested too deeply"),
        pytest.param("[]", "JSON list", id="list"),
        pytest.param("null", "JSON NoneType", id="null"),
        pytest.param("{}", "no image", id="empty object"),
        pytest.param({"images": [], "annotations": []}, "no image", id="COCO"),
        pytest.param(
            {"project": {}, "config": {}, "attribute": {}, "file": {}, "metadata": {}, "view": {}},
            "VIA 3",
            id="VIA 3",
        ),
    ],
)
def test_a_file_that_is_no_export_is_refused(read_via, value, message):
    with pytest.raises(BadInput, match=f"via.json: found .*{message}"):
        read_via(value)
