"""What is seen of a file, and the places in JSON and XML that signatures look at."""

import json

import pytest

from helpers.annotations.signatures.signature import (
    Sample,
    Signature,
    begins,
    first_fit,
    json_with,
    xml,
)
from helpers.structures.errors import BadInput


def sample(folder, content, name="a.json"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return Sample(path)


@pytest.mark.parametrize(
    "content, entries",
    [
        pytest.param('{"a": 1}', [{"a": 1}], id="object"),
        pytest.param('{"a": 1}\n', [{"a": 1}], id="object and a line end"),
        pytest.param('{\n"a": 1}', [{"a": 1}], id="object on lines"),
        pytest.param('[{"a": 1}, 2, {"b": 3}]', [{"a": 1}, {"b": 3}], id="list"),
        pytest.param('\n{"a": 1}\n{"b": 2}', [{"a": 1}], id="JSON Lines"),
        pytest.param('{"a": "%s"}\n{}' % ("x" * 70_000), [{"a": "x" * 70_000}], id="long line"),
        pytest.param("{", [], id="broken"),
        pytest.param("3", [], id="number"),
    ],
)
def test_the_objects_of_json_are_its_entries(tmp_path, content, entries):
    assert sample(tmp_path, content).entries == entries


def test_json_that_is_not_text_is_bad_input(tmp_path):
    unreadable = sample(tmp_path, b"\xff\x00")
    with pytest.raises(BadInput):
        json_with("a")(unreadable)


@pytest.mark.parametrize(
    "places, fits",
    [
        (["a"], True),
        (["a.b"], True),
        (["a.b.c"], False),
        (["b"], False),
        (["list.*.x"], True),
        (["list.*.z"], False),
        (["*.b"], True),
        (["a", "list.*.x"], True),
        (["a", "none"], False),
        (["null"], True),
    ],
    ids=str,
)
def test_json_is_known_by_the_places_that_hold_something(tmp_path, places, fits):
    value = {"a": {"b": 1}, "list": [1, {"y": 2}, {"x": 3}], "null": None}
    for content in (value, [value]):
        assert json_with(*places)(sample(tmp_path, json.dumps(content))) is fits


@pytest.mark.parametrize(
    "content, root, tags",
    [
        pytest.param("<a><b/><c.d x='1'/></a>", "a", {"a", "b", "c.d"}, id="tags"),
        pytest.param("<?xml version='1.0'?><!-- <z> --><a/>", "a", {"a"}, id="comment"),
        pytest.param("<!DOCTYPE z [<!ENTITY e 'x'>]><a/>", "a", {"a"}, id="document type"),
        pytest.param("\ufeff <a/>", "a", {"a"}, id="byte order mark"),
        pytest.param("<a/>".encode("utf-16"), "a", {"a"}, id="UTF-16"),
        pytest.param("words <a/>", "", set(), id="words"),
        pytest.param("", "", set(), id="empty"),
    ],
)
def test_the_tags_of_xml_are_seen_without_parsing_it(tmp_path, content, root, tags):
    seen = sample(tmp_path, content, "a.xml")
    assert (seen.root, seen.tags) == (root, tags)
    if root:
        assert xml(root, *tags)(seen) and not xml(root, "other")(seen) and not xml("z")(seen)


def test_the_first_that_fits_counts_and_what_cannot_be_read_fits_none(tmp_path):
    table = [
        Signature("broken as JSON", json_with("a"), remedy="None."),
        Signature("first", begins(b"\xff"), remedy="None."),
        Signature("second", begins(b"\xff\x00"), remedy="None."),
    ]
    (tmp_path / "a.json").write_bytes(b"\xff\x00")
    assert first_fit(table, tmp_path / "a.json").tool == "first"
    assert first_fit(table[:1], tmp_path / "a.json") is None
    assert first_fit(table, tmp_path / "none.json") is None
