"""Reading and checking in one step: what it returns, what it writes, what it refuses."""

import json

import pytest

from helpers.annotations import csv_table
from helpers.steps.validate_dataset import (
    DatasetSource,
    ValidationOptions,
    require_other_file,
    validate_dataset,
)
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap


@pytest.fixture()
def source(many, tmp_path):
    images, records = many
    (images / "3.jpg").write_bytes((images / "3.jpg").read_bytes()[:-60])
    return DatasetSource(csv_table.write(records, tmp_path / "data.csv"), images, "csv")


def codes(validation):
    return sorted({finding.code for finding in validation.findings})


def test_findings_are_returned_shown_and_written(source, tmp_path):
    report = tmp_path / "findings.json"
    validation = validate_dataset(source, ValidationOptions(image_size=40), report)
    assert "image-corrupt" in codes(validation)
    assert [finding.path for finding in validation.errors] == ["3.jpg"]
    assert not set(validation.errors) & set(validation.warnings)
    assert json.loads(report.read_text()) == validation.as_dicts()
    assert [row["code"] for row in validation.as_dicts()] == [
        finding.code for finding in validation.findings
    ]
    assert len(validation.rows()) == len(validation.findings)
    assert validation.as_text().startswith("error: 3.jpg")
    assert "3.jpg" not in validation.warnings_as_text()
    assert validation.counts_as_text() == "10 images, 10 boxes: {'cat': 10}"


def test_headers_alone_do_not_show_broken_pixels(source):
    validation = validate_dataset(source, ValidationOptions(decode=False))
    assert "image-corrupt" not in codes(validation) and not validation.errors


@pytest.mark.parametrize(
    "options, code",
    [
        (ValidationOptions(min_boxes=11), "class-few-examples"),
        (ValidationOptions(label_map=LabelMap.of(["dog"])), "class-unknown"),
        (ValidationOptions(image_size=2), "box-too-small"),
    ],
    ids=["min_boxes", "label_map", "image_size"],
)
def test_each_option_counts(source, options, code):
    assert code in codes(validate_dataset(source, options))
    assert code not in codes(validate_dataset(source, ValidationOptions(4000, 0)))


def test_the_report_never_overwrites_annotations(source):
    before = source.annotations.read_bytes()
    with pytest.raises(BadInput, match="data.csv.*overwritten"):
        validate_dataset(source, report=source.annotations)
    assert source.annotations.read_bytes() == before


def test_which_files_may_be_written(tmp_path):
    folder = tmp_path / "xml"
    folder.mkdir()
    (folder / "a.xml").write_text("<annotation/>")
    for good in (tmp_path / "new.csv", folder / "new.csv", folder / "new.xml"):
        assert require_other_file(good, folder) == good
    (folder / "new.csv").write_text("made before")
    assert require_other_file(folder / "new.csv", folder) == folder / "new.csv"
    for bad, source in ((folder / "a.xml", folder), (folder / "a.xml", folder / "a.xml")):
        with pytest.raises(BadInput):
            require_other_file(bad, source)
