"""The tidy table, there and back; every bad line is named by its number."""

import pytest

from helpers.annotations import csv_import, csv_table
from helpers.structures.boxes import FLAGS
from helpers.structures.errors import BadInput

HEADER = "filename,width,height,class,xmin,ymin,xmax,ymax\n"
GOOD = "a.jpg,40,30,cat,1,2,20,25\n"


@pytest.fixture()
def read(tmp_path):
    """Reads a table from its text."""

    def of(text):
        (tmp_path / "data.csv").write_bytes(text.encode("utf-8"))
        return csv_table.read(tmp_path / "data.csv")

    return of


def test_it_is_written_as_the_tutorials_have_it(tmp_path, record):
    records = [record("b.jpg"), record("a.jpg", ("cat, big", 1, 2, 20, 25), ("Bär", 0.5, 0, 4, 5))]
    path = csv_table.write(records, tmp_path / "data.csv")
    assert path.read_bytes().decode("utf-8") == (
        HEADER + 'a.jpg,40,30,"cat, big",1,2,20,25\na.jpg,40,30,Bär,0.5,0,4,5\nb.jpg,40,30,,,,,\n'
    )


def flags(records):
    return [[one.objects.flags(name).tolist() for name in FLAGS] for one in records]


@pytest.mark.parametrize(
    "flagged, columns",
    [
        ({}, []),
        ({"truncated": (True, False)}, ["truncated"]),
        ({"difficult": (False, True)}, ["difficult"]),
        ({"group_of": (True, True)}, ["group_of"]),
        (
            {"truncated": (False, True), "difficult": (True, False), "group_of": (False, True)},
            ["truncated", "difficult", "group_of"],
        ),
    ],
)
def test_flags_that_are_set_have_a_column(tmp_path, images, record, plain, flagged, columns):
    records = [
        record("a.jpg", ("cat", 1, 2, 20, 25), ("cat", 1, 2, 3, 4), **flagged),
        record("sub/b.jpg"),
    ]
    path = csv_table.write(records, tmp_path / "data.csv")
    lines = path.read_text().splitlines()
    assert lines[0].split(",") == HEADER.strip().split(",") + columns
    assert lines[1] == "a.jpg,40,30,cat,1,2,20,25" + "".join(
        f",{int(flagged[name][0])}" for name in columns
    )
    assert lines[3] == "sub/b.jpg,40,30,,,,," + "," * len(columns)
    for found in (csv_table.read(path), csv_import.read(path, images).records):
        assert plain(found) == plain(records) and flags(found) == flags(records)


@pytest.mark.parametrize(
    "rows",
    [
        {"a.jpg": []},
        {"sub/a.jpg": [("cat", 1, 2, 20, 25)]},
        {"a.jpg": [("NA", 0, 0, 40, 30), ("null", 1.25, 2.5, 3, 4)], "b.jpg": [], "NA": []},
        {"a.jpg": [('a "quote", a comma', 1, 2, 3, 4)], "ä b.jpg": [("1", 1, 2, 3, 4)]},
        {"a.jpg": [("cat", 0.3333333, 1.1, 39.99999, 29.5)]},
    ],
)
def test_there_and_back(tmp_path, record, plain, rows):
    records = [record(name, *boxes) for name, boxes in rows.items()]
    before = plain(records)
    found = csv_table.read(csv_table.write(records, tmp_path / "data.csv"))
    assert plain(found) == plain(sorted(records, key=lambda one: one.path))
    assert plain(records) == before


def test_boxes_keep_their_order_and_images_are_sorted(tmp_path, record):
    records = [record("b.jpg", ("z", 1, 2, 3, 4), ("a", 2, 2, 3, 4)), record("a.jpg")]
    found = csv_table.read(csv_table.write(records, tmp_path / "data.csv"))
    assert [one.path for one in found] == ["a.jpg", "b.jpg"]
    assert found[1].objects.labels == ("z", "a")


def test_the_frame_has_one_row_a_box(record):
    made = csv_table.frame(
        [record("b.jpg"), record("a.jpg", ("cat", 1, 2, 3, 4), ("cat", 1, 2, 5, 6))]
    )
    assert list(made.columns) == HEADER.strip().split(",")
    assert made["filename"].tolist() == ["a.jpg", "a.jpg", "b.jpg"]
    assert made["xmax"].tolist()[:2] == [3, 5]


def test_no_image_makes_no_table(tmp_path):
    with pytest.raises(BadInput, match="data.csv: found no image"):
        csv_table.write([], tmp_path / "data.csv")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + HEADER + GOOD,
        (HEADER + GOOD).replace("\n", "\r\n"),
        HEADER + GOOD + "\n\n",
        HEADER + "\n" + GOOD.strip(),
        HEADER + "a.jpg,40.0,30,cat,1.0,2,2e1, 25\n",
        "xmin,ymin,xmax,ymax,class,width,height,filename,note\n1,2,20,25,cat,40,30,a.jpg,hm\n",
    ],
)
def test_what_spreadsheets_make_of_it(read, plain, text):
    assert plain(read(text)) == [("a.jpg", 40, 30, ("cat",), [[1, 2, 20, 25]], (False,), (False,))]


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "data.csv: found the column 'filename' 0 times"),
        (HEADER, "data.csv: found no row"),
        (HEADER.replace(",", ";") + GOOD, "data.csv: found the column 'filename' 0 times"),
        (HEADER.replace("class", "label") + GOOD, "data.csv: found the column 'class' 0 times"),
        (HEADER.replace("width", "class") + GOOD, "data.csv: found the column 'width' 0 times"),
        (HEADER.strip() + ",class\n" + GOOD, "data.csv: found the column 'class' 2 times"),
        (HEADER + 'a.jpg,40,30,"cat,1,2,3,4', "data.csv: found a table that does not parse"),
        (HEADER + "a.jpg,40,30\n", "data.csv, line 2: found 3 fields, expected 8"),
        (HEADER + GOOD + "b.jpg,40,30,cat,1,2,3,4,5\n", "data.csv, line 3: found 9 fields"),
        (
            HEADER + GOOD + "b.jpg,0,30,,,,,\n",
            "line 3: found a width or height of 0, expected a whole number",
        ),
        (HEADER + "a.jpg,40.5,30,cat,1,2,3,4\n", "line 2: found a width or height of 40.5"),
        (HEADER + "a.jpg,wide,30,cat,1,2,3,4\n", "line 2: found 'wide', expected a number"),
        (HEADER + "a.jpg,inf,30,cat,1,2,3,4\n", "line 2: found 'inf', expected a finite number"),
        (HEADER + "a.jpg,40,30,cat,nan,2,3,4\n", "line 2: found 'nan'"),
        (HEADER + "a.jpg,40,30,cat,,2,3,4\n", "line 2: found '', expected a number"),
        (HEADER + "a.jpg,40,30,,1,2,3,4\n", r"line 2: found '' \[1.0, 2.0, 3.0, 4.0\] on a.jpg"),
        (HEADER + "a.jpg,40,30, cat,1,2,3,4\n", "line 2: found ' cat'"),
        (HEADER + "a.jpg,40,30,cat,3,2,1,4\n", r"line 2: found 'cat' \[3.0, 2.0, 1.0, 4.0\]"),
        (HEADER + "a.jpg,40,30,cat,1,2,1,4\n", "line 2: found 'cat'"),
        (HEADER + "a.jpg,40,30,cat,-1,2,3,4\n", "line 2: found 'cat'"),
        (HEADER + GOOD + "a.jpg,40,30,cat,1,2,3,31\n", "line 3: .*0 <= ymin < ymax <= 30"),
        (
            HEADER + GOOD + "a.jpg,30,40,cat,1,2,3,4\n",
            "line 3: found another size of a.jpg, expected 40x30 as in .*line 2",
        ),
        (HEADER + GOOD + "a.jpg,40,30,,,,,\n", "a.jpg both with and without boxes"),
        (
            HEADER + "/photos/a.jpg,40,30,cat,1,2,3,4\n",
            "line 2: found the filename '/photos/a.jpg'",
        ),
        (HEADER + "sub/../../a.jpg,40,30,cat,1,2,3,4\n", "line 2: found the filename"),
        (HEADER + ",40,30,cat,1,2,3,4\n", "line 2: found the filename ''"),
        (HEADER + 'a.jpg,40,30,"two\nlines",1,2,3,4\n' + "b.jpg,40,30,cat,9,2,3,4\n", "line 4"),
    ],
)
def test_a_bad_table_is_named_by_file_and_line(read, text, message):
    with pytest.raises(BadInput, match=message):
        read(text)


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(BadInput, match="data.csv: no such file"):
        csv_table.read(tmp_path / "data.csv")


def test_what_is_written_reads_the_same_either_way(tmp_path, images, record, plain):
    records = [record("a.jpg", ('cat, "big"', 0.3333333, 1.1, 39.99999, 29.5)), record("sub/b.jpg")]
    path = csv_table.write(records, tmp_path / "data.csv")
    found = csv_import.read(path, images)
    assert plain(found.records) == plain(csv_table.read(path)) == plain(records)
    assert found.findings == []
