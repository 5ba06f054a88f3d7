"""Where nearly every box of a kind is odd, it was probably read in a wrong way."""

import pytest
from builders import PLAIN, VGA, validated

from helpers.structures.findings import Finding

SPECK, FLAT = (400, 300, 401, 301), (400, 300, 400, 310)


def messages(findings):
    return [one.message for one in findings if one.code == "class-doubtful-reading"]


@pytest.mark.parametrize(
    "rows, signs",
    [
        pytest.param([], [], id="no boxes"),
        pytest.param([("cat", *SPECK)] * 4, [], id="too few"),
        pytest.param(
            [("cat", *SPECK)] * 5, ["5 of all 5 boxes: box too small to detect"], id="every box"
        ),
        pytest.param(
            [("cat", *SPECK)] * 5 + [("dog", *PLAIN[1:])] * 5,
            ["5 of the 5 boxes of the class 'cat': box too small to detect"],
            id="every box of a class",
        ),
        pytest.param(
            [("cat", *FLAT)] * 9 + [("cat", *PLAIN[1:])],
            ["9 of all 10 boxes: box without area"],
            id="nearly every box",
        ),
        pytest.param([("cat", *SPECK)] * 8 + [("cat", *PLAIN[1:])] * 2, [], id="most boxes"),
    ],
)
def test_a_sign_that_nearly_all_boxes_have_is_a_finding(record, rows, signs):
    records = [record(f"{number}.jpg", row, size=VGA) for number, row in enumerate(rows)]
    findings = validated(*records)
    assert messages(findings) == signs
    assert all(one.severity == "warning" for one in findings if one.message in signs)


def test_what_the_reader_found_counts_as_well(record):
    records = [record(f"{number}.jpg", PLAIN, size=VGA) for number in range(5)]
    read = [Finding.of("box-from-shape", one.path, "a polygon", 1) for one in records]
    read += read + [Finding.of("box-from-shape", "missing.jpg", "a polygon", 1)]
    assert messages(validated(*records, read=read)) == ["5 of all 5 boxes: shape instead of a box"]
    assert messages(validated(*records, read=read[:3])) == []
