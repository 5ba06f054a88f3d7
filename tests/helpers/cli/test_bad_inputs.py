"""Bad input of every kind and format on the whole way: read, probe, check, fix or drop, write.

Each case is a small data set with one thing wrong and the findings that come of it, these and no
others; where there are none, the thing only seems wrong.
"""

import json

import pytest
from bad_inputs import formats, images, meanings, objects, tables, xml_files
from bad_inputs.data_sets import coco, manifest, rows, via, voc, write
from builders import contents

from helpers.annotations import csv_table, registry
from helpers.structures import findings, findings_report
from helpers.structures.errors import BadInput
from helpers.system.files import write_json
from helpers.validation import image_probe, repair, validate

CASES = [
    *xml_files.CASES,
    *objects.CASES,
    *images.CASES,
    *formats.CASES,
    *meanings.CASES,
    *tables.CASES,
]
YOLO_BOX = "0 0.5 0.5 0.5 0.5"


def refused(case, file_format, files, *parts):
    """A data set that holds nothing of its format, and parts of the message about it."""
    return pytest.param(file_format, files, parts, id=f"{file_format}: {case}")


REFUSED = [
    refused("other files", "xml", {"in/readme.txt": "none"}, "XML file"),
    refused("empty folder", "xml", {}, "XML file"),
    refused("cut off", "json", {"in/a.json": "{"}, "broken JSON", "line 1 column 2"),
    refused("nested deeply", "json", {"in/a.json": "[" * 100000}, "broken JSON", "nested"),
    refused("COCO", "json", coco(), "a.json", "regions"),
    refused("VIA", "coco", via(), "via.json", "no list"),
    refused("a JPEG", "coco", {"in/a.json": b"\xff\xd8\xff"}, "not text", "at 0"),
    refused("a number", "coco", {"in/a.json": "7"}, "JSON int"),
    refused("no JSON file", "coco", {"in/a.txt": ""}, "ends in .json"),
    refused("no class list", "yolo", {"in/a.txt": YOLO_BOX}, "0 lists", "classes.txt"),
    refused(
        "broken class list",
        "yolo",
        {"in/a.txt": YOLO_BOX, "in/data.yaml": "names: ["},
        "data.yaml",
        "broken YAML",
    ),
    refused("no JSON", "manifest", {"in/a.manifest": "no JSON"}, "no line", "source-ref"),
    refused(
        "two attributes",
        "manifest",
        manifest(other={"annotations": []}),
        "['job', 'other']",
        "--attribute",
    ),
    refused("other columns", "csv", {"in/a.csv": "a,b,c\n1,2,3\n"}, "first line 'a,b,c'"),
    refused("empty file", "csv", {"in/a.csv": ""}, "first line ''"),
    refused("a ZIP file", "csv", {"in/a.csv": b"PK\x03\x04\xff\xff"}, "not text", "at 4"),
    refused("bytes", "auto", {"in/a.bin": b"\0\1"}, "no annotations"),
    refused(
        "two formats",
        "auto",
        {**voc(), **rows("a.jpg,200,100,cat,120,60,180,90")},
        "2 formats (xml, csv)",
    ),
]
# No annotation is at fault.
# Codes that say what was asked for, not what is wrong with files.
NOT_OF_FILES = {
    code for code in findings.KINDS if code.startswith("split-") or code == "class-mapped"
}


def read_and_validated(folder, file_format, **options):
    """Reads, probes and validates."""
    read = registry.read(file_format, folder / "in", folder / "img")
    probes = image_probe.probe_images([record.path for record in read.records], folder / "img")
    return read, validate.validate(read, probes, **dict({"min_boxes": 0}, **options))


@pytest.mark.parametrize("file_format, files, expected, options", CASES)
def test_bad_input_has_its_finding_and_no_other(tmp_path, file_format, files, expected, options):
    _, actual = read_and_validated(write(tmp_path, files), file_format, **options)
    assert sorted(finding.code for finding in actual) == sorted(code for code, *_ in expected), (
        "\n".join(findings_report.as_summary(actual))
    )
    left = list(actual)
    for code, *parts in expected:
        left.remove(
            next(
                finding
                for finding in left
                if finding.code == code and all(part in finding.message for part in parts)
            )
        )


@pytest.mark.parametrize("file_format, files, expected, options", CASES)
def test_findings_of_bad_input_are_printable(tmp_path, file_format, files, expected, options):
    _, actual = read_and_validated(write(tmp_path, files), file_format, **options)
    report = write_json(tmp_path / "findings.json", findings_report.as_dicts(actual))
    written = json.loads(report.read_text("utf-8"))
    assert written == findings_report.as_dicts(actual)
    assert all(row["path"].isprintable() for row in written)
    for finding in actual:
        assert finding.message.isprintable() and findings.as_text(finding).isprintable()
        whole = not finding.message.endswith("...")  # what is cut ends like this
        assert not (whole and finding.message.endswith(".")) and finding.remedy.endswith(".")
        assert len(finding.message) < 600 + 2 * len(str(tmp_path))


@pytest.mark.parametrize("file_format, files, expected, options", CASES)
@pytest.mark.parametrize("fix", [True, False], ids=["fixed", "dropped"])
def test_what_is_left_of_bad_input_is_a_table(tmp_path, file_format, files, expected, options, fix):
    read, actual = read_and_validated(write(tmp_path, files), file_format, **options)
    before = contents(tmp_path)
    good = repair.repair(read.records, actual, fix, repair.DROP)
    if good.records:
        stored = csv_table.read(csv_table.write(good.records, tmp_path / "good.csv"))
        assert [record.path for record in stored] == [record.path for record in good.records]
        (tmp_path / "good.csv").unlink()
    assert contents(tmp_path) == before
    if not findings.errors_among(actual):
        assert len(repair.repair(read.records, actual).records) == len(read.records)
    elif not fix:
        with pytest.raises(BadInput, match="cannot be"):
            repair.repair(read.records, actual)


@pytest.mark.parametrize("file_format, files, parts", REFUSED)
def test_what_holds_nothing_of_the_format_is_refused(tmp_path, file_format, files, parts):
    with pytest.raises(BadInput) as caught:
        read_and_validated(write(tmp_path, files), file_format)
    assert all(part in str(caught.value) for part in [*parts, str(tmp_path)])


def test_every_code_has_a_case():
    covered = {code for case in CASES for code, *_ in case.values[2]}
    assert covered | NOT_OF_FILES == set(findings.KINDS)
    assert len(CASES) >= 60
