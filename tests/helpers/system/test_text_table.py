"""Columns are as wide as their widest cell, and aligned as asked for."""

import pytest

from helpers.system import text_table

ROWS = [("name", "n", "note"), ("cat", 12, None), ("a dog", 3, "x")]


@pytest.mark.parametrize(
    "options, expected",
    [
        ({}, ["name   n   note", "cat    12", "a dog  3   x"]),
        ({"align": "<>"}, ["name    n  note", "cat    12", "a dog   3     x"]),
        ({"align": "<><", "separator": " "}, ["name   n note", "cat   12", "a dog  3 x"]),
        ({"min_widths": (6, 4)}, ["name    n     note", "cat     12", "a dog   3     x"]),
    ],
    ids=["left", "numbers right", "separator", "least widths"],
)
def test_lines(options, expected):
    assert text_table.lines(ROWS, **options) == expected


def test_no_row_is_no_line():
    assert text_table.lines([]) == []


def test_the_rows_stay_as_they_were():
    rows = [["a", None], ["b", 1]]
    text_table.lines(rows)
    assert rows == [["a", None], ["b", 1]]
