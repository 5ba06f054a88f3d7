"""makesense.ai's table of rectangles, with and without its line of names."""

import pytest
from annotation_files import MAKESENSE, MAKESENSE_NAMES
from builders import rows_of

from helpers.annotations.formats import makesense
from helpers.structures.errors import BadInput

SHUFFLED = "image_name,label_name,bbox_x,bbox_y,bbox_width,bbox_height,image_width,image_height\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(MAKESENSE, id="old"),
        pytest.param(MAKESENSE_NAMES + MAKESENSE, id="new"),
        pytest.param(SHUFFLED + "a.jpg,cat,1,2,19,23,40,30\n", id="columns in another order"),
        pytest.param((MAKESENSE_NAMES + MAKESENSE).replace(",", ";"), id="semicolons"),
        pytest.param("\ufeff" + MAKESENSE_NAMES + MAKESENSE, id="byte-order mark"),
        pytest.param((MAKESENSE_NAMES + MAKESENSE).encode("utf-16"), id="UTF-16"),
        pytest.param(MAKESENSE.replace("\n", "\r\n"), id="Windows line ends"),
    ],
)
def test_width_and_height_become_corners(read_with, plain, text):
    records, findings = read_with(makesense, {"labels.csv": text}, "labels.csv")
    assert plain(records) == [("a.jpg", 40, 30, ("cat",), [[1, 2, 20, 25]], (False,), (False,))]
    assert findings == []


def test_fractions_of_pixels_and_quoted_names_are_read(read_with):
    text = 'cat,1.5,2,19.25,23,a.jpg,40,30\n"cat, big",0,0,5,5,a.jpg,40,30\n'
    records, _ = read_with(makesense, {"labels.csv": text})
    assert rows_of(records[0]) == [("cat", 1.5, 2, 20.75, 25), ("cat, big", 0, 0, 5, 5)]


@pytest.mark.parametrize(
    "line, finding",
    [
        pytest.param("cat,1,2,x,23,a.jpg,40,30", ("box-invalid", "a.jpg", 2), id="no number"),
        pytest.param("cat,1,2,3,a.jpg", ("annotation-broken-file", "a.csv", None), id="short"),
        pytest.param(
            "cat,1,2,3,4,c.jpg,40,30", ("annotation-without-image", "a.csv", None), id="no image"
        ),
        pytest.param(
            "cat,1,2,3,4,a.jpg,80,60", ("annotation-broken-file", "a.csv", None), id="two sizes"
        ),
    ],
)
def test_a_bad_line_is_a_finding(read_with, line, finding):
    records, findings = read_with(makesense, {"a.csv": MAKESENSE + line + "\n"})
    assert findings == [finding]
    assert rows_of(records[0])[0] == ("cat", 1, 2, 20, 25)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a.jpg,1,2,3,4,cat\n", id="RetinaNet"),
        pytest.param("cat,1,2,19,23,a,40,30\n", id="image without a suffix"),
        pytest.param("cat,1,2,19,23,a.jpg,40,x\n", id="size that is no number"),
        pytest.param("filename,width,height,class,xmin,ymin,xmax,ymax\n", id="tidy"),
        pytest.param("", id="empty"),
    ],
)
def test_other_tables_are_refused(read_with, text):
    assert not makesense.recognises(text)
    with pytest.raises(BadInput, match=r"a\.csv.*bbox_width"):
        read_with(makesense, {"a.csv": text})
