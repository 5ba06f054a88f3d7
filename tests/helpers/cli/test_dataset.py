"""``python -m helpers check``: what it prints, what it writes, what it leaves alone."""

import json
import re
import shutil
from pathlib import Path

import pytest
from annotation_files import via_entry, via_region

from helpers.__main__ import main
from helpers.annotations import csv_table
from helpers.structures.findings import KINDS

HEAD = "filename,width,height,class,xmin,ymin,xmax,ymax\n"
GOOD = "a.jpg,200,100,cat,120,60,180,90\n"
SWAPPED = "b.jpg,200,100,cat,60,10,20,50\n"
FLAT = "b.jpg,200,100,cat,5,5,5,50\n"
NO_AREA, GRAY = KINDS["box-zero-area"], KINDS["image-grayscale"]


@pytest.fixture
def check(tmp_path, paint):
    """Runs the verb on a table of these rows, in a folder of its own; gives the exit code."""
    for name in ("a.jpg", "b.jpg"):
        paint(tmp_path / "img" / name, (200, 100), mode={"a": "RGB", "b": "L"}[name[0]])

    def run(rows, *options):
        source = tmp_path / "data.csv"
        source.write_text(HEAD + rows)
        code = main(
            ["check", str(source), str(tmp_path / "img"), "--min-boxes", "1", *map(str, options)]
        )
        assert source.read_text() == HEAD + rows
        return code

    return run


def boxes(path):
    return [record.objects.boxes.tolist() for record in csv_table.read(path)]


def test_errors_come_first_then_how_many_of_each_kind(check, tmp_path, capsys):
    assert check(GOOD + FLAT) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "error",
        "warning",
        "1 x error",
        "1 x warning",
    ]
    assert lines[0].startswith(
        f"error: b.jpg: {NO_AREA.title}: object 1 (cat): box [5, 5, 5, 50] on 200x1"
    )
    assert lines[1].startswith(f"warning: b.jpg: {GRAY.title}: ")
    assert lines[1].endswith(f". {GRAY.remedy}")
    assert lines[2:] == [f"1 x error: {NO_AREA.title}", f"1 x warning: {GRAY.title}"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data.csv", "img"]


def test_warnings_alone_are_no_failure(check, tmp_path, capsys):
    assert check(GOOD + "b.jpg,200,100,,,,,\n") == 0
    assert GRAY.title in capsys.readouterr().out
    (tmp_path / "img" / "b.jpg").unlink()
    assert check(GOOD) == 0
    assert capsys.readouterr().out == "no findings\n"


def test_fix_writes_beside_the_table(check, tmp_path, capsys):
    assert check(GOOD + SWAPPED) == 1
    assert check(GOOD + SWAPPED, "--fix") == 0
    assert boxes(tmp_path / "data.fixed.csv") == [[[120, 60, 180, 90]], [[20, 10, 60, 50]]]
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "b.jpg, object 1: swapped corners: [60, 10, 20, 50] became [20, 10, 60, 50]",
        f"{tmp_path / 'data.fixed.csv'}: 2 images, 2 boxes",
    ]


def test_what_cannot_be_fixed_fails_or_is_dropped(check, tmp_path, capsys):
    assert check(GOOD + FLAT, "--fix", "-o", tmp_path / "good.csv") == 1
    message = capsys.readouterr().err
    assert message.count(NO_AREA.title) == 1 and "Traceback" not in message
    assert not (tmp_path / "good.csv").exists()
    assert check(GOOD + FLAT, "--policy", "drop", "-o", tmp_path / "good.csv") == 0
    assert f"left out: b.jpg: {NO_AREA.title}: object 1" in capsys.readouterr().out
    assert boxes(tmp_path / "good.csv") == [[[120, 60, 180, 90]]]


@pytest.mark.parametrize(
    "options",
    [["--fix", "-o", "data.csv"], ["--report", "data.csv"], ["--fix", "-o", "img/../data.csv"]],
    ids=["fixed table", "report", "other path to it"],
)
def test_never_over_the_table_itself(check, tmp_path, monkeypatch, capsys, options):
    monkeypatch.chdir(tmp_path)
    assert check(GOOD, *options) == 1
    assert "never overwritten" in capsys.readouterr().err


def test_never_over_one_of_many_annotations(tmp_path, paint, capsys):
    paint(tmp_path / "img" / "a.jpg", (200, 100))
    xml = tmp_path / "in" / "a.xml"
    xml.parent.mkdir()
    xml.write_text(
        "<annotation><object><name>cat</name><bndbox><xmin>5</xmin><ymin>5</ymin>"
        "<xmax>90</xmax><ymax>90</ymax></bndbox></object></annotation>"
    )
    arguments = ["check", str(xml.parent), str(tmp_path / "img"), "--format", "xml", "--fix"]
    assert main(arguments + ["-o", str(xml)]) == 1
    assert "never overwritten" in capsys.readouterr().err and xml.read_text().startswith("<anno")
    assert main(arguments) == 0
    assert boxes(tmp_path / "in.fixed.csv") == [[[5, 5, 90, 90]]]


def test_json_is_the_report_and_nothing_else(check, tmp_path, capsys):
    assert check(GOOD + SWAPPED, "--json", "--fix", "--report", tmp_path / "findings.json") == 0
    captured = capsys.readouterr()
    printed = json.loads(captured.out)
    assert printed == json.loads((tmp_path / "findings.json").read_text())
    assert [row["code"] for row in printed] == ["image-grayscale", "box-swapped-corners"]
    assert "became" in captured.err and "data.fixed.csv" in captured.err


def test_label_map_size_and_number(check, tmp_path, capsys):
    pytest.importorskip("object_detection")
    (tmp_path / "map.pbtxt").write_text('item { name: "dog" id: 1 }')
    row = "a.jpg,200,100,cat,120,60,123,90\n"
    assert (
        check(row, "--image-size", 100, "--min-boxes", 2, "--label-map", tmp_path / "map.pbtxt")
        == 1
    )
    out = capsys.readouterr().out
    assert re.search("object 1: .*'cat' .*label map", out)
    assert re.search("0 boxes .*'dog', .* 2", out)
    assert KINDS["box-too-small"].title in out and "at 100x100" in out


def test_missing_and_empty_tables_are_refused(check, tmp_path, capsys):
    assert main(["check", str(tmp_path / "z.csv"), str(tmp_path / "img")]) == 1
    assert "z.csv: " in capsys.readouterr().err
    assert check("", "--fix", "--policy", "drop") == 1
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("attribute, found", [("first", "cat"), ("second", "dog")])
def test_check_reads_the_attribute_that_is_named(tmp_path, paint, capsys, attribute, found):
    paint(tmp_path / "img" / "a.jpg", (200, 100))
    region = via_region({"name": "rect", "x": 1, "y": 2, "width": 9, "height": 8})
    region["region_attributes"] = {"first": "cat", "second": "dog"}
    (tmp_path / "via.json").write_text(json.dumps({"a": via_entry(region)}))
    words = ["check", str(tmp_path / "via.json"), str(tmp_path / "img"), "--format", "auto"]
    assert main(words) == 1
    assert "--attribute" in capsys.readouterr().err
    out = tmp_path / "out.csv"
    assert main([*words, "--attribute", attribute, "--fix", "-o", str(out)]) == 0
    assert csv_table.read(out)[0].objects.labels == (found,)


def test_a_zip_archive_is_read_and_its_place_said(tmp_path, paint, capsys, monkeypatch):
    monkeypatch.setenv("WORK", str(tmp_path / "work"))
    paint(tmp_path / "set" / "a.jpg", (200, 100))
    (tmp_path / "set" / "boxes.csv").write_text(HEAD + GOOD)
    archive = shutil.make_archive(str(tmp_path / "photos"), "zip", str(tmp_path / "set"))
    assert main(["csv", "auto", archive, str(tmp_path / "data.csv")]) == 0
    assert boxes(tmp_path / "data.csv") == [[[120, 60, 180, 90]]]
    said = capsys.readouterr().err.splitlines()[0]
    folder = re.fullmatch("images: (.+), annotations: (.+)", said).group(1)
    assert (Path(folder) / "a.jpg").is_file()
    assert Path(folder).parent == tmp_path / "work" / "data" / "unpacked"
    assert main(["check", archive, archive, "--format", "auto", "--min-boxes", "1"]) == 0
    assert main(["check", archive, folder, "--format", "auto", "--min-boxes", "1"]) == 0
