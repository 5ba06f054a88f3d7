"""The tidy table, there and back; every bad line is named by its number."""

import pytest

from helpers.annotations import csv_table
from helpers.annotations.formats import csv_import
from helpers.structures.boxes import FLAGS
from helpers.structures.errors import BadInput

HEADER = "filename,width,height,class,xmin,ymin,xmax,ymax\n"
GOOD = "a.jpg,40,30,cat,1,2,20,25\n"


@pytest.fixture()
def read(tmp_path):
    """Reads a table from its text."""

    def of(content):
        (tmp_path / "data.csv").write_bytes(content.encode("utf-8"))
        return csv_table.read(tmp_path / "data.csv")

    return of


def test_the_columns_are_those_of_the_tutorials(tmp_path, record):
    records = [record("b.jpg"), record("a.jpg", ("cat, big", 1, 2, 20, 25), ("Bär", 0.5, 0, 4, 5))]
    path = csv_table.write(records, tmp_path / "data.csv")
    assert path.read_bytes().decode("utf-8") == (
        HEADER + 'a.jpg,40,30,"cat, big",1,2,20,25\na.jpg,40,30,Bär,0.5,0,4,5\nb.jpg,40,30,,,,,\n'
    )


def flags(records):
    return [[image.objects.flags(name).tolist() for name in FLAGS] for image in records]


@pytest.mark.parametrize(
    "flagged, columns",
    [
        pytest.param({}, [], id="no flag"),
        pytest.param({"truncated": (True, False)}, ["truncated"], id="truncated"),
        pytest.param({"difficult": (False, True)}, ["difficult"], id="difficult"),
        pytest.param({"group_of": (True, True)}, ["group_of"], id="group_of"),
        pytest.param(
            {"truncated": (False, True), "difficult": (True, False), "group_of": (False, True)},
            ["truncated", "difficult", "group_of"],
            id="all flags",
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
    for actual in (csv_table.read(path), csv_import.read(path, images).records):
        assert plain(actual) == plain(records) and flags(actual) == flags(records)


@pytest.mark.parametrize(
    "rows",
    [
        {"a.jpg": []},
        {"sub/a.jpg": [("cat", 1, 2, 20, 25)]},
        {"a.jpg": [("NA", 0, 0, 40, 30), ("null", 1.25, 2.5, 3, 4)], "b.jpg": [], "NA": []},
        {"a.jpg": [('a "quote", a comma', 1, 2, 3, 4)], "ä b.jpg": [("1", 1, 2, 3, 4)]},
        {"a.jpg": [("cat", 0.3333333, 1.1, 39.99999, 29.5)]},
    ],
    ids=[
        "no boxes",
        "a box in a subfolder",
        "names like missing values",
        "quotes, commas, umlauts",
        "seven digits",
    ],
)
def test_records_come_back_sorted_and_unchanged(tmp_path, record, plain, rows):
    records = [record(name, *boxes) for name, boxes in rows.items()]
    before = plain(records)
    actual = csv_table.read(csv_table.write(records, tmp_path / "data.csv"))
    assert plain(actual) == plain(sorted(records, key=lambda image: image.path))
    assert plain(records) == before


def test_boxes_keep_their_order_and_images_are_sorted(tmp_path, record):
    records = [record("b.jpg", ("z", 1, 2, 3, 4), ("a", 2, 2, 3, 4)), record("a.jpg")]
    actual = csv_table.read(csv_table.write(records, tmp_path / "data.csv"))
    assert [image.path for image in actual] == ["a.jpg", "b.jpg"]
    assert actual[1].objects.labels == ("z", "a")


def test_the_frame_has_one_row_a_box(record):
    made = csv_table.frame(
        [record("b.jpg"), record("a.jpg", ("cat", 1, 2, 3, 4), ("cat", 1, 2, 5, 6))]
    )
    assert list(made.columns) == HEADER.strip().split(",")
    assert made["filename"].tolist() == ["a.jpg", "a.jpg", "b.jpg"]
    assert made["xmax"].tolist()[:2] == [3, 5]


def test_no_image_makes_no_table(tmp_path):
    with pytest.raises(BadInput, match="data.csv.*no image"):
        csv_table.write([], tmp_path / "data.csv")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + HEADER + GOOD,
        (HEADER + GOOD).replace("\n", "\r\n"),
        HEADER + GOOD + "\n\n",
        HEADER + "\n" + GOOD.strip(),
        HEADER + "a.jpg,40.0,30,cat,1.0,2,2e1, 25\n",
        "xmin,ymin,xmax,ymax,class,width,height,filename,note\n1,2,20,25,cat,40,30,a.jpg,hm\n",
    ],
    ids=[
        "byte-order mark",
        "Windows line ends",
        "blank lines at the end",
        "blank line after the header",
        "numbers with decimals",
        "columns in another order",
    ],
)
def test_tables_saved_by_spreadsheets_are_read(read, plain, content):
    assert plain(read(content)) == [
        ("a.jpg", 40, 30, ("cat",), [[1, 2, 20, 25]], (False,), (False,))
    ]


@pytest.mark.parametrize(
    "content, message",
    [
        pytest.param("", "data.csv.*'filename' 0 ", id="empty file"),
        pytest.param(HEADER, "data.csv.*no row", id="header only"),
        pytest.param(HEADER.replace(",", ";") + GOOD, "data.csv.*'filename' 0 ", id="semicolons"),
        pytest.param(
            HEADER.replace("class", "label") + GOOD, "data.csv.*'class' 0 ", id="no class column"
        ),
        pytest.param(
            HEADER.replace("width", "class") + GOOD, "data.csv.*'width' 0 ", id="no width column"
        ),
        pytest.param(
            HEADER.strip() + ",class\n" + GOOD, "data.csv.*'class' 2 ", id="class column twice"
        ),
        pytest.param(HEADER + 'a.jpg,40,30,"cat,1,2,3,4', "data.csv.*parse", id="quote not closed"),
        pytest.param(
            HEADER + "a.jpg,40,30\n", "data.csv, line 2.*3 fields.*8", id="too few fields"
        ),
        pytest.param(
            HEADER + GOOD + "b.jpg,40,30,cat,1,2,3,4,5\n",
            "data.csv, line 3.*9 fields",
            id="too many fields",
        ),
        pytest.param(
            HEADER + GOOD + "b.jpg,0,30,,,,,\n",
            "line 3.*height of 0,.*whole number",
            id="width of 0",
        ),
        pytest.param(
            HEADER + "a.jpg,40.5,30,cat,1,2,3,4\n", "line 2.*height of 40.5,", id="fractional width"
        ),
        pytest.param(
            HEADER + "a.jpg,wide,30,cat,1,2,3,4\n",
            "line 2.*'wide'.*number",
            id="width not a number",
        ),
        pytest.param(
            HEADER + "a.jpg,inf,30,cat,1,2,3,4\n", "line 2.*'inf'.*finite", id="infinite width"
        ),
        pytest.param(
            HEADER + "a.jpg,40,30,cat,nan,2,3,4\n", "line 2.*'nan'.*finite", id="NaN corner"
        ),
        pytest.param(
            HEADER + "a.jpg,40,30,cat,,2,3,4\n", "line 2: found '',.*number", id="empty corner"
        ),
        pytest.param(
            HEADER + "a.jpg,40,30,,1,2,3,4\n",
            r"line 2.*'' \[1.0, 2.0, 3.0, 4.0\].*a.jpg",
            id="no class",
        ),
        pytest.param(HEADER + "a.jpg,40,30, cat,1,2,3,4\n", "line 2.*' cat'", id="padded class"),
        pytest.param(
            HEADER + "a.jpg,40,30,cat,3,2,1,4\n",
            r"line 2.*'cat' \[3.0, 2.0, 1.0, 4.0\]",
            id="swapped corners",
        ),
        pytest.param(
            HEADER + "a.jpg,40,30,cat,1,2,1,4\n",
            r"line 2.*'cat' \[1.0, 2.0, 1.0, 4.0\]",
            id="box of no width",
        ),
        pytest.param(
            HEADER + "a.jpg,40,30,cat,-1,2,3,4\n",
            r"line 2.*'cat' \[-1.0, 2.0, 3.0, 4.0\]",
            id="left of the image",
        ),
        pytest.param(
            HEADER + GOOD + "a.jpg,40,30,cat,1,2,3,31\n",
            "line 3.*0 <= ymin < ymax <= 30",
            id="below the image",
        ),
        pytest.param(
            HEADER + GOOD + "a.jpg,30,40,cat,1,2,3,4\n",
            "line 3.*size of a.jpg.*40x30.*line 2",
            id="two sizes of one image",
        ),
        pytest.param(
            HEADER + GOOD + "a.jpg,40,30,,,,,\n",
            "line 2.*a.jpg both.*without boxes",
            id="with and without boxes",
        ),
        pytest.param(
            HEADER + "/photos/a.jpg,40,30,cat,1,2,3,4\n",
            "line 2.*filename '/photos/a.jpg'",
            id="absolute path",
        ),
        pytest.param(
            HEADER + "sub/../../a.jpg,40,30,cat,1,2,3,4\n",
            "line 2.*filename 'sub/../../a.jpg'",
            id="path out of the folder",
        ),
        pytest.param(HEADER + ",40,30,cat,1,2,3,4\n", "line 2.*filename ''", id="no filename"),
        pytest.param(
            HEADER + 'a.jpg,40,30,"two\nlines",1,2,3,4\n' + "b.jpg,40,30,cat,9,2,3,4\n",
            "line 4.*b.jpg",
            id="after a line break in a field",
        ),
    ],
)
def test_a_bad_table_is_named_by_file_and_line(read, content, message):
    with pytest.raises(BadInput, match=message):
        read(content)


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(BadInput, match="data.csv: no such"):
        csv_table.read(tmp_path / "data.csv")


def test_both_readers_give_the_same_records(tmp_path, images, record, plain):
    records = [record("a.jpg", ('cat, "big"', 0.3333333, 1.1, 39.99999, 29.5)), record("sub/b.jpg")]
    path = csv_table.write(records, tmp_path / "data.csv")
    annotations = csv_import.read(path, images)
    assert plain(annotations.records) == plain(csv_table.read(path)) == plain(records)
    assert annotations.findings == []
