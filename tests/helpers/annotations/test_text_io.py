"""Files of annotations: listed sorted, read as text or JSON, or named as what they are."""

import pytest

from helpers.annotations import text_io
from helpers.structures.errors import BadInput


def test_files_are_listed_sorted_without_hidden_ones(tmp_path):
    for name in ("b.TXT", "a.txt", "sub/c.txt", ".d.txt", ".git/e.txt", "f.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    listed = [path.relative_to(tmp_path).as_posix() for path in text_io.below(tmp_path, (".txt",))]
    assert listed == ["a.txt", "b.TXT", "sub/c.txt"]
    assert text_io.below(tmp_path / "f.csv", (".txt",)) == [tmp_path / "f.csv"]


@pytest.mark.parametrize("name", ["nowhere", ""], ids=["missing", "nothing of the kind"])
def test_a_source_without_files_is_named(tmp_path, name):
    with pytest.raises(BadInput) as error:
        text_io.below(tmp_path / name, (".txt", ".yaml"))
    assert str(tmp_path / name) in str(error.value)


@pytest.mark.parametrize(
    "content, expected",
    [
        ("ä🦝\n".encode(), "ä🦝\n"),
        ("ä".encode("utf-8-sig"), "ä"),
        ("ä".encode("utf-16"), "ä"),
        (b"", ""),
        ("ä".encode("latin-1"), None),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16", "empty", "latin-1"],
)
def test_text_in_unicode(tmp_path, content, expected):
    (tmp_path / "a.txt").write_bytes(content)
    if expected is None:
        with pytest.raises(BadInput, match="a.txt"):
            text_io.text_of(tmp_path / "a.txt")
    else:
        assert text_io.text_of(tmp_path / "a.txt") == expected


def test_a_git_lfs_pointer_is_named(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(BadInput, match="a.txt.*Git LFS"):
        text_io.text_of(tmp_path / "a.txt")


@pytest.mark.parametrize(
    "text, expected",
    [
        ('{"a": [1, 2.5, null]}', {"a": [1, 2.5, None]}),
        ("NaN", None),
        ("1e400", None),
        ("1" * 400, None),
        ("1" * 100, float("1" * 100)),
        (r'"\ud800"', "?"),
        (r'{"\ud83d\ude00": ["\udc00"]}', {"😀": ["?"]}),
    ],
    ids=["plain", "nan", "endless", "too long", "long", "surrogate", "surrogate inside"],
)
def test_json_values_are_what_json_can_hold(text, expected):
    assert text_io.json_in(text) == expected


@pytest.mark.parametrize("text", ["{", "", "[" * 200_000], ids=["broken", "empty", "deep"])
def test_broken_json_is_an_error(tmp_path, text):
    with pytest.raises(ValueError):
        text_io.json_in(text)
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(BadInput, match="a.json"):
        text_io.json_of(tmp_path / "a.json")


def test_documents_of_another_format_are_findings(tmp_path):
    for name, content in (("a.json", "[]"), ("b.json", "{}"), ("c.json", "{")):
        (tmp_path / name).write_text(content)
    findings = []
    documents = text_io.documents(
        tmp_path, lambda value: "" if value == {} else "a list", "an object", findings
    )
    assert [(path.name, value) for path, value in documents] == [("b.json", {})]
    assert [(finding.code, finding.path) for finding in findings] == [
        ("annotation-other-format", str(tmp_path / "a.json")),
        ("annotation-broken-file", str(tmp_path / "c.json")),
    ]
    with pytest.raises(BadInput, match="a.json"):
        list(text_io.documents(tmp_path / "a.json", lambda _: "a list", "an object", []))


@pytest.mark.parametrize(
    "value, expected",
    [
        pytest.param("cat", "cat", id="text"),
        pytest.param(7, "7", id="integer"),
        pytest.param(900_100_448_263, "900100448263", id="large id"),
        pytest.param(7.0, "7", id="whole float"),
        pytest.param(1.5, "1.5", id="fraction"),
        pytest.param(True, "", id="boolean"),
        pytest.param(None, "", id="null"),
        pytest.param([], "", id="list"),
    ],
)
def test_names_are_text_or_numbers(value, expected):
    assert text_io.text(value) == expected


def test_values_of_another_type_are_empty():
    assert (text_io.mapping([1]), text_io.mapping({"a": 1})) == ({}, {"a": 1})
    assert (text_io.sequence({"a": 1}), text_io.sequence([1])) == ([], [1])
    assert text_io.lines_of("a\r\nb\x0bc\n") == ["a", "b\x0bc", ""]


def test_a_long_value_is_shown_on_one_short_line():
    shown = text_io.shown({"a": ["x\n" * 1000] * 1000})
    assert "\n" not in shown and len(shown) <= 100
