"""All findings as text, JSON and rows."""

from helpers.structures.findings import KINDS, Finding
from helpers.structures.findings_report import as_dicts, as_rows, as_summary

FLAT = Finding.of("box-zero-area", "b.jpg", "object 2 (cat): no width", 2)
GRAY = Finding.of("image-grayscale", "a.jpg", "an image without colour")


def test_the_summary_has_errors_first_and_counts_each_title():
    lines = as_summary([GRAY, FLAT, GRAY])
    assert [line.split(":")[0] for line in lines[:3]] == ["error", "warning", "warning"]
    assert lines[3:] == [f"1 x error: {FLAT.title}", f"2 x warning: {GRAY.title}"]
    assert as_summary([]) == ["no findings"]


def test_json_carries_the_code_beside_the_title():
    assert as_dicts([GRAY]) == [
        {
            "path": "a.jpg",
            "object": None,
            "code": "image-grayscale",
            "title": KINDS["image-grayscale"].title,
            "severity": "warning",
            "message": "an image without colour",
            "remedy": KINDS["image-grayscale"].remedy,
        }
    ]
    assert [row["object"] for row in as_rows([GRAY, FLAT])] == ["", 2]
