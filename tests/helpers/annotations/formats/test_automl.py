"""The table of Vertex AI and AutoML: fractions, two or four corners, and the set of each image."""

import csv

import numpy as np
import pytest
from annotation_files import AUTOML, AUTOML_BARE
from builders import rows_of

from helpers.annotations.formats import automl
from helpers.structures.errors import BadInput

FOUR = "TRAIN,gs://bucket/a.jpg,cat,0.025,0.0666666667,0.5,0.0666666667,0.5,0.8333333333,0.025,"
NAMES = "set,path,label,x_min,y_min,x_max,y_min,x_max,y_max,x_min,y_max\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(AUTOML, id="two corners"),
        pytest.param(FOUR + "0.8333333333\n", id="four corners"),
        pytest.param(AUTOML.partition(",")[2], id="without sets"),
        pytest.param(AUTOML.replace("TRAIN", ""), id="set left empty"),
        pytest.param(NAMES + AUTOML, id="with names"),
        pytest.param(AUTOML.replace("gs://bucket/", ""), id="TensorFlow Lite Model Maker"),
        pytest.param(AUTOML.replace("TRAIN", "training"), id="Vertex AI's word"),
        pytest.param(
            "TRAIN,a.jpg,cat,0.5,0.8333333333,,,0.025,0.0666666667,,", id="corners the other way"
        ),
    ],
)
def test_fractions_become_pixels(read_with, plain, text):
    records, findings = read_with(automl, {"data.csv": text})
    assert plain(records) == [("a.jpg", 40, 30, ("cat",), [[1, 2, 20, 25]], (False,), (False,))]
    assert findings == []


@pytest.mark.parametrize(
    "use, split",
    [
        ("TRAIN", "train"),
        ("training", "train"),
        ("VALIDATE", "eval"),
        ("validation", "eval"),
        ("TEST", "test"),
        ("UNASSIGNED", ""),
    ],
)
def test_the_set_of_an_image_is_kept(read_with, tmp_path, images, use, split):
    text = AUTOML.replace("TRAIN", use) + AUTOML_BARE
    records, _ = read_with(automl, {"data.csv": text})
    assert [record.extra.get("split", "") for record in records] == [split, "test"]
    out = automl.write(records, tmp_path / "out.csv", images)
    with open(str(out), newline="") as stream:
        rows = list(csv.reader(stream))
    assert [row[:3] for row in rows] == [
        [use, "gs://bucket/a.jpg", "cat"],
        ["TEST", "gs://bucket/sub/b.jpg", ""],
    ]


def test_a_split_that_an_image_has_is_its_set(tmp_path, record, images):
    records = [record(f"{name}.jpg", extra={"split": name}) for name in ("train", "eval", "test")]
    out = automl.write(records, tmp_path / "out.csv", images)
    sets = [line.partition(",")[0] for line in out.read_text().splitlines()]
    assert sets == ["TRAIN", "VALIDATION", "TEST"]


def test_images_without_a_set_are_unassigned(tmp_path, record, images):
    out = automl.write([record("a.jpg", ("cat", 1, 3, 20, 24))], tmp_path / "out.csv", images)
    assert out.read_text() == "UNASSIGNED,a.jpg,cat,0.025000,0.100000,,,0.500000,0.800000,,\n"


def test_what_is_written_are_the_same_float32(tmp_path, record, images):
    box = (0.1, 1 / 3, 39.99, 29.123457)
    out = automl.write([record("a.jpg", ("cat", *box))], tmp_path / "out.csv", images)
    with open(str(out), newline="") as stream:
        (row,) = csv.reader(stream)
    shares = [float(row[index]) for index in (3, 4, 7, 8)]
    actual = np.float32([share * length for share, length in zip(shares, (40, 30, 40, 30))])
    assert actual.tolist() == np.float32(box).tolist()


@pytest.mark.parametrize(
    "box", [(-1, 0, 5, 5), (0, 0, 41, 5), (9, 0, 5, 5), (float("nan"),) * 4], ids=str
)
def test_boxes_that_no_importer_takes_are_not_written(tmp_path, record, images, box):
    with pytest.raises(BadInput, match=r"sub/b\.jpg.*40x30"):
        automl.write([record("sub/b.jpg", ("cat", *box))], tmp_path / "out.csv", images)
    assert not (tmp_path / "out.csv").exists()


def test_pixels_are_refused(read_with):
    with pytest.raises(BadInput, match=r"data\.csv, line 2.*'200'.*0 to 1.*Divide"):
        read_with(automl, {"data.csv": AUTOML + "TRAIN,a.jpg,cat,10,20,,,200,100,,\n"})


@pytest.mark.parametrize(
    "line, finding",
    [
        pytest.param(
            "TRAIN,a.jpg,cat,0.1,x,,,0.2,0.3,,", ("box-invalid", "a.jpg", 2), id="no number"
        ),
        pytest.param(
            "TRAIN,a.jpg,cat,0.1,,,,0.2,0.3,,", ("box-invalid", "a.jpg", 2), id="half a corner"
        ),
        pytest.param("TRAIN,a.jpg,cat", ("box-invalid", "a.jpg", 2), id="a class and no box"),
        pytest.param(
            AUTOML.strip() + ",1", ("annotation-broken-file", "data.csv", None), id="too long"
        ),
        pytest.param(
            AUTOML.replace("TRAIN", "TEST").strip(),
            ("annotation-broken-file", "data.csv", None),
            id="one image in two sets",
        ),
    ],
)
def test_a_bad_line_is_a_finding(read_with, line, finding):
    records, findings = read_with(automl, {"data.csv": AUTOML + line + "\n"})
    assert findings == [finding]
    assert rows_of(records[0])[0] == ("cat", 1, 2, 20, 25)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a.jpg,1,2,3,4,cat\n", id="RetinaNet"),
        pytest.param("TRAIN,a.jpg,cat,0.1,0.2,0.3,0.4\n", id="four numbers"),
        pytest.param("LEFT,a.jpg,cat,0.1,0.2,,,0.3,0.4,,\n", id="no set"),
        pytest.param("TRAIN,a.doc,cat,0.1,0.2,,,0.3,0.4,,\n", id="no image"),
        pytest.param("TRAIN,gs://b/video.mp4,,,,,,,,,\n", id="video"),
        pytest.param("", id="empty"),
    ],
)
def test_other_tables_are_not_taken_for_it(text):
    assert not automl.recognises(text)
