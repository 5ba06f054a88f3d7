"""What COCO's bbox and iscrowd mean is told by all annotations of a source."""

import json
from dataclasses import replace

import pytest
from annotation_files import COCO_BOX, COCO_IMAGE, coco_document

from helpers.annotations.formats import coco
from helpers.annotations.reading import ReadOptions
from helpers.structures.errors import BadInput

MASK = {"size": [30, 40], "counts": [100, 50, 1050]}
CVAT = {"occluded": False}
PEN = dict(
    COCO_BOX, bbox=[120, 220, 300, 30], segmentation=[], attributes={"rotation": 60.0, **CVAT}
)
VGA = dict(COCO_IMAGE, width=640, height=480)
# Corners of boxes all over an image of 40x30.
CORNERS = [[1, 2, 20, 25], [10, 5, 35, 28], [25, 10, 39, 29], [0, 0, 8, 9], [30, 20, 38, 27]]


def boxes(*bboxes, **more):
    """COCO JSON of these boxes on an image of 40x30."""
    return coco_document(
        *(
            dict(COCO_BOX, id=own, bbox=bbox, segmentation=[], **more)
            for own, bbox in enumerate(bboxes)
        )
    )


@pytest.mark.parametrize(
    "annotation, box, finding_codes",
    [
        pytest.param(PEN, [182.0096, 97.5962, 357.9904, 372.4038], ["box-rotated"], id="rotated"),
        pytest.param(
            dict(PEN, segmentation=[[120, 220, 420, 220, 420, 250]]),
            [120, 220, 420, 250],
            [],
            id="an outline says where it is",
        ),
        pytest.param(
            dict(PEN, attributes={"rotation": 0.0}), [120, 220, 420, 250], [], id="not rotated"
        ),
        pytest.param(
            dict(PEN, attributes={"rotation": "left"}), [120, 220, 420, 250], [], id="no number"
        ),
        pytest.param(
            dict(COCO_BOX, bbox=[300, 200, -100, -50]),
            [200, 150, 300, 200],
            ["box-negative-size"],
            id="negative width and height",
        ),
        pytest.param(
            dict(COCO_BOX, bbox=[320, 240, 200, 40, 30], segmentation=[]),
            None,
            ["box-invalid"],
            id="five numbers, as detectron2 rotates",
        ),
    ],
)
def test_the_box_of_an_annotation(read_coco, images, tmp_path, annotation, box, finding_codes):
    document = coco_document(annotation, images=[VGA])
    records, findings = read_coco(document)
    assert findings == [(code, "a.jpg", 1) for code in finding_codes]
    if box:
        assert records[0].objects.boxes[0].tolist() == pytest.approx(box, abs=1e-3)
        written = coco.write(records, tmp_path / "again.json", images)
        assert json.loads(written.read_text()) == document


def test_a_rotated_box_that_was_moved_is_written_without_rotation(read_coco, images, tmp_path):
    (record,), _ = read_coco(coco_document(PEN, images=[VGA]))
    moved = replace(record, objects=replace(record.objects, boxes=[[1, 2, 20, 25]]))
    written = json.loads(coco.write([moved], tmp_path / "again.json", images).read_text())
    assert written["annotations"][0]["bbox"] == [1, 2, 19, 23]
    assert written["annotations"][0]["attributes"] == {"rotation": 0.0, **CVAT}
    assert PEN["attributes"]["rotation"] == 60.0


@pytest.mark.parametrize(
    "annotations, crowds, said",
    [
        pytest.param([{"iscrowd": 1}] * 3, [0, 0, 0], True, id="every object"),
        pytest.param([{"iscrowd": 1}, {"iscrowd": 0}], [1, 0], False, id="a real crowd"),
        pytest.param(
            [
                {"iscrowd": 1, "attributes": CVAT, "segmentation": MASK},
                {"iscrowd": 0, "attributes": CVAT},
            ],
            [0, 0],
            True,
            id="CVAT, masks and boxes",
        ),
        pytest.param(
            [{"iscrowd": 1, "attributes": CVAT}, {"iscrowd": 0, "attributes": CVAT}],
            [1, 0],
            False,
            id="flags of CVAT, but no mask",
        ),
        pytest.param([{"iscrowd": 0}] * 2, [0, 0], False, id="no crowds"),
        pytest.param([], [], False, id="no objects"),
    ],
)
def test_masks_of_every_object_are_no_crowds(read_coco, annotations, crowds, said):
    entries = [dict(COCO_BOX, id=own, **more) for own, more in enumerate(annotations)]
    before = json.dumps(entries)
    records, findings = read_coco(coco_document(*entries))
    assert records[0].objects.flags("group_of").tolist() == [bool(crowd) for crowd in crowds]
    assert findings == [("annotation-masks-as-crowds", "coco.json", None)] * said
    assert json.dumps(entries) == before


def test_crowds_are_decided_for_all_files_of_a_folder(images, tmp_path):
    for name, crowd, image in (("one", 1, "a.jpg"), ("two", 0, "sub/b.jpg")):
        document = coco_document(
            dict(COCO_BOX, iscrowd=crowd), images=[dict(COCO_IMAGE, file_name=image)]
        )
        (tmp_path / "ann").mkdir(exist_ok=True)
        (tmp_path / "ann" / f"{name}.json").write_text(json.dumps(document))
    first, second = coco.read(tmp_path / "ann", images).records
    assert (first.objects.group_of.tolist(), second.objects.group_of.tolist()) == ([True], [False])


@pytest.mark.parametrize(
    "bboxes, read, finding_codes",
    [
        pytest.param(
            CORNERS, CORNERS, [("annotation-corners-as-bbox", "coco.json", None)], id="corners"
        ),
        pytest.param(
            [[25, 10, 14, 19]] * 4 + [[30, 10, 31, 12]],
            [[25, 10, 39, 29]] * 4 + [[30, 10, 61, 22]],
            [],
            id="one box leaves its image",
        ),
        pytest.param(
            [[0.25, 0.2, 0.5, 0.6], [0, 0, 1, 1]],
            [[10, 6, 30, 24], [0, 0, 40, 30]],
            [("annotation-relative-boxes", "coco.json", None)],
            id="relative",
        ),
        pytest.param(
            [
                [x_min / 40, y_min / 30, x_max / 40, y_max / 30]
                for x_min, y_min, x_max, y_max in CORNERS
            ],
            CORNERS,
            [
                ("annotation-corners-as-bbox", "coco.json", None),
                ("annotation-relative-boxes", "coco.json", None),
            ],
            id="relative corners",
        ),
        pytest.param([], [], [], id="no objects"),
    ],
)
def test_what_bbox_holds_is_told_by_all_of_them(
    read_coco, images, tmp_path, bboxes, read, finding_codes
):
    records, findings = read_coco(boxes(*bboxes))
    assert [list(box) for box in records[0].objects.boxes] == [
        pytest.approx(box, rel=1e-5) for box in read
    ]
    assert sorted(findings) == sorted(finding_codes)
    written = coco.write(records, tmp_path / "again.json", images)
    again, others = read_coco(written.read_text())
    assert again[0].objects.boxes.tolist() == records[0].objects.boxes.tolist()
    assert [code for code, _, _ in others if code.startswith("annotation")] == []


def test_flags_in_attributes_are_read_and_written_where_they_change(read_coco, images, tmp_path):
    flagged = {"occluded": True, "truncated": "1", "difficult": 0, "colour": "red"}
    document = coco_document(
        dict(COCO_BOX, attributes=flagged), dict(COCO_BOX, id=12, attributes=None)
    )
    (record,), findings = read_coco(document)
    objects = record.objects
    assert (findings, objects.difficult) == ([], None)
    assert [objects.flags(name).tolist() for name in ("occluded", "truncated")] == [[1, 0]] * 2
    written = coco.write([record], tmp_path / "again.json", images)
    assert json.loads(written.read_text()) == document
    changed = replace(objects, occluded=[False, False], difficult=[False, True])
    written = coco.write([replace(record, objects=changed)], tmp_path / "new.json", images)
    assert [entry["attributes"] for entry in json.loads(written.read_text())["annotations"]] == [
        {**flagged, "occluded": False},
        {"difficult": True},
    ]


@pytest.mark.parametrize(
    "bboxes, layout, read",
    [
        pytest.param(CORNERS[:3], "corners", CORNERS[:3], id="few corners"),
        pytest.param(
            CORNERS[:3], "xywh", [[1, 2, 21, 27], [10, 5, 45, 33], [25, 10, 64, 39]], id="few sizes"
        ),
        pytest.param(
            [[20, 15, 38, 28], [30, 20, 18, 18], [10, 8, 12, 8], [33, 24, 10, 8]],
            "detect",
            [[1, 1, 39, 29], [21, 11, 39, 29], [4, 4, 16, 12], [28, 20, 38, 28]],
            id="centres",
        ),
    ],
)
def test_bbox_with_two_readings_is_refused_until_one_is_named(
    images, tmp_path, bboxes, layout, read
):
    source = tmp_path / "coco.json"
    source.write_text(json.dumps(boxes(*bboxes)))
    with pytest.raises(BadInput) as refused:
        coco.read(source, images)
    assert "--layout xywh or" in str(refused.value) and str(source) in str(refused.value)
    (record,) = coco.read(source, images, ReadOptions(layout=layout)).records
    assert [list(box) for box in record.objects.boxes] == [pytest.approx(box) for box in read]


def test_a_layout_of_yolo_text_is_none_of_bbox(images, tmp_path):
    source = tmp_path / "coco.json"
    source.write_text(json.dumps(boxes(*CORNERS)))
    with pytest.raises(BadInput, match="xywh, corners, detect"):
        coco.read(source, images, ReadOptions(layout="pose2"))
