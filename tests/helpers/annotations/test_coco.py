"""COCO JSON, there and back, with pycocotools as the other reader and writer."""

import json
import sys

import numpy as np
import pytest
from builders import codes

from helpers.annotations import coco
from helpers.structures.errors import BadInput

IMAGE = {"id": 7, "file_name": "a.jpg", "width": 40, "height": 30}
CAT = {"id": 3, "name": "cat", "supercategory": "animal"}
BOX = {
    "id": 11,
    "image_id": 7,
    "category_id": 3,
    "bbox": [1, 2, 19, 23],
    "area": 437,
    "iscrowd": 0,
    "segmentation": [[1, 2, 20, 2, 20, 25]],
}
FULL = {
    "info": {"year": 2019, "version": "1.0"},
    "licenses": [{"id": 1, "name": "CC0", "url": ""}],
    "images": [
        dict(IMAGE, license=1, date_captured="2019-01-01"),
        {"id": 2, "file_name": "sub/b.jpg", "width": 40, "height": 30},
    ],
    "annotations": [
        BOX,
        dict(BOX, id=5, bbox=[0.37, 1.11, 12.3, 28.77], area=12.5, attributes={"x": [1]}),
        dict(
            BOX,
            id=2,
            image_id=2,
            category_id=9,
            bbox=[473.07, 5.93, 38.65, 28.67],
            iscrowd=1,
            segmentation={"size": [30, 40], "counts": [100, 50, 1050]},
        ),
    ],
    "categories": [
        CAT,
        {"id": 9, "name": "dog", "supercategory": "animal", "color": "#fff"},
        {"id": 1, "name": "unused", "supercategory": "none"},
    ],
}


def document(*annotations, images=(IMAGE,), categories=(CAT,), **more):
    return dict(
        {"images": list(images), "annotations": list(annotations), "categories": list(categories)},
        **more,
    )


@pytest.fixture()
def read(images, tmp_path):
    """Reads a JSON value as a file; gives the records and ``(kind, path, object)`` of findings."""

    def of(value):
        path = tmp_path / "coco.json"
        path.write_text(value if isinstance(value, str) else json.dumps(value))
        found = coco.read(path, images)
        return found.records, codes(found.findings, ["image-without-annotation"])

    return of


def test_a_full_file_is_read(read):
    records, findings = read(FULL)
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


def test_what_was_read_is_written_again(read, images, tmp_path):
    before = json.dumps(FULL)
    out = coco.write(read(FULL)[0], tmp_path / "again.json", images)
    assert json.loads(out.read_text()) == FULL and json.dumps(FULL) == before


def test_what_was_changed_since_is_written_changed(read, images, tmp_path, record):
    first, _ = read(FULL)[0]
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
    assert [one["height"] for one in written["images"]] == [31, 30]
    assert [one["id"] for one in written["images"]] == [7, 1]
    assert [
        (one["category_id"], one["bbox"], one["area"], one["iscrowd"])
        for one in written["annotations"]
    ] == [(2, [1, 2, 19, 23], 437, 1), (9, [0, 1, 2.5, 2], 5, 0), (3, [1, 2, 2, 2], 4, 0)]
    assert written["annotations"][1]["attributes"] == {"x": [1]}
    assert written["categories"] == FULL["categories"] + [
        {"id": 2, "name": "bird", "supercategory": "none"}
    ]


def test_pycocotools_reads_what_is_written(read, images, tmp_path, record):
    from pycocotools.coco import COCO

    records = [
        record("a.jpg", ("cat", 0.1, 0.2, 39.9, 29.7), ("dog", 1, 2, 3, 4), group_of=(0, 1)),
        record("sub/b.jpg"),
    ]
    theirs = COCO(str(coco.write(records, tmp_path / "c.json", images)))
    assert [one["file_name"] for one in theirs.loadImgs(theirs.getImgIds())] == [
        "a.jpg",
        "sub/b.jpg",
    ]
    names = {one["id"]: one["name"] for one in theirs.loadCats(theirs.getCatIds())}
    boxes = theirs.loadAnns(theirs.getAnnIds(imgIds=[1]))
    assert [names[one["category_id"]] for one in boxes] == ["cat", "dog"]
    assert [one["iscrowd"] for one in boxes] == [0, 1]
    assert boxes[0]["bbox"] == pytest.approx([0.1, 0.2, 39.8, 29.5])
    assert theirs.getAnnIds(imgIds=[2]) == []
    assert theirs.getAnnIds(areaRng=[0, 5]) == [2]  # asks every area


def test_what_pycocotools_reads_is_read_the_same(read, tmp_path):
    from pycocotools.coco import COCO

    records, _ = read(FULL)
    theirs = COCO(str(tmp_path / "coco.json"))
    by_name = {one["file_name"]: one["id"] for one in theirs.imgs.values()}
    for one in records:
        boxes = theirs.imgToAnns[by_name[one.path]]
        assert [theirs.cats[box["category_id"]]["name"] for box in boxes] == list(
            one.objects.labels
        )
        corners = [[x, y, x + w, y + h] for x, y, w, h in (box["bbox"] for box in boxes)]
        np.testing.assert_allclose(one.objects.boxes, corners, rtol=1e-6)


@pytest.mark.parametrize(
    "annotation, box, kinds",
    [
        pytest.param(
            dict(BOX, bbox=["1", 2.0, "1.9e1", 23]), [1, 2, 20, 25], [], id="numbers as text"
        ),
        pytest.param(
            dict(BOX, image_id="7", category_id="3"), [1, 2, 20, 25], [], id="ids as text"
        ),
        pytest.param(
            dict(BOX, bbox=[5, 5, -3, 0]), [5, 5, 2, 5], [], id="negative width"
        ),  # for checks to judge
        pytest.param(dict(BOX, bbox=None), [1, 2, 20, 25], ["box-from-shape"], id="bbox null"),
        pytest.param(dict(BOX, bbox=[]), [1, 2, 20, 25], ["box-from-shape"], id="bbox empty"),
        pytest.param(
            dict(BOX, bbox=None, segmentation=[3, 4, 9, 5, 6, 8]),
            [3, 4, 9, 8],
            ["box-from-shape"],
            id="flat polygon",
        ),
        pytest.param(
            dict(BOX, bbox=None, segmentation={"size": [30, 40], "counts": [100, 20, 1080]}),
            [3, 10, 4, 30],
            ["box-from-shape"],
            id="uncompressed mask",
        ),
        pytest.param(
            dict(BOX, bbox=None, segmentation=None),
            None,
            ["box-invalid"],
            id="neither bbox nor shape",
        ),
        pytest.param(
            dict(BOX, bbox=[1, 2, 3], segmentation=[]), None, ["box-invalid"], id="three numbers"
        ),
        pytest.param(
            dict(BOX, bbox=[1, 2, 3, None], segmentation=[]),
            None,
            ["box-invalid"],
            id="null in bbox",
        ),
        pytest.param(
            dict(BOX, bbox=[1, 2, 3, True], segmentation=[]),
            None,
            ["box-invalid"],
            id="boolean in bbox",
        ),
        pytest.param(
            dict(BOX, bbox={"x": 1}, segmentation={}), None, ["box-invalid"], id="bbox a mapping"
        ),
        pytest.param(
            dict(BOX, bbox=[1, 2, 3, 1e300], segmentation=[]),
            None,
            ["box-invalid"],
            id="beyond float32",
        ),
        pytest.param(
            dict(BOX, bbox="1 2 3 4", segmentation="rle"), None, ["box-invalid"], id="bbox as text"
        ),
        pytest.param(
            dict(BOX, category_id=4), [1, 2, 20, 25], ["class-unknown"], id="category not listed"
        ),
        pytest.param(
            dict(BOX, category_id=None), [1, 2, 20, 25], ["class-unknown"], id="category null"
        ),
        pytest.param(
            dict(BOX, category_id={"a": []}),
            [1, 2, 20, 25],
            ["class-unknown"],
            id="category a mapping",
        ),
    ],
)
def test_an_object_is_read_or_named(read, annotation, box, kinds):
    records, findings = read(document(annotation))
    assert findings == [(kind, "a.jpg", 1) for kind in kinds]
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
def test_numbers_that_are_none(read, images, tmp_path, value):
    records, findings = read(value % (json.dumps(IMAGE), json.dumps(CAT)))
    assert findings == [("box-invalid", "a.jpg", 1)]
    written = coco.write(records, tmp_path / "again.json", images).read_text()
    json.loads(written, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


@pytest.mark.parametrize(
    "value, findings",
    [
        pytest.param(
            document(BOX, dict(BOX, id=12, image_id=8)),
            [("annotation-broken-file", "coco.json", None)],
            id="annotation of another image",
        ),
        pytest.param(
            document(BOX, dict(BOX, image_id=None)),
            [("annotation-broken-file", "coco.json", None)],
            id="image id null",
        ),
        pytest.param(
            document(BOX, None),
            [("annotation-broken-file", "coco.json", None)],
            id="annotation null",
        ),
        pytest.param(
            document(BOX, BOX),
            [("annotation-duplicate-id", "coco.json", None)],
            id="annotation twice",
        ),
        pytest.param(
            document(BOX, images=[IMAGE, IMAGE]),
            [("annotation-duplicate-id", "coco.json", None)],
            id="image twice",
        ),
        pytest.param(
            document(BOX, images=[IMAGE, dict(IMAGE, file_name="sub/b.jpg")]),
            [("annotation-broken-file", "coco.json", None)],
            id="two images of one id",
        ),
        pytest.param(
            document(BOX, images=[IMAGE, dict(IMAGE, id=8)]),
            [("annotation-duplicate", "a.jpg", None)],
            id="two ids of one image",
        ),
        pytest.param(
            document(BOX, images=[IMAGE, dict(IMAGE, id=8, file_name="c.jpg")]),
            [("annotation-without-image", "coco.json", None)],
            id="image not there",
        ),
        pytest.param(
            document(BOX, images=[IMAGE, dict(IMAGE, id=8, file_name="../../etc/passwd.jpg")]),
            [
                ("annotation-path-outside-folder", "coco.json", None),
                ("annotation-without-image", "coco.json", None),
            ],
            id="path out of the folder",
        ),
        pytest.param(
            document(BOX, images=[dict(IMAGE, file_name="/elsewhere/a.jpg")]),
            [("annotation-path-outside-folder", "coco.json", None)],
            id="absolute path",
        ),
        pytest.param(
            document(BOX, images=[IMAGE, None, 3, {}, {"id": 4}, {"file_name": "b.jpg"}]),
            [("annotation-broken-file", "coco.json", None)] * 5,
            id="broken images",
        ),
        pytest.param(
            document(BOX, categories=[CAT, None, {"id": 1}, {"name": "x"}]),
            [("annotation-broken-file", "coco.json", None)] * 3,
            id="broken categories",
        ),
        pytest.param(
            document(BOX, categories=[CAT, dict(CAT, name="dog")]),
            [("class-unknown", "a.jpg", 1)],
            id="two categories of one id",
        ),
        pytest.param(document(BOX, categories=[CAT, CAT]), [], id="category twice"),
        pytest.param(
            document(BOX, images=[dict(IMAGE, width=None, height="tall")]),
            [],
            id="size not numbers",
        ),
        pytest.param(
            document(BOX, images=[dict(IMAGE, width=-1, height=float(10**12))]),
            [],
            id="size out of range",
        ),
    ],
)
def test_a_bad_entry_does_not_stop_the_others(read, value, findings):
    records, found = read(value)
    assert found == findings
    first = records[0]
    assert (first.path, first.width, first.height) == ("a.jpg", 40, 30)
    assert first.objects.boxes[0].tolist() == [1, 2, 20, 25]


def test_missing_categories_make_every_class_unknown(read):
    value = document(BOX)
    del value["categories"]
    records, findings = read(value)
    assert findings == [
        ("annotation-broken-file", "coco.json", None),
        ("class-unknown", "a.jpg", 1),
    ]
    assert records[0].objects.labels == ("3",)


@pytest.mark.parametrize(
    "value, message",
    [
        pytest.param("{", "broken JSON", id="broken JSON"),
        pytest.param("[1, 2]", "JSON list", id="list"),
        pytest.param("{}", "of images,", id="no images"),
        pytest.param('{"images": []}', "of annotations,", id="no annotations"),
        pytest.param('{"images": {}, "annotations": []}', "of images,", id="images a mapping"),
        pytest.param(
            '[{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}]',
            "JSON list",
            id="detection results",
        ),
        pytest.param('{"a":' * 200_000 + "1" + "}" * 200_000, "too deeply", id="nested too deeply"),
    ],
)
def test_what_is_no_coco_is_refused_by_name(read, value, message):
    with pytest.raises(BadInput, match=f"coco.json: found .*{message}"):
        read(value)


def test_a_source_that_is_missing_or_empty(tmp_path, images):
    with pytest.raises(BadInput, match="nowhere: no such file or folder"):
        coco.read(tmp_path / "nowhere", images)
    with pytest.raises(BadInput, match="no file that ends in .json"):
        coco.read(images, images)
    with pytest.raises(BadInput, match="no such folder of images"):
        coco.read(tmp_path, tmp_path / "nowhere")


def test_splits_with_clashing_ids_are_put_together(images, paint, tmp_path):
    # As Roboflow exports them: the file beside its images, ids from 0 in each.
    for folder, name in (("train", "cat"), ("valid", "dog")):
        paint(images / folder / "c.jpg")
        (images / folder / "_annotations.coco.json").write_text(
            json.dumps(
                document(
                    BOX, images=[dict(IMAGE, file_name="c.jpg")], categories=[dict(CAT, name=name)]
                )
            )
        )
    found = coco.read(images, images)
    assert [(one.path, one.objects.labels) for one in found.records] == [
        ("train/c.jpg", ("cat",)),
        ("valid/c.jpg", ("dog",)),
    ]
    coco.write(found.records, tmp_path / "both.json", images)
    again = coco.read(tmp_path / "both.json", images)
    assert [(one.path, one.objects.labels) for one in again.records] == [
        ("train/c.jpg", ("cat",)),
        ("valid/c.jpg", ("dog",)),
    ]


def test_a_file_beside_its_images_keeps_its_names(images, paint):
    paint(images / "train" / "c.jpg")
    path = images / "train" / "_annotations.coco.json"
    value = document(BOX, images=[dict(IMAGE, file_name="c.jpg")])
    path.write_text(json.dumps(value))
    records = coco.read(path, images).records
    assert [one.path for one in records] == ["train/c.jpg"]
    coco.write(records, path, images)
    assert json.loads(path.read_text()) == value


def test_an_image_whose_size_is_needed_but_not_to_be_had(read, images):
    (images / "a.jpg").write_bytes(b"no image")
    assert read(document(BOX, images=[{"id": 7, "file_name": "a.jpg"}])) == (
        [],
        [("image-unreadable", "a.jpg", None)],
    )
    assert len(read(document(BOX))[0]) == 1


def test_what_is_read_can_be_written_however_deep_it_is(read, images, tmp_path):
    limit = sys.getrecursionlimit()
    for depth in (10, 100, *range(limit - 500, limit + 100, 7), 200_000):
        try:
            records, _ = read(
                '{"images": [{"id": 7, "file_name": "a.jpg"}], "annotations": [], '
                '"categories": [], "info": ' + "[" * depth + "]" * depth + "}"
            )
        except BadInput as problem:
            assert "nested too deeply" in str(problem) and depth > 100
        else:
            assert depth < 200_000
            coco.write(records, tmp_path / "again.json", images)


def test_surrogates_in_names_are_replaced(read, images, tmp_path):
    value = json.dumps(document(BOX, categories=[dict(CAT, name="CAT")])).replace(
        "CAT", "\\ud83d\\ude00 \\ud800"
    )
    records, _ = read(value)
    assert records[0].objects.labels == ("😀 ?",)
    coco.write(records, tmp_path / "again.json", images)
