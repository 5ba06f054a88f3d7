"""COCO's objects: boxes, shapes, classes and numbers as other programs write them."""

import json

import numpy as np
import pytest
from annotation_files import COCO_BOX, COCO_CAT, COCO_IMAGE, coco_document

from helpers.annotations.formats import coco


@pytest.mark.parametrize(
    "annotation, box, finding_codes",
    [
        pytest.param(
            dict(COCO_BOX, bbox=["1", 2.0, "1.9e1", 23]), [1, 2, 20, 25], [], id="numbers as text"
        ),
        pytest.param(
            dict(COCO_BOX, image_id="7", category_id="3"), [1, 2, 20, 25], [], id="ids as text"
        ),
        pytest.param(
            dict(COCO_BOX, bbox=[5, 5, 0, -3]),
            [5, 2, 5, 5],
            ["box-negative-size"],
            id="negative height, no width",
        ),  # the rest is for checks to judge
        pytest.param(dict(COCO_BOX, bbox=None), [1, 2, 20, 25], ["box-from-shape"], id="bbox null"),
        pytest.param(dict(COCO_BOX, bbox=[]), [1, 2, 20, 25], ["box-from-shape"], id="bbox empty"),
        pytest.param(
            dict(COCO_BOX, bbox=None, segmentation=[3, 4, 9, 5, 6, 8]),
            [3, 4, 9, 8],
            ["box-from-shape"],
            id="flat polygon",
        ),
        pytest.param(
            dict(COCO_BOX, bbox=None, segmentation={"size": [30, 40], "counts": [100, 20, 1080]}),
            [3, 10, 4, 30],
            ["box-from-shape"],
            id="uncompressed mask",
        ),
        pytest.param(
            dict(COCO_BOX, bbox=None, segmentation=None),
            None,
            ["box-invalid"],
            id="neither bbox nor shape",
        ),
        pytest.param(
            dict(COCO_BOX, bbox=[1, 2, 3], segmentation=[]),
            None,
            ["box-invalid"],
            id="three numbers",
        ),
        pytest.param(
            dict(COCO_BOX, bbox=[1, 2, 3, None], segmentation=[]),
            None,
            ["box-invalid"],
            id="null in bbox",
        ),
        pytest.param(
            dict(COCO_BOX, bbox=[1, 2, 3, True], segmentation=[]),
            None,
            ["box-invalid"],
            id="boolean in bbox",
        ),
        pytest.param(
            dict(COCO_BOX, bbox={"x": 1}, segmentation={}),
            None,
            ["box-invalid"],
            id="bbox a mapping",
        ),
        pytest.param(
            dict(COCO_BOX, bbox=[1, 2, 3, 1e300], segmentation=[]),
            None,
            ["box-invalid"],
            id="beyond float32",
        ),
        pytest.param(
            dict(COCO_BOX, bbox="1 2 3 4", segmentation="rle"),
            None,
            ["box-invalid"],
            id="bbox as text",
        ),
        pytest.param(
            dict(COCO_BOX, category_id=4),
            [1, 2, 20, 25],
            ["class-unknown"],
            id="category not listed",
        ),
        pytest.param(
            dict(COCO_BOX, category_id=None), [1, 2, 20, 25], ["class-unknown"], id="category null"
        ),
        pytest.param(
            dict(COCO_BOX, category_id={"a": []}),
            [1, 2, 20, 25],
            ["class-unknown"],
            id="category a mapping",
        ),
    ],
)
def test_an_object_is_read_or_has_a_finding(read_coco, annotation, box, finding_codes):
    records, findings = read_coco(coco_document(annotation))
    assert findings == [(code, "a.jpg", 1) for code in finding_codes]
    if box is None:
        assert np.isnan(records[0].objects.boxes).all()
    else:
        assert records[0].objects.boxes.tolist() == [box]


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(
            '{"images": [%s], "annotations": [{"image_id": 7, "category_id": 3, '
            '"bbox": [NaN, 1, 2, 3]}],"categories": [%s]}',
            id="NaN",
        ),
        pytest.param(
            '{"images": [%s], "annotations": [{"image_id": 7, "category_id": 3, '
            '"bbox": [1, -Infinity, 2, 1e999]}], "categories": [%s]}',
            id="infinity",
        ),
        pytest.param(
            '{"images": [%s], "annotations": [{"image_id": 7, "category_id": 3, "bbox": [1, 2, 3, '
            + "9" * 100_000
            + ']}], "categories": [%s]}',
            id="100000 digits",
        ),
    ],
)
def test_numbers_that_json_cannot_hold_make_the_box_invalid(read_coco, images, tmp_path, value):
    records, findings = read_coco(value % (json.dumps(COCO_IMAGE), json.dumps(COCO_CAT)))
    assert findings == [("box-invalid", "a.jpg", 1)]
    written = coco.write(records, tmp_path / "again.json", images).read_text()
    json.loads(written, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


def test_missing_categories_make_every_class_unknown(read_coco):
    value = coco_document(COCO_BOX)
    del value["categories"]
    records, findings = read_coco(value)
    assert findings == [
        ("annotation-broken-file", "coco.json", None),
        ("class-unknown", "a.jpg", 1),
    ]
    assert records[0].objects.labels == ("3",)


def test_surrogates_in_names_are_replaced(read_coco, images, tmp_path):
    value = json.dumps(coco_document(COCO_BOX, categories=[dict(COCO_CAT, name="CAT")])).replace(
        "CAT", "\\ud83d\\ude00 \\ud800"
    )
    records, _ = read_coco(value)
    assert records[0].objects.labels == ("😀 ?",)
    coco.write(records, tmp_path / "again.json", images)
