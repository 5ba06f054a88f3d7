"""The columns of tables, whoever made them."""

import pytest

from helpers.annotations.formats import csv_columns
from helpers.structures.errors import BadInput

TIDY = "filename,width,height,class,xmin,ymin,xmax,ymax"


@pytest.mark.parametrize(
    "content, separator, relative, headless",
    [
        (TIDY, ",", False, False),
        (TIDY.replace(",", ";"), ";", False, False),
        ("\n\n" + TIDY.replace(",", "\t"), "\t", False, False),
        ("Image Path,Label,X1,Y1,X2,Y2", ",", False, False),
        ("file,class,xmin_rel,ymin_rel,xmax_rel,ymax_rel", ",", True, False),
        ("ImageID,LabelName,XMin,XMax,YMin,YMax", ",", True, False),
        ("a.jpg,1,2,3,4,cat", ",", False, True),
        ("a.jpg,,,,,", ",", False, True),
    ],
    ids=[
        "tidy",
        "semicolons",
        "tabs",
        "aliases",
        "relative",
        "Open Images",
        "RetinaNet",
        "negative",
    ],
)
def test_a_table_is_recognised_by_its_first_line(content, separator, relative, headless):
    layout = csv_columns.layouts_of(content)[0]
    assert (layout.separator, layout.relative, layout.headless) == (separator, relative, headless)
    assert {"filename", "class"} <= set(layout.places) and len(layout.box_places) == 4


@pytest.mark.parametrize(
    "content",
    ["", "hello", "a,b,c,d,e,f", "filename,class,xmin,ymin,xmax", "a.jpg,1,2,3,x,cat"],
    ids=["empty", "one word", "other columns", "a corner missing", "no number"],
)
def test_other_tables_are_none_of_boxes(content):
    assert csv_columns.layouts_of(content) == []


def test_rows_have_their_line_and_their_problem():
    content = TIDY + '\na.jpg,4,3,cat,0,0,1,1\n\nb.jpg,4\nc.jpg,4,3,"d"og,0,0,1,1\n'
    (layout,) = csv_columns.layouts_of(content)
    rows = list(csv_columns.rows_of(content, layout))
    assert [(row.line, bool(row.problem)) for row in rows] == [(2, False), (4, True), (5, True)]
    assert (layout.text(rows[0], "class"), layout.text(rows[0], "truncated")) == ("cat", "")


def test_a_comma_is_a_decimal_point_between_semicolons():
    content = "filename;class;xmin;ymin;xmax;ymax\na,b.jpg;cat;0,5;1;2;3,5"
    (layout,) = csv_columns.layouts_of(content)
    (row,) = csv_columns.rows_of(content, layout)
    assert layout.text(row, "filename") == "a,b.jpg"
    assert layout.box_texts(row) == ["0.5", "1", "2", "3.5"]


@pytest.mark.parametrize(
    "value, expected", [("1", True), ("1.0", True), ("0", False), ("", False), ("true", False)]
)
def test_a_flag_is_set_by_1(value, expected):
    assert csv_columns.is_set(value) is expected


def kinds(content):
    """What each layout that a first line leaves open takes the box and the class for."""
    return [
        (layout.box, layout.places["class"], layout.usual)
        for layout in csv_columns.layouts_of(content)
    ]


FIRST = [(kind, 1, False) for kind in ("corners", "xywh", "centre")]
LAST = [("corners", 5, True), ("xywh", 5, False)]


@pytest.mark.parametrize(
    "content, expected",
    [
        pytest.param(TIDY, [("corners", 3, True)], id="tidy"),
        pytest.param(
            "file,label,x,y,w,h", [("xywh", 1, True), ("centre", 1, False)], id="x, y, w, h"
        ),
        pytest.param("file,label,xmin,ymin,width,height", [("xywh", 1, True)], id="xmin, width"),
        pytest.param("file,label,left,top,w,h", [("xywh", 1, True)], id="left, top, w, h"),
        pytest.param("file,label,cx,cy,w,h", [("centre", 1, True)], id="cx, cy, w, h"),
        pytest.param(
            "file,label,x_center,y_center,width,height", [("centre", 1, True)], id="centre"
        ),
        pytest.param(
            "image_id,width,height,bbox,label", [(own, 4, False) for own, *_ in FIRST], id="bbox"
        ),
        pytest.param("file,class,bbox_xywh", [("xywh", 1, True)], id="bbox named"),
        pytest.param("a.jpg,1,2,3,4,cat", LAST, id="class last"),
        pytest.param("a.jpg,cat,1,2,3,4", FIRST, id="class first"),
        pytest.param("a.jpg,7,1,2,3,4", LAST + FIRST, id="class a number"),
        pytest.param("a.jpg,,,,,", LAST + FIRST, id="image without a box"),
        pytest.param("a.jpg,40,30,cat,1,2,3,4", [("corners", 3, True)], id="tidy without names"),
    ],
)
def test_a_first_line_leaves_these_layouts_open(content, expected):
    assert kinds(content) == expected


def test_width_and_height_are_the_images_where_the_box_has_others():
    (layout, _) = csv_columns.layouts_of("filename,width,height,class,x,y,w,h")
    assert (layout.places["width"], layout.places["height"]) == (1, 2)
    assert layout.box_places == (4, 5, 6, 7)
    (layout,) = csv_columns.layouts_of("filename,image_width,class,left,top,width,height")
    assert (layout.places["width"], layout.box_places) == (1, (3, 4, 5, 6))


@pytest.mark.parametrize(
    "names, four",
    [
        ("filename,class,xmin,ymin,xmax,ymax", [10, 20, 40, 60]),
        ("filename,class,x,y,w,h", [10, 20, 30, 40]),
        ("filename,class,cx,cy,w,h", [25, 40, 30, 40]),
    ],
    ids=["corners", "size", "centre"],
)
def test_the_same_box_in_every_layout(names, four):
    (layout,) = csv_columns.named("a.csv", names, "a.jpg,cat,1,2,3,4")
    assert layout.corners(four) == [10, 20, 40, 60]
    assert layout.as_text() == names and layout.is_plain == ("xmax" in names)


@pytest.mark.parametrize("box", ["[1, 2, 3.5, 4]", "(1 2 3.5 4)", "1;2;3.5;4", "1 2 3.5 4"])
def test_a_box_in_one_column_is_taken_apart(box):
    content = f'file,bbox,class\na.jpg,"{box}",cat'
    layout = csv_columns.layouts_of(content)[0]
    (row,) = csv_columns.rows_of(content, layout)
    assert layout.box_texts(row) == ["1", "2", "3.5", "4"]
    assert layout.as_text() == "filename,bbox_corners,class"


@pytest.mark.parametrize(
    "names, text, headless",
    [
        ("filename,class,x,y,w,h", "a.jpg,cat,1,2,3,4", True),
        ("filename,class,x,y,w,h", "a,b,c,d,e,f\na.jpg,cat,1,2,3,4", False),
        ("filename,-,class,x,y,w,h,-", "a.jpg;9;cat;1;2;3;4;", True),
        ("filename,class,x,y,w,h", "a.jpg,,,,,", True),
    ],
    ids=["rows alone", "other names", "skipped columns", "image without a box"],
)
def test_named_columns_are_found(names, text, headless):
    (layout,) = csv_columns.named("a.csv", names, text)
    assert (layout.headless, layout.columns) == (headless, names.count(",") + 1)


@pytest.mark.parametrize(
    "names, message",
    [
        ("filename,class,x,y", "columns: .*'filename,class,x,y'.*xmin"),
        ("filename,class,x,y,w,h", "a.csv: .*7 columns.*the 6"),
    ],
    ids=["no box", "too few"],
)
def test_named_columns_that_do_not_fit_are_refused(names, message):
    with pytest.raises(BadInput, match=message):
        csv_columns.named("a.csv", names, "a.jpg,cat,1,2,3,4,9")
