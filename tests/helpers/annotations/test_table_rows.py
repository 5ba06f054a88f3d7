"""Tables of other programs: found in a folder, lines with their numbers, put together by image."""

import pytest
from builders import codes, rows_of

from helpers.annotations import table_rows
from helpers.annotations.collector import Collector
from helpers.annotations.table_rows import TableRow
from helpers.structures.errors import BadInput

BOX = ("1", "2", "20", "25")


def row(line, image, label="cat", texts=BOX, **more):
    """A row whose texts are its box."""
    box = tuple(map(float, texts)) if all(texts) else None
    return TableRow(line, image, label, texts, box, **more)


def bare(line, image, **more):
    """A row about an image without objects."""
    return TableRow(line, image, "", ("", "", "", ""), None, **more)


@pytest.fixture()
def put_together(images, tmp_path):
    """Records and codes of findings of these rows."""

    def of(*rows, shares=False):
        collector = Collector(images)
        tables = [(tmp_path / "data.csv", rows)]
        annotations = table_rows.read(collector, tables, "own", shares)
        return annotations.records, codes(annotations.findings, ["image-without-annotation"])

    return of


def test_rows_become_records_by_image_in_the_order_of_their_lines(put_together):
    records, findings = put_together(
        row(1, "a.jpg", flags=frozenset(["truncated"]), extra={"x": 1}, image_extra={"set": "T"}),
        bare(2, "sub/b.jpg"),
        row(3, "/somewhere/a.jpg", "dog", ("0", "0", "5", "5"), image_extra={"set": "T"}),
    )
    assert [(record.path, rows_of(record)) for record in records] == [
        ("a.jpg", [("cat", 1, 2, 20, 25), ("dog", 0, 0, 5, 5)]),
        ("sub/b.jpg", []),
    ]
    assert records[0].objects.flags("truncated").tolist() == [True, False]
    assert records[0].objects.difficult is None
    assert records[0].objects.extra(0) == {"own": {"x": 1}}
    assert records[0].extra == {"own": {"name": "a.jpg", "set": "T"}}
    assert findings == [("annotation-path-outside-folder", "data.csv", None)]


def test_shares_are_multiplied_by_the_size(put_together):
    records, _ = put_together(row(1, "a.jpg", texts=("0.025", "0.1", "0.5", "1")), shares=True)
    assert rows_of(records[0]) == [("cat", 1, 3, 20, 30)]


@pytest.mark.parametrize(
    "second, expected",
    [
        pytest.param(bare(7, "a.jpg"), "annotation-broken-file", id="with and without boxes"),
        pytest.param(row(7, "a.jpg", size=("50", "30")), "annotation-broken-file", id="two sizes"),
        pytest.param(
            row(7, "a.jpg", image_extra={"set": "TEST"}), "annotation-broken-file", id="two sets"
        ),
        pytest.param(row(7, "c.jpg"), "annotation-without-image", id="no such image"),
        pytest.param(
            row(7, "a.jpg", texts=("1", "2", "", "4")), "box-invalid", id="number missing"
        ),
    ],
)
def test_what_contradicts_is_a_finding_and_the_first_box_stays(put_together, second, expected):
    records, findings = put_together(row(3, "a.jpg"), second)
    assert [code for code, _, _ in findings] == [expected]
    assert rows_of(records[0])[0] == ("cat", 1, 2, 20, 25)


@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_lines_have_numbers_and_broken_ones_findings(images, tmp_path, separator):
    collector = Collector(images)
    text = f'a{separator}b\r\n\r\n{separator}\r\n1{separator}"2\r\n3{separator}4\r\n'
    lines = list(table_rows.lines_of(text, tmp_path / "x.csv", collector))
    assert lines == [(1, ["a", "b"]), (5, ["3", "4"])]
    assert codes(collector.findings) == [("annotation-broken-file", "x.csv", None)]
    assert table_rows.first_line(text) == ["a", "b"]


@pytest.mark.parametrize(
    "text, expected",
    [
        pytest.param('a,"b, c;;;;",d', ["a", "b, c;;;;", "d"], id="separators in quotes"),
        pytest.param('a,"b\nc",d\ne', ["a", "b\nc", "d"], id="line end in quotes"),
        pytest.param("\r\n\n a ; b \n", ["a", "b"], id="blank lines first"),
        pytest.param("a\x00,b", [""], id="NUL byte"),
        pytest.param("", [""], id="empty"),
    ],
)
def test_the_first_row_is_parsed(text, expected):
    assert table_rows.first_line(text) == expected


def test_other_tables_of_a_folder_are_findings(tmp_path):
    (tmp_path / "good.csv").write_text("wanted,1\n")
    (tmp_path / "other.csv").write_text("prices\n")
    (tmp_path / "broken.csv").write_bytes(b"\xff\x00\x81")
    findings = []
    found = list(table_rows.documents(tmp_path, lambda text: "wanted" in text, "wanted", findings))
    assert found == [(tmp_path / "good.csv", "wanted,1\n")]
    assert codes(findings) == [
        ("annotation-broken-file", "broken.csv", None),
        ("annotation-other-format", "other.csv", None),
    ]


def test_a_folder_without_the_table_is_refused(tmp_path):
    (tmp_path / "other.csv").write_text("prices\n")
    with pytest.raises(BadInput, match=r"other\.csv.*'prices'.*wanted"):
        list(table_rows.documents(tmp_path, lambda text: False, "wanted", []))


@pytest.mark.parametrize(
    "texts, refused",
    [
        pytest.param(("0", "0", "1", "1"), False, id="within"),
        pytest.param(("-0.1", "0", "1.2", "1"), False, id="beyond the border"),
        pytest.param(BOX, True, id="pixels"),
        pytest.param(("", "", "", ""), False, id="no box"),
    ],
)
def test_pixels_are_no_shares(tmp_path, texts, refused):
    if refused:
        with pytest.raises(BadInput, match=r"data\.csv, line 4.*'20'.*Divide"):
            table_rows.require_shares(tmp_path / "data.csv", [row(4, "a", texts=texts)], "Divide.")
    else:
        table_rows.require_shares(tmp_path / "data.csv", [row(4, "a", texts=texts)], "Divide.")
