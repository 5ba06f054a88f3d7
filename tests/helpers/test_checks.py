"""Findings: every picture is really decoded, and each defect has a name, a place and a remedy."""

import json

import pytest

from helpers import checks


def kinds(findings):
    return [(finding.path, finding.kind, finding.severity) for finding in findings]


def test_a_good_data_set_has_no_findings(tmp_path, paint, record):
    for name in ("a.jpg", "b.png"):
        paint(tmp_path / name)
    assert checks.check([record("a.jpg", ("cat", 1, 2, 3, 4)), record("b.png")], tmp_path) == []


@pytest.mark.parametrize("size, mode, orientation, expected", [
    ((40, 30), "RGB", None, []),
    ((40, 30), "L", None, [("grayscale", "warning")]),
    ((40, 30), "CMYK", None, [("not RGB", "warning")]),
    ((30, 40), "RGB", None, [("other size", "error")]),
    ((80, 60), "RGB", None, [("other size", "error")]),
    ((40, 30), "RGB", 6, [("rotated by EXIF", "warning")]),
    ((30, 40), "RGB", 6, [("rotated by EXIF", "warning")]),
    ((30, 40), "RGB", 3, [("other size", "error"), ("rotated by EXIF", "warning")]),
])
def test_what_is_odd_about_a_picture(tmp_path, paint, record, size, mode, orientation, expected):
    paint(tmp_path / "a.jpg", (40, 30), mode, orientation=orientation)
    found = checks.check([record("a.jpg", size=size)], tmp_path)
    assert kinds(found) == [("a.jpg", kind, severity) for kind, severity in expected]


@pytest.mark.parametrize("keep, kind, named", [
    (None, "unreadable picture", "no such picture"), (0, "unreadable picture", "0 bytes"),
    (20, "unreadable picture", "20 bytes"), (600, "broken pixels", "truncated"),
])
def test_a_picture_that_does_not_decode(tmp_path, paint, record, keep, kind, named):
    path = paint(tmp_path / "a.jpg", (200, 100))
    content = path.read_bytes()
    path.unlink()
    if keep is not None:
        path.write_bytes(content[:keep] if keep < 600 else content[:-len(content) // 3])
    found, = checks.check([record("a.jpg", size=(200, 100))], tmp_path)
    assert (found.kind, found.severity) == (kind, "error")
    assert named in found.message and "a.jpg" in found.message
    assert not found.message.endswith(".") and found.remedy.endswith(".")


def test_findings_are_sorted_and_errors_stand_out(tmp_path, paint, record):
    paint(tmp_path / "b.jpg", mode="L")
    records = [record("c.jpg"), record("b.jpg"), record("a.jpg")]
    found = checks.check(records, tmp_path)
    assert kinds(found) == [("a.jpg", "unreadable picture", "error"),
                            ("b.jpg", "grayscale", "warning"),
                            ("c.jpg", "unreadable picture", "error")]
    assert [finding.path for finding in checks.errors_among(found)] == ["a.jpg", "c.jpg"]


@pytest.mark.parametrize("names, alike", [
    ("cat dog", 0), ("cat Cat", 1), ("red_panda red panda", 0), ("Dog dog DOG cat", 1),
    ("cat Cat dog Dog", 2),
])
def test_class_names_that_differ_only_by_case(tmp_path, paint, record, names, alike):
    paint(tmp_path / "a.jpg")
    rows = [(name, 1, 2, 3, 4) for name in names.split()]
    found = checks.check([record("a.jpg", *rows)], tmp_path)
    assert kinds(found) == [("", "class names alike", "warning")] * alike


def test_class_names_that_differ_only_by_blanks(tmp_path, paint, record):
    paint(tmp_path / "a.jpg")
    found, = checks.check(
        [record("a.jpg", ("red panda", 1, 2, 3, 4), ("red  panda", 1, 2, 3, 4))], tmp_path)
    assert "['red  panda', 'red panda'] differ by case or blanks" in found.message


def test_the_report_holds_every_finding(tmp_path, record):
    found = checks.check([record("a.jpg")], tmp_path)
    path = checks.write(found, tmp_path / "findings.json")
    row, = json.loads(path.read_text())
    assert row == dict(found[0]._asdict())
    assert sorted(row) == ["kind", "message", "object", "path", "remedy", "severity"]
    assert checks.as_rows(found) == [dict(row, object="")]
