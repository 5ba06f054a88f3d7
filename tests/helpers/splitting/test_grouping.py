"""Rules joined: what each found, which are used, and those that would leave nothing for a split."""

import pytest
from builders import probe

from helpers.splitting import grouping

COPIES = [f"a_jpg.rf.{number:012x}.jpg" for number in range(3)]
CLIP = [f"clip_frame_{number:04d}.jpg" for number in range(4)]


def made(paths, probes=None, rule="auto", most=8):
    return grouping.group(paths, probes or {}, ["cat"], rule, most)


def sets(result):
    """The groups of two or more."""
    groups = {}
    for path, first in sorted(result.groups.items()):
        groups.setdefault(first, []).append(path)
    return sorted(group for group in groups.values() if len(group) > 1)


def test_every_rule_that_finds_something_is_told():
    result = made([*COPIES, *CLIP, "b.jpg", "c.jpg"])
    assert sets(result) == [COPIES, CLIP]
    assert [(rule.images, rule.groups, rule.example, rule.most, rule.unused) for rule in
            result.rules] == [(3, 1, COPIES[0], 3, ""), (4, 1, CLIP[0], 4, "")]  # fmt: skip
    assert [row["images"] for row in (rule.as_row() for rule in result.rules)] == [3, 4]
    assert "NAME.rf.HASH" in result.rules[0].as_text()
    assert sets(made([])) == [] and made(["a.jpg"]).rules == []


def test_rules_are_joined_with_near_duplicates():
    same = {COPIES[2]: probe(digest="x", dhash=5), "b.jpg": probe(digest="x", dhash=5)}
    result = made([*COPIES, "b.jpg"], same)
    assert sets(result) == [[*COPIES, "b.jpg"]]
    assert [rule.images for rule in result.rules] == [2, 3]


def test_a_rule_that_would_leave_nothing_for_a_split_is_not_used():
    result = made([*CLIP, "b.jpg"], most=3)
    assert sets(result) == []
    [rule] = result.rules
    assert "4 of 5" in rule.unused and rule.as_text().startswith("not used: ")


@pytest.mark.parametrize(
    "name",
    [pytest.param("IMG_{:04d}.jpg", id="camera"), pytest.param("raccoon-{}.jpg", id="class")],
)
def test_numbered_photos_are_no_group(name):
    hashes = {name.format(n): probe(digest=str(n), dhash=n * 7919**4 % 2**63) for n in range(200)}
    result = made(list(hashes), hashes, most=160)
    assert len(set(result.groups.values())) == 200 and result.rules == []


@pytest.mark.parametrize(
    "rule, expected",
    [
        pytest.param("none", [["b.jpg", "c.jpg"]], id="none"),
        pytest.param("^(clip)_", [["b.jpg", "c.jpg"], CLIP], id="expression"),
        pytest.param(
            "jpg", [sorted([*COPIES, *CLIP, "b.jpg", "c.jpg"])], id="asked for, all in one"
        ),
    ],
)
def test_the_rule_can_be_given(rule, expected):
    same = {name: probe(digest="x", dhash=5) for name in ("b.jpg", "c.jpg")}
    assert sets(made([*COPIES, *CLIP, "b.jpg", "c.jpg"], same, rule)) == expected
