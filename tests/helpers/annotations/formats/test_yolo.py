"""YOLO text: every place where class names stand, every layout of folders, every kind of line."""

import numpy as np
import pytest
from annotation_files import YOLO_LINE

from helpers.annotations.formats import yolo

BOX = [1, 2, 20, 25]


@pytest.mark.parametrize(
    "name, content",
    [
        pytest.param("classes.txt", "cat\ndog\n", id="lines"),
        pytest.param("classes.txt", "cat\r\ndog\r\n", id="Windows line ends"),
        pytest.param("classes.txt", "\ufeffcat\ndog", id="byte-order mark"),
        pytest.param("obj.names", "cat\ndog\n\n", id="obj.names"),
        pytest.param("_darknet.labels", "cat\ndog", id="darknet labels"),
        pytest.param("data.yaml", "names: [cat, dog]\nnc: 2", id="YAML list"),
        pytest.param("data.yaml", "names:\n- cat\n- dog\ntrain: ../../etc", id="YAML block list"),
        pytest.param("coco8.yml", "names: {0: cat, 1: dog}", id="YAML by id"),
        pytest.param("data.yaml", "names:\n  '0': cat\n  '1': dog", id="YAML by quoted id"),
    ],
)
def test_class_names_are_read_from_every_kind_of_list(read_yolo, name, content):
    records, findings = read_yolo(
        {name: content, "a.txt": YOLO_LINE + "\n" + YOLO_LINE.replace("0", "1", 1)}
    )
    assert findings == []
    assert (records[0].path, records[0].width, records[0].height) == ("a.jpg", 40, 30)
    assert records[0].objects.labels == ("cat", "dog")
    np.testing.assert_allclose(records[0].objects.boxes, [BOX, BOX], atol=2e-5)


def test_names_are_text_whatever_yaml_takes_them_for(read_yolo):
    records, _ = read_yolo(
        {
            "data.yaml": "names: [no, 7, ~, 1.50, 2019-01-01]",
            "a.txt": "\n".join(YOLO_LINE.replace("0", str(i), 1) for i in range(5)),
        }
    )
    assert records[0].objects.labels == ("no", "7", "~", "1.50", "2019-01-01")


@pytest.mark.parametrize(
    "files, source, paths",
    [
        pytest.param(
            {
                "labels/train/p.txt": YOLO_LINE,
                "labels/val/p.txt": "1" + YOLO_LINE[1:],
                "classes.txt": "cat\ndog",
                "docs/how.txt": "words",
            },
            "",
            ["images/train/p.jpg", "images/val/p.jpg"],
            id="images and labels",
        ),
        pytest.param(
            {
                "labels/train/p.txt": YOLO_LINE,
                "labels/val/p.txt": "1" + YOLO_LINE[1:],
                "data.yaml": "names: [cat, dog]",
            },
            "labels",
            ["images/train/p.jpg", "images/val/p.jpg"],
            id="labels folder alone",
        ),
        pytest.param(
            {
                "train/labels/p.txt": YOLO_LINE,
                "valid/labels/p.txt": "1" + YOLO_LINE[1:],
                "README.roboflow.txt": "made by",
                "data.yaml": "names: [cat, dog]",
            },
            "",
            ["train/images/p.jpg", "valid/images/p.jpg"],
            id="Roboflow",
        ),
        pytest.param(
            {
                "x/p.txt": YOLO_LINE,
                "x/classes.txt": "cat",
                "y/p.txt": YOLO_LINE,
                "y/classes.txt": "dog",
            },
            "",
            ["x/p.jpg", "y/p.jpg"],
            id="LabelImg, a list a folder",
        ),
        pytest.param(
            {
                "x/p.txt": YOLO_LINE,
                "y/p.txt": "1" + YOLO_LINE[1:],
                "about/obj.names": "cat\ndog",
                "more/classes.txt": "cat\ndog",
            },
            "",
            ["x/p.jpg", "y/p.jpg"],
            id="a list apart",
        ),
        pytest.param(
            {
                "data/p.txt": YOLO_LINE,
                "data2/p.txt": "1" + YOLO_LINE[1:],
                "train.txt": "data/p.jpg",
                "obj.names": "cat\ndog",
            },
            "",
            ["data/p.jpg", "data2/p.jpg"],
            id="darknet",
        ),
    ],
)
def test_every_layout_of_folders_is_read(tmp_path, paint, files, source, paths):
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    for name in paths:
        paint(tmp_path / name)
    annotations = yolo.read(tmp_path / source, tmp_path)
    assert [(record.path, record.objects.labels) for record in annotations.records] == [
        (paths[0], ("cat",)),
        (paths[1], ("dog",)),
    ]
    assert annotations.findings == []


@pytest.mark.parametrize(
    "content, boxes, findings",
    [
        pytest.param("", [], [], id="empty"),
        pytest.param("\n \n", [], [], id="blank lines"),
        pytest.param(YOLO_LINE + "\r\n\r\n", [BOX], [], id="Windows line ends"),
        pytest.param("\ufeff" + YOLO_LINE, [BOX], [], id="byte-order mark"),
        pytest.param(YOLO_LINE.replace(" ", "\t"), [BOX], [], id="tabs"),
        pytest.param("0.0" + YOLO_LINE[1:], [BOX], [], id="id with decimals"),
        pytest.param(
            YOLO_LINE + " 0.97", [BOX], [("annotation-interpreted", "ann", None)], id="confidence"
        ),
        pytest.param(
            "0 0.1 0.1 0.5 0.2 0.3 0.9",
            [[4, 3, 20, 27]],
            [("box-from-shape", "a.jpg", 1)],
            id="polygon of 3 points",
        ),
        pytest.param(
            "0 0.1 0.1 0.5 0.1 0.5 0.9 0.1 0.9",
            [[4, 3, 20, 27]],
            [("box-from-shape", "a.jpg", 1)],
            id="polygon of 4 points",
        ),
        pytest.param(
            "0 2 2 1 1", [[60, 45, 100, 75]], [], id="outside the image"
        ),  # for checks to judge
        pytest.param("0 0.5 0.5 -0.5 0.5", [[30, 7.5, 10, 22.5]], [], id="negative width"),
    ],
)
def test_boxes_are_read_from_every_kind_of_line(read_yolo, content, boxes, findings):
    records, actual = read_yolo({"classes.txt": "cat\n", "a.txt": content})
    assert actual == findings
    np.testing.assert_allclose(records[0].objects.boxes, np.reshape(boxes, (-1, 4)), atol=2e-5)


def test_nothing_in_yaml_is_run(read_yolo, tmp_path):
    content = f"names: [cat]\nx: !!python/object/apply:os.mkdir ['{tmp_path}/made']"
    assert read_yolo({"data.yaml": content, "a.txt": YOLO_LINE})[0][0].objects.labels == ("cat",)
    assert not (tmp_path / "made").exists()


def test_records_are_written_as_labelimg_writes_them(tmp_path, single_image, record):
    records = [record("a.jpg", ("dog", 4, 3, 20, 27), ("cat", 0, 0, 40, 30)), record("sub/b.jpg")]
    yolo.write(records, tmp_path / "out", single_image)
    assert {
        path.relative_to(tmp_path / "out").as_posix(): path.read_text()
        for path in (tmp_path / "out").glob("**/*.txt")
    } == {
        "classes.txt": "cat\ndog\n",
        "sub/b.txt": "",
        "a.txt": "1 0.300000 0.500000 0.400000 0.800000\n0 0.500000 0.500000 1.000000 1.000000\n",
    }


def test_more_decimals_are_written_where_the_box_needs_them(tmp_path, single_image, record, plain):
    records = [record("a.jpg", ("cat", 1, 2, 20, 25))]
    yolo.write(records, tmp_path / "out", single_image)
    assert (
        tmp_path / "out" / "a.txt"
    ).read_text() == "0 0.26250000 0.45000000 0.47500000 0.76666667\n"
    assert plain(yolo.read(tmp_path / "out", single_image).records) == plain(records)


@pytest.mark.parametrize(
    "line, written, new_names",
    [
        (YOLO_LINE, YOLO_LINE, ""),
        ("2 0.5 0.5 0.25 0.25", "2 0.5 0.5 0.25 0.25", ""),
        ("0 .1 .1 .5 .2 .3 .9", "0 .1 .1 .5 .2 .3 .9", ""),
        ("1 0.123456789 0.5 0.1 0.1 0.88", "1 0.123456789 0.5 0.1 0.1 0.88", ""),
        ("0 0.5 0.5 0.1", "0 0.5 0.5 0.1", ""),
        ("7 0.5 0.5 0.1 0.1", "4 0.5 0.5 0.1 0.1", "7\n"),  # a class that had no name has one now
    ],
    ids=[
        "box",
        "second id of a class",
        "polygon",
        "confidence, long decimals",
        "three numbers",
        "class without a name",
    ],
)
def test_lines_and_class_names_are_written_unchanged(
    read_yolo, tmp_path, single_image, line, written, new_names
):
    classes = "dog\ncat\ncat\nunused\n"
    records, _ = read_yolo({"classes.txt": classes, "a.txt": f"{line}\n{YOLO_LINE}\n"})
    yolo.write(records, tmp_path / "out", single_image)
    assert (tmp_path / "out" / "a.txt").read_text() == f"{written}\n{YOLO_LINE}\n"
    assert (tmp_path / "out" / "classes.txt").read_text() == classes + new_names


def test_a_changed_box_and_class_are_written(read_yolo, tmp_path, single_image, record):
    (original,) = read_yolo({"classes.txt": "dog\ncat", "a.txt": "0 .1 .1 .5 .2 .3 .9"})[0]
    changed = record(
        "a.jpg", ("bird", 4, 3, 20, 24), extra=original.extra, extras=original.objects.extras
    )
    yolo.write([changed], tmp_path / "out", single_image)
    assert (tmp_path / "out" / "a.txt").read_text() == "2 0.300000 0.450000 0.400000 0.700000\n"
    assert (tmp_path / "out" / "classes.txt").read_text() == "dog\ncat\nbird\n"
