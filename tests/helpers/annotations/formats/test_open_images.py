"""Open Images: classes by machine id, millions of rows about other images, flags of objects."""

import numpy as np
import pandas
import pytest
from annotation_files import OPEN_IMAGES, OPEN_IMAGES_CLASSES, OPEN_IMAGES_NAMES
from builders import rows_of

from helpers.annotations.formats import open_images
from helpers.structures.boxes import FLAGS
from helpers.structures.errors import BadInput

BOXES, CLASSES = "train-annotations-bbox.csv", "class-descriptions-boxable.csv"
TABLE = {BOXES: OPEN_IMAGES_NAMES + OPEN_IMAGES, CLASSES: OPEN_IMAGES_CLASSES}
V7 = "LabelName,DisplayName\n" + OPEN_IMAGES_CLASSES


@pytest.mark.parametrize(
    "files, source",
    [
        pytest.param(TABLE, "", id="folder"),
        pytest.param(TABLE, BOXES, id="file"),
        pytest.param({**TABLE, CLASSES: V7}, "", id="descriptions with names of columns"),
        pytest.param(
            {"labels/detections.csv": TABLE[BOXES], "metadata/classes.csv": OPEN_IMAGES_CLASSES},
            "labels",
            id="FiftyOne's folders",
        ),
        pytest.param(
            {f"train/{BOXES}": TABLE[BOXES], CLASSES: OPEN_IMAGES_CLASSES},
            f"train/{BOXES}",
            id="descriptions above",
        ),
        pytest.param(
            {
                BOXES: "XMin,XMax,YMin,YMax,LabelName,ImageID\n"
                "0.025,0.5,0.0666666667,0.8333333333,/m/01yrx,a.jpg\n",
                CLASSES: OPEN_IMAGES_CLASSES,
            },
            "",
            id="fewer columns and a suffix",
        ),
        pytest.param(
            {BOXES: TABLE[BOXES].replace("/m/01yrx", "cat")}, "", id="names instead of ids"
        ),
    ],
)
def test_boxes_are_read_with_the_names_of_classes(read_with, plain, files, source):
    records, findings = read_with(open_images, files, source)
    assert plain(records) == [("a.jpg", 40, 30, ("cat",), [[1, 2, 20, 25]], (False,), (False,))]
    assert findings == []


def test_flags_are_those_that_are_known_and_the_rest_is_kept(read_with):
    rows = "a,xclick,/m/01yrx,1,0,1,0,1,{},{},{},1,-1\n"
    text = OPEN_IMAGES_NAMES + rows.format(1, 0, 1) + rows.format(-1, 1, -1)
    records, _ = read_with(open_images, {**TABLE, BOXES: text})
    objects = records[0].objects
    assert [objects.flags(name).tolist() for name in FLAGS] == [
        [False, True],
        [False, False],
        [True, False],
        [True, False],
    ]
    assert objects.extra(0)["open_images"] == {
        "labelname": "/m/01yrx",
        "source": "xclick",
        "isdepiction": "1",
        "isinside": "-1",
    }


def test_ids_without_a_name_are_found_once(read_with):
    text = OPEN_IMAGES_NAMES + OPEN_IMAGES + OPEN_IMAGES.replace("01yrx", "0zzz")
    records, findings = read_with(open_images, {**TABLE, BOXES: text})
    assert records[0].objects.labels == ("cat", "/m/0zzz")
    assert findings == [("class-machine-id", "ann", None)]


def test_rows_about_other_images_are_counted_and_not_listed(read_with, tmp_path, images):
    others = "".join(OPEN_IMAGES.replace("a,", f"{own:016x},", 1) for own in range(50))
    records, findings = read_with(
        open_images, {**TABLE, BOXES: OPEN_IMAGES_NAMES + others + OPEN_IMAGES}
    )
    assert [record.path for record in records] == ["a.jpg"]
    assert findings == [("annotation-of-other-images", "ann", None)]
    (finding,) = [
        one
        for one in open_images.read(tmp_path / "ann", images).findings
        if one.code == "annotation-of-other-images"
    ]
    assert finding.message.startswith("50 rows")


@pytest.mark.parametrize(
    "files, message",
    [
        pytest.param(
            {BOXES: OPEN_IMAGES_NAMES + OPEN_IMAGES.replace("a,", "c,", 1)},
            "ann: found 1 rows, none",
            id="no image",
        ),
        pytest.param(
            {BOXES: OPEN_IMAGES_NAMES + "a,x,cat,1,10,20,30,40,0,0,0,0,0\n"},
            rf"{BOXES}, line 2.*'40'.*Divide",
            id="pixels",
        ),
        pytest.param(
            {**TABLE, "class-other.csv": "/m/01yrx,dog\n"},
            r"class-other\.csv.*/m/01yrx.*'dog'.*'cat'",
            id="two names",
        ),
        pytest.param({CLASSES: OPEN_IMAGES_CLASSES}, "ann: .*ImageID", id="no boxes"),
        pytest.param({CLASSES: "/m/01yrx\x00,cat\n"}, "ann: .*ImageID", id="NUL byte in names"),
        pytest.param(
            {BOXES: OPEN_IMAGES_NAMES + "a\x00" + OPEN_IMAGES}, f"{BOXES}, line", id="NUL byte"
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(read_with, files, message):
    with pytest.raises(BadInput, match=message):
        read_with(open_images, files)


def test_a_short_line_does_not_stop_the_others(read_with):
    text = OPEN_IMAGES_NAMES + "a,xclick,/m/01yrx\n\n" + OPEN_IMAGES
    records, findings = read_with(open_images, {**TABLE, BOXES: text})
    assert rows_of(records[0]) == [("cat", 1, 2, 20, 25)]
    assert findings == [("annotation-broken-file", BOXES, None)]


def test_pandas_reads_the_same_boxes(read_with, tmp_path):
    random = np.random.RandomState(0)
    low, size = random.uniform(0, 0.5, (20, 2)), random.uniform(0.1, 0.5, (20, 2))
    lines = [
        f"a,xclick,/m/01yrx,1,{x:.6f},{x + w:.6f},{y:.6f},{y + h:.6f},0,0,0,0,0\n"
        for (x, y), (w, h) in zip(low.tolist(), size.tolist())
    ]
    records, _ = read_with(open_images, {**TABLE, BOXES: OPEN_IMAGES_NAMES + "".join(lines)})
    table = pandas.read_csv(str(tmp_path / "ann" / BOXES))
    expected = table[["XMin", "YMin", "XMax", "YMax"]].values * [40, 30, 40, 30]
    np.testing.assert_allclose(records[0].objects.boxes, expected, rtol=1e-6)
