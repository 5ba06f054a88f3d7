"""YOLO text with faults: lines and files that are findings, data sets that are refused."""

import pytest
from annotation_files import YOLO_LINE

from helpers.annotations.formats import yolo
from helpers.structures.errors import BadInput


@pytest.mark.parametrize(
    "line, finding_codes, label",
    [
        pytest.param("1" + YOLO_LINE[1:], ["class-unknown"], "1", id="id not listed"),
        pytest.param("-1" + YOLO_LINE[1:], ["class-unknown"], "-1", id="negative id"),
        pytest.param("0.5" + YOLO_LINE[1:], ["class-unknown"], "0.5", id="fractional id"),
        pytest.param("nan" + YOLO_LINE[1:], ["class-unknown"], "nan", id="NaN id"),
        pytest.param("cat" + YOLO_LINE[1:], ["class-unknown"], "cat", id="class name"),
        pytest.param(
            "9" * 400 + YOLO_LINE[1:], ["class-unknown"], "9" * 400, id="id of 400 digits"
        ),
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
def test_a_bad_line_does_not_stop_the_others(read_yolo, line, finding_codes, label):
    records, findings = read_yolo(
        {"classes.txt": "cat", "a.txt": f"{YOLO_LINE}\n{line}\n{YOLO_LINE}\n"}
    )
    assert findings == [(code, "a.jpg", 2) for code in finding_codes]
    assert records[0].objects.labels == ("cat", label, "cat")


@pytest.mark.parametrize(
    "name, content, findings",
    [
        pytest.param(
            "b.txt", YOLO_LINE, [("annotation-without-image", "b.txt", None)], id="image not there"
        ),
        pytest.param(
            "A.TXT", YOLO_LINE, [("annotation-duplicate", "a.jpg", None)], id="image twice"
        ),
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
        pytest.param(".b.txt", YOLO_LINE, [], id="hidden file"),
        pytest.param("README.txt", "words", [], id="README"),
        pytest.param("train.txt", "img/a.jpg", [], id="list of images"),
    ],
)
def test_a_bad_file_does_not_stop_the_others(read_yolo, name, content, findings):
    records, actual = read_yolo({"classes.txt": "cat", "a.txt": YOLO_LINE, name: content})
    assert actual == findings and [record.path for record in records] == ["a.jpg"]


@pytest.mark.parametrize(
    "files, message",
    [
        pytest.param({}, "ann: no such", id="missing folder"),
        pytest.param({"classes.txt": "cat"}, "ann: .* 0 text.* 1 lists", id="no labels"),
        pytest.param({"a.txt": YOLO_LINE}, "ann: .* 1 text.* 0 lists", id="no list"),
        pytest.param(
            {"a.txt": YOLO_LINE, "data.yaml": "names: 7"},
            "ann: .* 1 text.* 0 lists",
            id="names a number",
        ),
        pytest.param(
            {"a.txt": YOLO_LINE, "classes.txt": b"\xe4\n"},
            "classes.txt: .*bytes",
            id="list not UTF-8",
        ),
        pytest.param(
            {"a.txt": YOLO_LINE, "data.yaml": "names: ["},
            "data.yaml: .*broken YAML",
            id="YAML not closed",
        ),
        pytest.param(
            {"a.txt": YOLO_LINE, "data.yaml": "names: " + "[" * 600},
            "data.yaml: .*broken YAML",
            id="YAML nested too deeply",
        ),
        pytest.param(
            {"a.txt": YOLO_LINE, "data.yaml": 'names: "\\UFFFFFFFF"'},
            "data.yaml: .*broken YAML",
            id="YAML escape out of range",
        ),
        pytest.param(
            {"a.txt": YOLO_LINE, "data.yaml": "names: !!python/name:os.system ["},
            "data.yaml: .*broken YAML",
            id="YAML Python tag",
        ),
        pytest.param(
            {"a.txt": YOLO_LINE, "data.yaml": "{[names]: 2}"},
            "data.yaml: .*broken YAML",
            id="YAML list as a key",
        ),
    ],
)
def test_a_data_set_without_labels_or_class_names_is_refused(read_yolo, files, message):
    with pytest.raises(BadInput, match=message):
        read_yolo(files)


@pytest.mark.parametrize(
    "name, content",
    [
        ("classes.txt", "\n"),
        ("data.yaml", "names: {x: cat, 300000: dog, 0: [a]}"),
        ("data.yaml", "names: []"),
        ("classes.txt", ""),
    ],
    ids=["blank line", "no whole ids", "empty YAML list", "empty file"],
)
def test_an_empty_list_leaves_every_class_unknown(read_yolo, tmp_path, single_image, name, content):
    records, findings = read_yolo({"a.txt": YOLO_LINE, name: content})
    assert findings == [("class-unknown", "a.jpg", 1)]
    yolo.write(records, tmp_path / "out", single_image)
    assert (tmp_path / "out" / "classes.txt").read_text() == "0\n"


def test_contradicting_lists_leave_every_class_unknown(read_yolo):
    records, findings = read_yolo(
        {"a.txt": YOLO_LINE, "x/classes.txt": "cat", "y/classes.txt": "dog"}
    )
    assert findings == [("class-unknown", "a.jpg", 1)] and records[0].objects.labels == ("0",)


@pytest.mark.parametrize(
    "names, label, message",
    [
        (["a.jpg", "a.png"], "cat", "a.txt: .*a.png"),
        (["classes.jpg"], "cat", "classes.txt: .*classes.jpg"),
        (["a.jpg"], "two\nlines", "classes.txt: .*'two"),
    ],
    ids=["two images of one stem", "image called classes", "class of two lines"],
)
def test_records_that_yolo_cannot_express_are_refused(
    tmp_path, single_image, record, names, label, message
):
    with pytest.raises(BadInput, match=message):
        yolo.write(
            [record(name, (label, 1, 2, 3, 4)) for name in names], tmp_path / "o", single_image
        )
    assert not (tmp_path / "o").exists()
