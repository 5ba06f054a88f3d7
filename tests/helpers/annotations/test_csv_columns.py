"""The columns of tables, whoever made them."""

import pytest

from helpers.annotations import csv_columns

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
    layout = csv_columns.layout_of(content)
    assert (layout.separator, layout.relative, layout.headless) == (separator, relative, headless)
    assert {"filename", "class", *csv_columns.CORNERS} <= set(layout.places)


@pytest.mark.parametrize(
    "content",
    ["", "hello", "a,b,c,d,e,f", "filename,class,xmin,ymin,xmax", "a.jpg,1,2,3,x,cat"],
    ids=["empty", "one word", "other columns", "a corner missing", "no number"],
)
def test_other_tables_are_none_of_boxes(content):
    assert csv_columns.layout_of(content) is None


def test_rows_have_their_line_and_their_problem():
    content = TIDY + '\na.jpg,4,3,cat,0,0,1,1\n\nb.jpg,4\nc.jpg,4,3,"d"og,0,0,1,1\n'
    rows = list(csv_columns.rows_of(content, csv_columns.layout_of(content)))
    assert [(row.line, bool(row.problem)) for row in rows] == [(2, False), (4, True), (5, True)]
    assert rows[0].fields["class"] == "cat" and rows[0].fields["truncated"] == ""


def test_a_comma_is_a_decimal_point_between_semicolons():
    content = "filename;class;xmin;ymin;xmax;ymax\na,b.jpg;cat;0,5;1;2;3,5"
    (row,) = csv_columns.rows_of(content, csv_columns.layout_of(content))
    assert [row.fields[name] for name in ("filename", "xmin", "ymax")] == ["a,b.jpg", "0.5", "3.5"]


@pytest.mark.parametrize(
    "value, expected", [("1", True), ("1.0", True), ("0", False), ("", False), ("true", False)]
)
def test_a_flag_is_set_by_1(value, expected):
    assert csv_columns.is_set(value) is expected
