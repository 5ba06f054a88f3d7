"""YOLO text: every place where class names stand, every layout of folders, every kind of line."""

import numpy as np
import pytest
from builders import codes

from helpers.annotations import yolo
from helpers.structures.errors import BadInput

# LabelImg's own line for the box [1, 2, 20, 25] on 40x30.
LINE = "0 0.262500 0.450000 0.475000 0.766667"
BOX = [1, 2, 20, 25]


@pytest.fixture()
def images(tmp_path, paint):
    """An image folder with a.jpg, 40x30."""
    paint(tmp_path / "img" / "a.jpg")
    return tmp_path / "img"


@pytest.fixture()
def read(images, tmp_path):
    """Reads files given by path and text; gives the records and ``(kind, path, object)``."""

    def of(texts, folder="ann", images=images):
        for name, text in texts.items():
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        found = yolo.read(tmp_path / folder, images)
        return found.records, codes(found.findings)

    return of


@pytest.mark.parametrize(
    "name, text",
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
def test_class_names_stand_in_many_files(read, name, text):
    records, findings = read({name: text, "a.txt": LINE + "\n" + LINE.replace("0", "1", 1)})
    assert findings == []
    assert (records[0].path, records[0].width, records[0].height) == ("a.jpg", 40, 30)
    assert records[0].objects.labels == ("cat", "dog")
    np.testing.assert_allclose(records[0].objects.boxes, [BOX, BOX], atol=2e-5)


def test_names_are_text_whatever_yaml_takes_them_for(read):
    records, _ = read(
        {
            "data.yaml": "names: [no, 7, ~, 1.50, 2019-01-01]",
            "a.txt": "\n".join(LINE.replace("0", str(i), 1) for i in range(5)),
        }
    )
    assert records[0].objects.labels == ("no", "7", "~", "1.50", "2019-01-01")


@pytest.mark.parametrize(
    "texts, source, images",
    [
        pytest.param(
            {
                "labels/train/p.txt": LINE,
                "labels/val/p.txt": "1" + LINE[1:],
                "classes.txt": "cat\ndog",
                "docs/how.txt": "words",
            },
            "",
            ["images/train/p.jpg", "images/val/p.jpg"],
            id="images and labels",
        ),
        pytest.param(
            {
                "labels/train/p.txt": LINE,
                "labels/val/p.txt": "1" + LINE[1:],
                "data.yaml": "names: [cat, dog]",
            },
            "labels",
            ["images/train/p.jpg", "images/val/p.jpg"],
            id="labels folder alone",
        ),
        # Roboflow
        pytest.param(
            {
                "train/labels/p.txt": LINE,
                "valid/labels/p.txt": "1" + LINE[1:],
                "README.roboflow.txt": "made by",
                "data.yaml": "names: [cat, dog]",
            },
            "",
            ["train/images/p.jpg", "valid/images/p.jpg"],
            id="Roboflow",
        ),
        # LabelImg, a list in each folder
        pytest.param(
            {"x/p.txt": LINE, "x/classes.txt": "cat", "y/p.txt": LINE, "y/classes.txt": "dog"},
            "",
            ["x/p.jpg", "y/p.jpg"],
            id="LabelImg, a list a folder",
        ),
        # a list apart
        pytest.param(
            {
                "x/p.txt": LINE,
                "y/p.txt": "1" + LINE[1:],
                "about/obj.names": "cat\ndog",
                "more/classes.txt": "cat\ndog",
            },
            "",
            ["x/p.jpg", "y/p.jpg"],
            id="a list apart",
        ),
        # darknet
        pytest.param(
            {
                "data/p.txt": LINE,
                "data2/p.txt": "1" + LINE[1:],
                "train.txt": "data/p.jpg",
                "obj.names": "cat\ndog",
            },
            "",
            ["data/p.jpg", "data2/p.jpg"],
            id="darknet",
        ),
    ],
)
def test_layouts_of_folders(tmp_path, paint, texts, source, images):
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    for name in images:
        paint(tmp_path / name)
    found = yolo.read(tmp_path / source, tmp_path)
    assert [(one.path, one.objects.labels) for one in found.records] == [
        (images[0], ("cat",)),
        (images[1], ("dog",)),
    ]
    assert found.findings == []


@pytest.mark.parametrize(
    "text, boxes, findings",
    [
        pytest.param("", [], [], id="empty"),
        pytest.param("\n \n", [], [], id="blank lines"),
        pytest.param(LINE + "\r\n\r\n", [BOX], [], id="Windows line ends"),
        pytest.param("\ufeff" + LINE, [BOX], [], id="byte-order mark"),
        pytest.param(LINE.replace(" ", "\t"), [BOX], [], id="tabs"),
        pytest.param("0.0" + LINE[1:], [BOX], [], id="id with decimals"),
        pytest.param(LINE + " 0.97", [BOX], [], id="confidence"),
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
def test_lines_of_a_file(read, text, boxes, findings):
    records, found = read({"classes.txt": "cat\n", "a.txt": text})
    assert found == findings
    np.testing.assert_allclose(records[0].objects.boxes, np.reshape(boxes, (-1, 4)), atol=2e-5)


@pytest.mark.parametrize(
    "line, kinds, label",
    [
        pytest.param("1" + LINE[1:], ["class-unknown"], "1", id="id not listed"),
        pytest.param("-1" + LINE[1:], ["class-unknown"], "-1", id="negative id"),
        pytest.param("0.5" + LINE[1:], ["class-unknown"], "0.5", id="fractional id"),
        pytest.param("nan" + LINE[1:], ["class-unknown"], "nan", id="NaN id"),
        pytest.param("cat" + LINE[1:], ["class-unknown"], "cat", id="class name"),
        pytest.param("9" * 400 + LINE[1:], ["class-unknown"], "9" * 400, id="id of 400 digits"),
        pytest.param("0 0.1 0.2 0.3", ["box-invalid"], "cat", id="three numbers"),
        pytest.param("0", ["box-invalid"], "cat", id="id alone"),
        pytest.param("0 0.1 0.2 0.3 wide", ["box-invalid"], "cat", id="height as text"),
        pytest.param("0 nan nan nan nan", ["box-invalid"], "cat", id="NaN box"),
        pytest.param("0 0.1 0.2 0.3 inf", ["box-invalid"], "cat", id="infinite height"),
        pytest.param("0 0.1 0.2 0.3 1e999", ["box-invalid"], "cat", id="beyond float64"),
        pytest.param("0 0.1 0.2 0.3 0.4 0.5 0.6 0.7", ["box-invalid"], "cat", id="odd outline"),
        pytest.param(
            "0,0.1,0.2,0.3,0.4", ["class-unknown", "box-invalid"], "0,0.1,0.2,0.3,0.4", id="commas"
        ),
    ],
)
def test_a_bad_line_does_not_stop_the_others(read, line, kinds, label):
    records, findings = read({"classes.txt": "cat", "a.txt": f"{LINE}\n{line}\n{LINE}\n"})
    assert findings == [(kind, "a.jpg", 2) for kind in kinds]
    assert records[0].objects.labels == ("cat", label, "cat")


@pytest.mark.parametrize(
    "name, text, findings",
    [
        pytest.param(
            "b.txt", LINE, [("annotation-without-image", "b.txt", None)], id="image not there"
        ),
        pytest.param("A.TXT", LINE, [("annotation-duplicate", "a.jpg", None)], id="image twice"),
        pytest.param(
            "b.txt",
            "To whom it may concern",
            [("annotation-other-format", "b.txt", None)],
            id="words",
        ),
        pytest.param(
            "b.txt", b"\xff\x00\xfe\xff", [("annotation-broken-file", "b.txt", None)], id="binary"
        ),
        pytest.param(
            "b.txt", "0 0.5\x00 0.5", [("annotation-without-image", "b.txt", None)], id="NUL byte"
        ),
        pytest.param(
            "data.yaml",
            "names: [cat",
            [("annotation-broken-file", "data.yaml", None)],
            id="broken YAML",
        ),
        pytest.param("pipeline.yaml", "a: [{{ jinja }}", [], id="other YAML"),
        pytest.param(".b.txt", LINE, [], id="hidden file"),
        pytest.param("README.txt", "words", [], id="README"),
        pytest.param("train.txt", "img/a.jpg", [], id="list of images"),
    ],
)
def test_a_bad_file_does_not_stop_the_others(read, name, text, findings):
    records, found = read({"classes.txt": "cat", "a.txt": LINE, name: text})
    assert found == findings and [one.path for one in records] == ["a.jpg"]


@pytest.mark.parametrize(
    "texts, message",
    [
        pytest.param({}, "ann: no such", id="missing folder"),
        pytest.param({"classes.txt": "cat"}, "ann: .* 0 text.* 1 lists", id="no labels"),
        pytest.param({"a.txt": LINE}, "ann: .* 1 text.* 0 lists", id="no list"),
        pytest.param(
            {"a.txt": LINE, "data.yaml": "names: 7"},
            "ann: .* 1 text.* 0 lists",
            id="names a number",
        ),
        pytest.param(
            {"a.txt": LINE, "classes.txt": b"\xe4\n"}, "classes.txt: .*bytes", id="list not UTF-8"
        ),
        pytest.param(
            {"a.txt": LINE, "data.yaml": "names: ["},
            "data.yaml: .*broken YAML",
            id="YAML not closed",
        ),
        pytest.param(
            {"a.txt": LINE, "data.yaml": "names: " + "[" * 600},
            "data.yaml: .*broken YAML",
            id="YAML nested too deeply",
        ),
        pytest.param(
            {"a.txt": LINE, "data.yaml": 'names: "\\UFFFFFFFF"'},
            "data.yaml: .*broken YAML",
            id="YAML escape out of range",
        ),
        pytest.param(
            {"a.txt": LINE, "data.yaml": "names: !!python/name:os.system ["},
            "data.yaml: .*broken YAML",
            id="YAML Python tag",
        ),
        pytest.param(
            {"a.txt": LINE, "data.yaml": "{[names]: 2}"},
            "data.yaml: .*broken YAML",
            id="YAML list as a key",
        ),
    ],
)
def test_without_class_names_nothing_can_be_read(read, texts, message):
    with pytest.raises(BadInput, match=message):
        read(texts)


@pytest.mark.parametrize(
    "name, text",
    [
        ("classes.txt", "\n"),
        ("data.yaml", "names: {x: cat, 300000: dog, 0: [a]}"),
        ("data.yaml", "names: []"),
        ("classes.txt", ""),
    ],
    ids=["blank line", "no whole ids", "empty YAML list", "empty file"],
)
def test_an_empty_list_leaves_every_class_unknown(read, tmp_path, images, name, text):
    records, findings = read({"a.txt": LINE, name: text})
    assert findings == [("class-unknown", "a.jpg", 1)]
    yolo.write(records, tmp_path / "out", images)
    assert (tmp_path / "out" / "classes.txt").read_text() == "0\n"


def test_lists_that_contradict_each_other_name_nothing(read):
    records, findings = read({"a.txt": LINE, "x/classes.txt": "cat", "y/classes.txt": "dog"})
    assert findings == [("class-unknown", "a.jpg", 1)] and records[0].objects.labels == ("0",)


def test_nothing_in_yaml_is_run(read, tmp_path):
    text = f"names: [cat]\nx: !!python/object/apply:os.mkdir ['{tmp_path}/made']"
    assert read({"data.yaml": text, "a.txt": LINE})[0][0].objects.labels == ("cat",)
    assert not (tmp_path / "made").exists()


def test_it_is_written_as_labelimg_writes_it(tmp_path, images, record):
    records = [record("a.jpg", ("dog", 4, 3, 20, 27), ("cat", 0, 0, 40, 30)), record("sub/b.jpg")]
    yolo.write(records, tmp_path / "out", images)
    assert {
        path.relative_to(tmp_path / "out").as_posix(): path.read_text()
        for path in (tmp_path / "out").glob("**/*.txt")
    } == {
        "classes.txt": "cat\ndog\n",
        "sub/b.txt": "",
        "a.txt": "1 0.300000 0.500000 0.400000 0.800000\n0 0.500000 0.500000 1.000000 1.000000\n",
    }


def test_more_decimals_are_written_where_the_box_needs_them(tmp_path, images, record, plain):
    records = [record("a.jpg", ("cat", 1, 2, 20, 25))]
    yolo.write(records, tmp_path / "out", images)
    assert (
        tmp_path / "out" / "a.txt"
    ).read_text() == "0 0.26250000 0.45000000 0.47500000 0.76666667\n"
    assert plain(yolo.read(tmp_path / "out", images).records) == plain(records)


@pytest.mark.parametrize(
    "line, again, names",
    [
        (LINE, LINE, ""),
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
def test_what_was_read_is_written_again(read, tmp_path, images, line, again, names):
    classes = "dog\ncat\ncat\nunused\n"
    records, _ = read({"classes.txt": classes, "a.txt": f"{line}\n{LINE}\n"})
    yolo.write(records, tmp_path / "out", images)
    assert (tmp_path / "out" / "a.txt").read_text() == f"{again}\n{LINE}\n"
    assert (tmp_path / "out" / "classes.txt").read_text() == classes + names


def test_what_was_changed_since_is_written_changed(read, tmp_path, images, record):
    (before,) = read({"classes.txt": "dog\ncat", "a.txt": "0 .1 .1 .5 .2 .3 .9"})[0]
    changed = record(
        "a.jpg", ("bird", 4, 3, 20, 24), extra=before.extra, extras=before.objects.extras
    )
    yolo.write([changed], tmp_path / "out", images)
    assert (tmp_path / "out" / "a.txt").read_text() == "2 0.300000 0.450000 0.400000 0.700000\n"
    assert (tmp_path / "out" / "classes.txt").read_text() == "dog\ncat\nbird\n"


@pytest.mark.parametrize(
    "names, label, message",
    [
        (["a.jpg", "a.png"], "cat", "a.txt: .*a.png"),
        (["classes.jpg"], "cat", "classes.txt: .*classes.jpg"),
        (["a.jpg"], "two\nlines", "classes.txt: .*'two"),
    ],
    ids=["two images of one stem", "image called classes", "class of two lines"],
)
def test_what_the_format_cannot_express_is_refused(tmp_path, images, record, names, label, message):
    with pytest.raises(BadInput, match=message):
        yolo.write([record(name, (label, 1, 2, 3, 4)) for name in names], tmp_path / "o", images)
    assert not (tmp_path / "o").exists()
