"""KITTI's labels: fifteen words a line, regions where nobody looked, and how they are written."""

import pytest
from annotation_files import KITTI
from builders import rows_of

from helpers.annotations.formats import kitti
from helpers.structures.errors import BadInput

CAR = "Car 0.80 2 1.57 1.50 2 20.25 25 1.6 1.7 4.1 -5.0 1.6 20.5 1.6"
DONT_CARE = "DontCare -1 -1 -10 30 3 39 9 -1 -1 -1 -1000 -1000 -1000 -10"


@pytest.mark.parametrize(
    "files, source",
    [
        pytest.param({"a.txt": KITTI, "b.txt": ""}, "", id="folder"),
        pytest.param({"training/label_2/a.txt": KITTI}, "", id="KITTI's folders"),
        pytest.param(
            {"label_2/a.txt": KITTI, "calib/a.txt": "P0: 7.2 0 6.1\n"}, "", id="calibration beside"
        ),
        pytest.param({"labels/a.txt": KITTI}, "labels", id="the labels' folder"),
        pytest.param({"a.txt": KITTI}, "a.txt", id="one file"),
    ],
)
def test_boxes_are_read(read_with, plain, files, source):
    records, findings = read_with(kitti, files, source)
    assert plain(records)[0] == (("a.jpg", 40, 30, ("cat",), [[1, 2, 20, 25]], (False,), (False,)))
    assert findings == []


def test_scores_of_a_detector_are_left_out_and_said(read_with):
    records, findings = read_with(kitti, {"a.txt": KITTI.strip() + " 0.95\n" + KITTI})
    assert rows_of(records[0]) == [("cat", 1, 2, 20, 25)] * 2
    assert findings == [("annotation-scored", "ann", None)]


def test_an_empty_file_is_an_image_without_objects(read_with):
    records, _ = read_with(kitti, {"a.txt": KITTI, "b.txt": ""})
    assert [(record.path, len(record.objects)) for record in records] == [
        ("a.jpg", 1),
        ("sub/b.jpg", 0),
    ]


def test_dont_care_is_left_out_and_flags_are_kept(read_with):
    records, findings = read_with(kitti, {"a.txt": f"{DONT_CARE}\n{CAR}\n{KITTI}"})
    assert rows_of(records[0]) == [("Car", 1.5, 2, 20.25, 25), ("cat", 1, 2, 20, 25)]
    assert records[0].objects.truncated.tolist() == [True, False]
    assert records[0].objects.occluded.tolist() == [True, False]
    assert findings == [("annotation-ignored-regions", "ann", None)]


@pytest.mark.parametrize(
    "line, finding",
    [
        pytest.param(KITTI.replace("20", "x"), ("box-invalid", "a.jpg", 2), id="no number"),
        pytest.param("cat 0 0 0 1 2 3", ("box-invalid", "a.jpg", 2), id="short"),
        pytest.param("cat", ("box-invalid", "a.jpg", 2), id="one word"),
    ],
)
def test_a_bad_line_is_a_finding(read_with, line, finding):
    records, findings = read_with(kitti, {"a.txt": KITTI + line})
    assert findings == [finding]
    assert rows_of(records[0])[0] == ("cat", 1, 2, 20, 25)


@pytest.mark.parametrize(
    "line, expected",
    [
        pytest.param(KITTI, True, id="as the devkit writes"),
        pytest.param("7" + KITTI[3:], True, id="class that is a number"),
        pytest.param("car 0 0 0 1 2 20 25 0 0 0 0 0 0 0", True, id="NVIDIA TAO"),
        pytest.param("0 " + "0.5 " * 14, False, id="YOLO outline of seven points"),
        pytest.param("car 0 0 0 1 2 20 25", False, id="eight words"),
        pytest.param("P0: 1 2 3 4 5 6 7 8 9 10 11 12", False, id="calibration"),
    ],
)
def test_lines_are_told_from_others(line, expected):
    assert kitti.is_line(line) == expected


def test_a_folder_of_other_text_is_refused(read_with):
    with pytest.raises(BadInput, match="ann: .*0.1 0.1.*15"):
        read_with(kitti, {"a.txt": "0 0.5 0.5 0.1 0.1\n"})


def test_unchanged_objects_are_written_as_they_were(read_with, tmp_path, images):
    records, _ = read_with(kitti, {"a.txt": f"{CAR}\n{KITTI}"})
    (path,) = kitti.write(records, tmp_path / "out", images)
    assert path == tmp_path / "out" / "a.txt"
    assert path.read_text() == f"{CAR}\n{KITTI}"


def test_objects_of_other_formats_are_written_with_their_flags(record, tmp_path, images):
    own = record(
        "sub/b.jpg",
        ("cat", 1, 2, 20, 25),
        ("dog", 0, 0, 5, 5.5),
        truncated=[True, False],
        occluded=[False, True],
    )
    (path,) = kitti.write([own], tmp_path / "out", images)
    space = "-1 -1 -1 -1000 -1000 -1000 -10"
    assert path.read_text().splitlines() == [
        f"cat 1.00 0 -10 1 2 20 25 {space}",
        f"dog 0.00 1 -10 0 0 5 5.5 {space}",
    ]


@pytest.mark.parametrize("label", ["red panda", "", " cat", "DontCare", "a\tb"], ids=repr)
def test_a_class_that_the_format_cannot_hold_is_refused(record, tmp_path, images, label):
    with pytest.raises(BadInput, match=r"a\.jpg"):
        kitti.write([record("a.jpg", (label, 1, 2, 3, 4))], tmp_path / "out", images)
    assert not (tmp_path / "out").exists()
