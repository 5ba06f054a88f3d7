"""Wrong values are named by their path."""

import math

import pytest

from detection.watch.json_checks import JsonChecks, join, nearest, parse


@pytest.mark.parametrize(
    "text, named",
    [('{"a": 1, "a": 2}', '"a"'), ('{"a": NaN}', "NaN"), ('{"a": -Infinity}', "-Infinity")],
    ids=["a key twice", "NaN", "infinite"],
)
def test_what_python_reads_and_json_has_not(text, named):
    with pytest.raises(ValueError) as refused:
        parse(text)
    assert named in str(refused.value)


@pytest.mark.parametrize(
    "read, value",
    [("items", {}), ("truth", 1), ("truth", "yes")],
    ids=["no list", "a number as truth", "a word as truth"],
)
def test_types(read, value):
    checks = JsonChecks()
    assert not getattr(checks, read)(value, "a.b")
    assert [problem.split()[0] for problem in checks.problems] == ["a.b"]


@pytest.mark.parametrize(
    "value, valid",
    [(0, True), (0.5, True), (1, True), (1.01, False), (-1, False), (True, False), ("1", False)],
    ids=str,
)
def test_numbers(value, valid):
    checks = JsonChecks()
    assert checks.number(value, "a", (0, 1), "a share") == (value if valid else 0)
    assert len(checks.problems) == (not valid)


def test_numbers_without_an_upper_limit():
    checks = JsonChecks()
    assert checks.number(1e9, "a", (0, math.inf), "seconds") == 1e9
    assert not checks.problems


@pytest.mark.parametrize("value", ["", "  ", "a\0b", 5, None], ids=repr)
def test_texts(value):
    checks = JsonChecks()
    assert checks.text(value, "a", "a name") == ""
    assert len(checks.problems) == 1


def test_keys():
    checks = JsonChecks()
    fields = checks.fields({"name": 1, "nmae": 2}, "zones[0]", ("name", "polygon"), ("polygon",))
    assert fields == {"name": 1}
    unknown, missing = checks.problems
    assert unknown.startswith("zones[0].nmae") and '"name"' in unknown
    assert missing.startswith("zones[0].polygon")
    assert checks.fields([], "", ("name",)) == {}


def test_choices():
    checks = JsonChecks()
    assert checks.choice("cat", "a", ("dog", "cat"), "a class") == "cat"
    assert checks.choice("Cat", "a", ("dog", "cat"), "a class") == "dog"
    assert checks.choice(3, "a", (), "a class") == ""
    assert len(checks.problems) == 2


def test_nearest_words():
    assert '"Cat"' in nearest("cta", ("dog", "Cat"))
    assert "dog, Cat" in nearest("zebra", ("dog", "Cat"))
    assert join("", "zones") == "zones"
