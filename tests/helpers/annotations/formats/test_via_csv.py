"""VGG Image Annotator's table of regions, read as its JSON is."""

import csv
import json

import pytest
from annotation_files import VIA_CSV, VIA_CSV_BARE, VIA_CSV_NAMES
from builders import rows_of

from helpers.annotations.formats import via, via_csv
from helpers.structures.errors import BadInput

CIRCLE = '{""name"":""circle"",""cx"":20,""cy"":10,""r"":5}'
RECT = '{""name"":""rect"",""x"":1,""y"":2,""width"":19,""height"":23}'


def line(shape, attributes, count=1, number=0):
    """A row about a.jpg."""
    return f'a.jpg,9,"{{}}",{count},{number},"{shape}","{attributes}"\n'


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(VIA_CSV_NAMES + VIA_CSV + VIA_CSV_BARE, id="version 2"),
        pytest.param("#" + VIA_CSV_NAMES + VIA_CSV + VIA_CSV_BARE, id="version 1"),
        pytest.param("\ufeff" + VIA_CSV_NAMES + VIA_CSV + VIA_CSV_BARE, id="byte-order mark"),
        pytest.param(
            (VIA_CSV_NAMES + VIA_CSV + VIA_CSV_BARE).replace("\n", "\r\n"), id="Windows line ends"
        ),
        pytest.param(
            "filename,region_shape_attributes,region_attributes\n"
            f'a.jpg,"{RECT}","{{""class"":""cat""}}"\nb.jpg,,\n',
            id="fewer columns",
        ),
    ],
)
def test_regions_and_images_without_any_are_read(read_with, plain, text):
    records, findings = read_with(via_csv, {"via.csv": text}, "via.csv")
    assert plain(records) == [
        ("a.jpg", 40, 30, ("cat",), [[1, 2, 20, 25]], (False,), (False,)),
        ("sub/b.jpg", 40, 30, (), [], (), ()),
    ]
    assert findings == []


def test_shapes_become_boxes_and_say_so(read_with):
    text = VIA_CSV_NAMES + VIA_CSV + line(CIRCLE, '{""class"":""dog""}', 2, 1)
    records, findings = read_with(via_csv, {"via.csv": text})
    assert rows_of(records[0]) == [("cat", 1, 2, 20, 25), ("dog", 15, 5, 25, 15)]
    assert findings == [("box-from-shape", "a.jpg", 2)]


TWO = VIA_CSV_NAMES + line(RECT, '{""animal"":""cat"",""sure"":""yes""}')


def test_the_attribute_that_holds_the_class_can_be_named(read_with):
    records, _ = read_with(via_csv, {"via.csv": TWO}, attribute="animal")
    assert records[0].objects.labels == ("cat",)
    with pytest.raises(BadInput, match=r"\['animal', 'sure'\].*--attribute"):
        read_with(via_csv, {"via.csv": TWO})


@pytest.mark.parametrize(
    "row, finding",
    [
        pytest.param(line("{", "{}"), ("annotation-broken-file", "via.csv", None), id="cut JSON"),
        pytest.param(line("[1]", "{}"), ("annotation-broken-file", "via.csv", None), id="list"),
        pytest.param("a.jpg,9\n", ("annotation-broken-file", "via.csv", None), id="short"),
        pytest.param(line("{}", "{}", 2, 1), ("box-invalid", "a.jpg", 2), id="no shape"),
        pytest.param(
            VIA_CSV.replace("a.jpg", "c.jpg"),
            ("annotation-without-image", "via.csv", None),
            id="no image",
        ),
    ],
)
def test_a_bad_row_is_a_finding(read_with, row, finding):
    records, findings = read_with(via_csv, {"via.csv": VIA_CSV_NAMES + VIA_CSV + row})
    assert findings == [finding]
    assert rows_of(records[0])[0] == ("cat", 1, 2, 20, 25)


def test_other_tables_are_refused(read_with):
    with pytest.raises(BadInput, match=r"a\.csv.*region_shape_attributes"):
        read_with(via_csv, {"a.csv": "filename,width,height,class\n"})


def test_what_is_written_is_what_was_read(read_with, tmp_path, images):
    shape = line(CIRCLE, '{""class"":""dog"",""note"":""a \'b\'""}', 2, 1)
    text = VIA_CSV_NAMES + VIA_CSV + shape
    records, _ = read_with(via_csv, {"via.csv": text})
    out = via_csv.write(records, tmp_path / "out.csv", images)
    rows = [list(csv.DictReader(path.open(newline=""))) for path in (out, tmp_path / "ann/via.csv")]
    cells = [
        [
            (
                row["filename"],
                row["region_id"],
                *(json.loads(row[name]) for name in row if "attr" in name),
            )
            for row in table
        ]
        for table in rows
    ]
    assert cells[0] == cells[1]


def test_the_table_and_the_json_become_each_other(read_with, tmp_path, images, plain):
    records, _ = read_with(via_csv, {"via.csv": VIA_CSV_NAMES + VIA_CSV + VIA_CSV_BARE})
    as_json = via.read(via.write(records, tmp_path / "via.json", images), images).records
    again = via_csv.read(via_csv.write(as_json, tmp_path / "out.csv", images), images).records
    assert plain(records) == plain(as_json) == plain(again)
