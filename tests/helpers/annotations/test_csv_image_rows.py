"""The rows of one image, each valid by itself and beside the others."""

import pytest

from helpers.annotations.csv_image_rows import ImageRows, place
from helpers.structures.boxes import FLAGS
from helpers.structures.errors import BadInput

ROW = ("a.jpg", "40", "30", "cat", "1", "2", "20.5", "25")
NEGATIVE = ("a.jpg", "40", "30", "", "", "", "", "")


def image(*rows):
    rows_of_image = ImageRows("data.csv", 2, rows[0])
    for line, row in enumerate(rows, start=2):
        rows_of_image.add(line, row)
    return rows_of_image.record()


@pytest.mark.parametrize(
    "rows, labels, boxes",
    [
        ([ROW], ("cat",), [[1, 2, 20.5, 25]]),
        ([ROW, ROW], ("cat", "cat"), [[1, 2, 20.5, 25]] * 2),
        ([NEGATIVE], (), []),
        ([("a.jpg", "40.0", "30", "cat", "0", "0", "40", "30")], ("cat",), [[0, 0, 40, 30]]),
    ],
    ids=["a box", "two boxes", "none", "the whole image"],
)
def test_rows_become_a_record(rows, labels, boxes):
    record = image(*rows)
    assert (record.path, record.width, record.height) == ("a.jpg", 40, 30)
    assert (record.objects.labels, record.objects.boxes.tolist()) == (labels, boxes)
    assert [getattr(record.objects, name) for name in FLAGS] == [None] * 4


def test_flags_follow_the_columns():
    objects = image((*ROW, "1", "0", "", "0"), (*ROW, "0", "1", "1", "1")).objects
    assert [list(objects.flags(name)) for name in FLAGS] == [
        [True, False],
        [False, True],
        [False, True],
        [False, True],
    ]


@pytest.mark.parametrize(
    "rows, line",
    [
        pytest.param([("/a.jpg", *ROW[1:])], 2, id="absolute path"),
        pytest.param([("../a.jpg", *ROW[1:])], 2, id="path out of the folder"),
        pytest.param([("", *ROW[1:])], 2, id="no filename"),
        pytest.param([("a.jpg", "0", *ROW[2:])], 2, id="width of 0"),
        pytest.param([("a.jpg", "4.5", *ROW[2:])], 2, id="fractional width"),
        pytest.param([("a.jpg", "nan", *ROW[2:])], 2, id="NaN width"),
        pytest.param([ROW, ("a.jpg", "41", *ROW[2:])], 3, id="two widths"),
        pytest.param([ROW, (*ROW[:3], " cat", *ROW[4:])], 3, id="padded class"),
        pytest.param([ROW, (*ROW[:3], "", *ROW[4:])], 3, id="no class"),
        pytest.param([ROW, (*ROW[:4], "20.5", *ROW[5:])], 3, id="box of no width"),
        pytest.param([ROW, (*ROW[:4], "x", *ROW[5:])], 3, id="corner not a number"),
        pytest.param([ROW, (*ROW[:7], "31")], 3, id="below the image"),
        pytest.param([ROW, NEGATIVE], 2, id="with and without boxes"),
        pytest.param([NEGATIVE, NEGATIVE], 2, id="two rows without a box"),
    ],
)
def test_a_bad_row_is_named_by_its_line(rows, line):
    with pytest.raises(BadInput) as error:
        image(*rows)
    assert str(error.value).startswith(place("data.csv", line) + ": ")
