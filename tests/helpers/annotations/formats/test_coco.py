"""COCO JSON, there and back, with pycocotools as the other reader and writer."""

import json

import numpy as np
import pytest
from annotation_files import COCO_BOX, COCO_CAT, COCO_IMAGE, coco_document

from helpers.annotations.formats import coco

FULL = {
    "info": {"year": 2019, "version": "1.0"},
    "licenses": [{"id": 1, "name": "CC0", "url": ""}],
    "images": [
        dict(COCO_IMAGE, license=1, date_captured="2019-01-01"),
        {"id": 2, "file_name": "sub/b.jpg", "width": 40, "height": 30},
    ],
    "annotations": [
        COCO_BOX,
        dict(COCO_BOX, id=5, bbox=[0.37, 1.11, 12.3, 28.77], area=12.5, attributes={"x": [1]}),
        dict(
            COCO_BOX,
            id=2,
            image_id=2,
            category_id=9,
            bbox=[473.07, 5.93, 38.65, 28.67],
            iscrowd=1,
            segmentation={"size": [30, 40], "counts": [100, 50, 1050]},
        ),
    ],
    "categories": [
        COCO_CAT,
        {"id": 9, "name": "dog", "supercategory": "animal", "color": "#fff"},
        {"id": 1, "name": "unused", "supercategory": "none"},
    ],
}


def test_a_full_file_is_read(read_coco):
    records, findings = read_coco(FULL)
    assert findings == []
    first, second = records
    assert (first.path, first.objects.labels, first.objects.group_of.tolist()) == (
        "a.jpg",
        ("cat", "cat"),
        [False, False],
    )
    assert first.objects.boxes.tolist() == [
        [1, 2, 20, 25],
        np.float32([0.37, 1.11, 12.67, 29.88]).tolist(),
    ]
    assert (second.objects.labels, second.objects.group_of) == (("dog",), [True])


def test_a_full_file_is_written_unchanged(read_coco, images, tmp_path):
    before = json.dumps(FULL)
    out = coco.write(read_coco(FULL)[0], tmp_path / "again.json", images)
    assert json.loads(out.read_text()) == FULL and json.dumps(FULL) == before


def test_changed_records_keep_what_else_the_file_said(read_coco, images, tmp_path, record):
    first, _ = read_coco(FULL)[0]
    changed = record(
        "a.jpg",
        ("bird", 1, 2, 20, 25),
        ("dog", 0, 1, 2.5, 3),
        size=(40, 31),
        extra=first.extra,
        extras=first.objects.extras,
        group_of=(1, 0),
    )
    out = coco.write([changed, record("new.jpg", ("cat", 1, 2, 3, 4))], tmp_path / "n", images)
    written = json.loads(out.read_text())
    assert [image["height"] for image in written["images"]] == [31, 30]
    assert [image["id"] for image in written["images"]] == [7, 1]
    assert [
        (box["category_id"], box["bbox"], box["area"], box["iscrowd"])
        for box in written["annotations"]
    ] == [(2, [1, 2, 19, 23], 437, 1), (9, [0, 1, 2.5, 2], 5, 0), (3, [1, 2, 2, 2], 4, 0)]
    assert written["annotations"][1]["attributes"] == {"x": [1]}
    assert written["categories"] == FULL["categories"] + [
        {"id": 2, "name": "bird", "supercategory": "none"}
    ]


def test_pycocotools_reads_what_is_written(read_coco, images, tmp_path, record):
    from pycocotools.coco import COCO

    records = [
        record("a.jpg", ("cat", 0.1, 0.2, 39.9, 29.7), ("dog", 1, 2, 3, 4), group_of=(0, 1)),
        record("sub/b.jpg"),
    ]
    theirs = COCO(str(coco.write(records, tmp_path / "c.json", images)))
    assert [image["file_name"] for image in theirs.loadImgs(theirs.getImgIds())] == [
        "a.jpg",
        "sub/b.jpg",
    ]
    names = {category["id"]: category["name"] for category in theirs.loadCats(theirs.getCatIds())}
    boxes = theirs.loadAnns(theirs.getAnnIds(imgIds=[1]))
    assert [names[box["category_id"]] for box in boxes] == ["cat", "dog"]
    assert [box["iscrowd"] for box in boxes] == [0, 1]
    assert boxes[0]["bbox"] == pytest.approx([0.1, 0.2, 39.8, 29.5])
    assert theirs.getAnnIds(imgIds=[2]) == []
    assert theirs.getAnnIds(areaRng=[0, 5]) == [2]  # asks every area


def test_pycocotools_reads_the_same_boxes(read_coco, tmp_path):
    from pycocotools.coco import COCO

    records, _ = read_coco(FULL)
    theirs = COCO(str(tmp_path / "coco.json"))
    by_name = {image["file_name"]: image["id"] for image in theirs.imgs.values()}
    for record in records:
        boxes = theirs.imgToAnns[by_name[record.path]]
        assert [theirs.cats[box["category_id"]]["name"] for box in boxes] == list(
            record.objects.labels
        )
        corners = [[x, y, x + w, y + h] for x, y, w, h in (box["bbox"] for box in boxes)]
        np.testing.assert_allclose(record.objects.boxes, corners, rtol=1e-6)


def test_splits_with_clashing_ids_are_put_together(images, paint, tmp_path):
    # As Roboflow exports them: the file beside its images, ids from 0 in each.
    for folder, name in (("train", "cat"), ("valid", "dog")):
        paint(images / folder / "c.jpg")
        (images / folder / "_annotations.coco.json").write_text(
            json.dumps(
                coco_document(
                    COCO_BOX,
                    images=[dict(COCO_IMAGE, file_name="c.jpg")],
                    categories=[dict(COCO_CAT, name=name)],
                )
            )
        )
    records = coco.read(images, images).records
    assert [(record.path, record.objects.labels) for record in records] == [
        ("train/c.jpg", ("cat",)),
        ("valid/c.jpg", ("dog",)),
    ]
    coco.write(records, tmp_path / "both.json", images)
    merged = coco.read(tmp_path / "both.json", images).records
    assert [(record.path, record.objects.labels) for record in merged] == [
        ("train/c.jpg", ("cat",)),
        ("valid/c.jpg", ("dog",)),
    ]


def test_a_file_beside_its_images_keeps_its_names(images, paint):
    paint(images / "train" / "c.jpg")
    path = images / "train" / "_annotations.coco.json"
    value = coco_document(COCO_BOX, images=[dict(COCO_IMAGE, file_name="c.jpg")])
    path.write_text(json.dumps(value))
    records = coco.read(path, images).records
    assert [record.path for record in records] == ["train/c.jpg"]
    coco.write(records, path, images)
    assert json.loads(path.read_text()) == value
