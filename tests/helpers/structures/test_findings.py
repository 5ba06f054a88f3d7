"""Findings: a stable code, one severity and remedy a code, and how they are shown."""

import pytest

from helpers.structures.findings import (
    KINDS,
    Finding,
    as_text,
    errors_among,
    in_order,
    printable,
    short,
)

FLAT = Finding.of("box-zero-area", "b.jpg", "object 2 (cat): no width", 2)
GRAY = Finding.of("image-grayscale", "a.jpg", "an image without colour")
FEW = Finding.of("class-few-examples", "", "2 boxes of the class 'cat', fewer than 20")


@pytest.mark.parametrize("code", ["box-zero-area", "image-grayscale"])
def test_a_finding_takes_severity_remedy_and_title_from_its_code(code):
    finding = Finding.of(code, "a.jpg", "message", 3)
    assert (finding.severity, finding.title, finding.remedy) == KINDS[code][:3]
    assert (finding.path, finding.object, finding.message) == ("a.jpg", 3, "message")


def test_an_unknown_code_is_a_mistake_of_the_program():
    with pytest.raises(KeyError):
        Finding.of("box-of-nothing", "a.jpg", "message")


def test_order_is_by_path_object_and_code():
    first = Finding.of("box-duplicate", "b.jpg", "object 2 (cat): the same box", 2)
    assert in_order([FLAT, first, GRAY, FEW]) == [FEW, GRAY, first, FLAT]
    assert errors_among([FEW, FLAT, GRAY]) == [FLAT] and errors_among([]) == in_order([]) == []


@pytest.mark.parametrize(
    "finding, expected",
    [
        (FLAT, f"b.jpg: {FLAT.title}: object 2 (cat): no width. {FLAT.remedy}"),
        (
            FLAT._replace(message="no width"),
            f"b.jpg, object 2: {FLAT.title}: no width. {FLAT.remedy}",
        ),
        (FEW._replace(message="few"), f"data set: {FEW.title}: few. {FEW.remedy}"),
        (GRAY._replace(path="a\nb.jpg", message="m"), rf"a\nb.jpg: {GRAY.title}: m. {GRAY.remedy}"),
    ],
    ids=["object named", "object added", "whole set", "line break"],
)
def test_as_one_line(finding, expected):
    assert as_text(finding) == expected


@pytest.mark.parametrize(
    "path, message, line",
    [
        ("/d/c.json", "/d/c.json: found 1, expected 2", "/d/c.json: {}: found 1, expected 2"),
        ("/d/c.json", "/d/c.json, images[3]: no id", "/d/c.json, images[3]: {}: no id"),
        ("sub/a.jpg", "/img/sub/a.jpg: found nothing", "sub/a.jpg: {}: found nothing"),
        ("a.jpg", "/d/a.xml: object 2 (b): flat", "a.jpg: {}: /d/a.xml: object 2 (b): flat"),
        ("a.jpg", "/d/aa.jpg: two", "a.jpg: {}: /d/aa.jpg: two"),
        ("", "two: three", "data set: {}: two: three"),
    ],
    ids=["file", "place in a file", "folder of images", "another file", "longer name", "none"],
)
def test_a_file_stands_once_in_a_line(path, message, line):
    finding = Finding.of("annotation-broken-file", path, message)
    assert as_text(finding) == f"{line.format(finding.title)}. {finding.remedy}"
    assert finding.message == message


@pytest.mark.parametrize(
    "value, expected",
    [
        pytest.param("plain", "plain", id="plain"),
        pytest.param("a\nb", r"a\nb", id="line break"),
        pytest.param("\u202e", r"\u202e", id="right-to-left mark"),
        pytest.param("é", "é", id="accent"),
        pytest.param("", "", id="empty"),
    ],
)
def test_printable_text_is_on_one_line(value, expected):
    assert printable(value) == expected


@pytest.mark.parametrize(
    "length, expected", [(0, 0), (60, 60), (61, 60), (999, 60)], ids=["0", "60", "61", "999"]
)
def test_short_text_ends_with_dots(length, expected):
    shortened = short("x" * length)
    assert len(shortened) == expected and shortened.endswith("...") == (length > 60)
