"""How far splits are from their target shares, as numbers, findings and tables."""

from fractions import Fraction

import pytest

from helpers.splitting import split_report
from helpers.splitting.split_report import Share

TARGETS = {"train": Fraction(3, 4), "eval": Fraction(1, 4)}


@pytest.fixture()
def splits(record):
    cat, dog = ("cat", 1, 2, 3, 4), ("dog", 1, 2, 3, 4)
    return {
        "train": [record("a", cat, cat), record("b", cat), record("c")],
        "eval": [record("d", cat, dog)],
    }


def test_classes_are_counted_in_boxes_and_the_rest_in_images(splits):
    assert split_report.of(splits, TARGETS) == [
        ("(images)", "train", 3, 4, 0.75),
        ("(images)", "eval", 1, 4, 0.25),
        ("cat", "train", 3, 4, 0.75),
        ("cat", "eval", 1, 4, 0.25),
        ("dog", "train", 0, 1, 0.75),
        ("dog", "eval", 1, 1, 0.25),
        ("(without a box)", "train", 1, 1, 0.75),
        ("(without a box)", "eval", 0, 1, 0.25),
    ]


@pytest.mark.parametrize("count, target, actual, off", [(3, 0.5, 0.75, 0.25), (0, 0.5, 0, 0.5)])
def test_how_far_off_a_share_is(count, target, actual, off):
    share = Share("cat", "eval", count, 4, target)
    assert (share.actual, share.off) == (actual, off)


def test_findings_name_class_split_and_fold(splits):
    findings = split_report.findings(split_report.of(splits, TARGETS), "fold_2")
    assert [finding.code for finding in findings] == ["split-missing-class"]
    assert "'dog' in train of fold_2, 1 " in findings[0].message


@pytest.mark.parametrize(
    "count, whole, target, reported",
    [
        (80, 100, 0.8, False),
        (84, 100, 0.8, False),
        (86, 100, 0.8, True),
        (70, 100, 0.8, True),
        (4, 5, 0.7, False),  # less than an image
    ],
)
def test_a_split_of_another_size_is_a_finding(count, whole, target, reported):
    findings = split_report.findings([Share(split_report.IMAGES, "train", count, whole, target)])
    assert [finding.code for finding in findings] == ["split-size-mismatch"] * reported
    assert not reported or f"train has {count}.0%" in findings[0].message


def test_as_a_table(splits):
    assert split_report.as_rows(split_report.of(splits, TARGETS))[2] == {
        "class": "dog",
        "all": 1,
        "train": 0,
        "train %": 0.0,
        "train target %": 75.0,
        "eval": 1,
        "eval %": 100.0,
        "eval target %": 25.0,
        "off by": 75.0,
    }


def test_as_lines_in_columns(splits):
    lines = split_report.as_lines(split_report.of(splits, TARGETS))
    assert len({len(line) for line in lines}) == 1
    assert lines[0].split("  ")[0] == "class" and lines[0].endswith("off by")
    assert [line.split()[0] for line in lines[1:4]] == ["(images)", "cat", "dog"]
    assert lines[3].split()[1:] == ["1", "0", "0.0", "75.0", "1", "100.0", "25.0", "75.0"]


def test_of_nothing():
    assert split_report.of({}, {}) == split_report.findings([]) == []
    assert split_report.as_rows([]) == split_report.as_lines([]) == []
