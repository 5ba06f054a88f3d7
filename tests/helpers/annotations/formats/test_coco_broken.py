"""COCO JSON with faults: entries that are findings, files that are refused."""

import sys

import pytest
from annotation_files import COCO_BOX, COCO_CAT, COCO_IMAGE, coco_document

from helpers.annotations.formats import coco
from helpers.structures.errors import BadInput


@pytest.mark.parametrize(
    "value, findings",
    [
        pytest.param(
            coco_document(COCO_BOX, dict(COCO_BOX, id=12, image_id=8)),
            [("annotation-broken-file", "coco.json", None)],
            id="annotation of another image",
        ),
        pytest.param(
            coco_document(COCO_BOX, dict(COCO_BOX, image_id=None)),
            [("annotation-broken-file", "coco.json", None)],
            id="image id null",
        ),
        pytest.param(
            coco_document(COCO_BOX, None),
            [("annotation-broken-file", "coco.json", None)],
            id="annotation null",
        ),
        pytest.param(
            coco_document(COCO_BOX, COCO_BOX),
            [("annotation-duplicate-id", "coco.json", None)],
            id="annotation twice",
        ),
        pytest.param(
            coco_document(COCO_BOX, images=[COCO_IMAGE, COCO_IMAGE]),
            [("annotation-duplicate-id", "coco.json", None)],
            id="image twice",
        ),
        pytest.param(
            coco_document(COCO_BOX, images=[COCO_IMAGE, dict(COCO_IMAGE, file_name="sub/b.jpg")]),
            [("annotation-broken-file", "coco.json", None)],
            id="two images of one id",
        ),
        pytest.param(
            coco_document(COCO_BOX, images=[COCO_IMAGE, dict(COCO_IMAGE, id=8)]),
            [("annotation-duplicate", "a.jpg", None)],
            id="two ids of one image",
        ),
        pytest.param(
            coco_document(COCO_BOX, images=[COCO_IMAGE, dict(COCO_IMAGE, id=8, file_name="c.jpg")]),
            [("annotation-without-image", "coco.json", None)],
            id="image not there",
        ),
        pytest.param(
            coco_document(
                COCO_BOX,
                images=[COCO_IMAGE, dict(COCO_IMAGE, id=8, file_name="../../etc/passwd.jpg")],
            ),
            [
                ("annotation-path-outside-folder", "coco.json", None),
                ("annotation-without-image", "coco.json", None),
            ],
            id="path out of the folder",
        ),
        pytest.param(
            coco_document(COCO_BOX, images=[dict(COCO_IMAGE, file_name="/elsewhere/a.jpg")]),
            [("annotation-path-outside-folder", "coco.json", None)],
            id="absolute path",
        ),
        pytest.param(
            coco_document(
                COCO_BOX, images=[COCO_IMAGE, None, 3, {}, {"id": 4}, {"file_name": "b.jpg"}]
            ),
            [("annotation-broken-file", "coco.json", None)] * 5,
            id="broken images",
        ),
        pytest.param(
            coco_document(COCO_BOX, categories=[COCO_CAT, None, {"id": 1}, {"name": "x"}]),
            [("annotation-broken-file", "coco.json", None)] * 3,
            id="broken categories",
        ),
        pytest.param(
            coco_document(COCO_BOX, categories=[COCO_CAT, dict(COCO_CAT, name="dog")]),
            [("class-unknown", "a.jpg", 1)],
            id="two categories of one id",
        ),
        pytest.param(
            coco_document(COCO_BOX, categories=[COCO_CAT, COCO_CAT]), [], id="category twice"
        ),
        pytest.param(
            coco_document(COCO_BOX, images=[dict(COCO_IMAGE, width=None, height="tall")]),
            [],
            id="size not numbers",
        ),
        pytest.param(
            coco_document(COCO_BOX, images=[dict(COCO_IMAGE, width=-1, height=float(10**12))]),
            [],
            id="size out of range",
        ),
    ],
)
def test_a_bad_entry_does_not_stop_the_others(read_coco, value, findings):
    records, actual = read_coco(value)
    assert actual == findings
    first = records[0]
    assert (first.path, first.width, first.height) == ("a.jpg", 40, 30)
    assert first.objects.boxes[0].tolist() == [1, 2, 20, 25]


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
def test_a_file_that_is_no_coco_is_refused(read_coco, value, message):
    with pytest.raises(BadInput, match=f"coco.json: found .*{message}"):
        read_coco(value)


@pytest.mark.parametrize(
    "source, folder, message",
    [
        ("nowhere", "img", "nowhere: .*such file"),
        ("img", "img", r"img: .*\.json"),
        ("", "nowhere", "nowhere: .*such folder"),
    ],
    ids=["no annotations", "no JSON", "no image folder"],
)
def test_a_missing_source_or_image_folder_is_named(tmp_path, images, source, folder, message):
    with pytest.raises(BadInput, match=message):
        coco.read(tmp_path / source, tmp_path / folder)


def test_an_unreadable_image_is_a_finding_where_its_size_is_needed(read_coco, images):
    (images / "a.jpg").write_bytes(b"no image")
    assert read_coco(coco_document(COCO_BOX, images=[{"id": 7, "file_name": "a.jpg"}])) == (
        [],
        [("image-unreadable", "a.jpg", None)],
    )
    assert len(read_coco(coco_document(COCO_BOX))[0]) == 1


def test_a_nested_file_that_is_read_can_be_written(read_coco, images, tmp_path):
    limit = sys.getrecursionlimit()
    for depth in (10, 100, *range(limit - 500, limit + 100, 7), 200_000):
        try:
            records, _ = read_coco(
                '{"images": [{"id": 7, "file_name": "a.jpg"}], "annotations": [], '
                '"categories": [], "info": ' + "[" * depth + "]" * depth + "}"
            )
        except BadInput as error:
            assert "too deeply" in str(error) and depth > 100
        else:
            assert depth < 200_000
            coco.write(records, tmp_path / "again.json", images)
