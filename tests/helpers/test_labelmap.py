"""Class names and ids: from 1, in the map's order, and the same in the OD API's own reader."""

import pytest

from helpers import labelmap
from helpers.errors import BadInput
from helpers.labelmap import LabelMap

NAMES = ["raccoon", "red panda", "Eichhörnchen", 'a "quoted" \\ one']


def test_the_object_detection_api_reads_the_same_ids(tmp_path):
    from object_detection.utils import label_map_util
    path = labelmap.write(LabelMap.of(NAMES), tmp_path / "label_map.pbtxt")
    expected = {name: number for number, name in enumerate(NAMES, start=1)}
    assert label_map_util.get_label_map_dict(str(path)) == expected


def test_there_and_back(tmp_path):
    made = LabelMap.of(NAMES)
    assert labelmap.read(labelmap.write(made, tmp_path / "label_map.pbtxt")) == made
    assert labelmap.read_labels(labelmap.write_labels(made, tmp_path / "labels.txt")) == made
    assert [made.name_of(made.id_of(name)) for name in NAMES] == NAMES
    assert [made.id_of(name) for name in NAMES] == [1, 2, 3, 4]


@pytest.mark.parametrize("names, message", [
    ([], "found no class"), (["a", "b", "a"], "the class 'a' more than once"),
    ([""], "the class name ''"), ([" a"], "the class name ' a'"), (["a", " \t"], r"' \\t'"),
    (["a\nb"], r"'a\\nb'"), (["a\u2028b"], r"'a\\u2028b'"),
])
def test_names_that_cannot_be_classes(names, message):
    with pytest.raises(BadInput, match=f"classes.csv: .*{message}"):
        LabelMap.of(names, "classes.csv")


@pytest.mark.parametrize("text, message", [
    ("", "found no class"),
    ("item { id: 1 name: 'a'", "does not parse"),
    ("hello", "does not parse"),
    ("item { id: 0 name: 'a' } item { id: 1 name: 'b' }", r"the ids \[0, 1\]"),
    ("item { name: 'a' }", r"the ids \[0\]"),
    ("item { id: 1 name: 'a' } item { id: 3 name: 'b' }", r"the ids \[1, 3\]"),
    ("item { id: 1 name: 'a' } item { id: 1 name: 'b' }", r"the ids \[1, 1\]"),
    ("item { id: 1 name: 'a' } item { id: 2 name: 'a' }", "'a' more than once"),
    ("item { id: 1 }", "the class name ''"),
])
def test_a_broken_label_map_is_named(tmp_path, text, message):
    path = tmp_path / "label_map.pbtxt"
    path.write_text(text)
    with pytest.raises(BadInput, match=f"label_map.pbtxt: .*{message}"):
        labelmap.read(path)


def test_items_in_any_order(tmp_path):
    (tmp_path / "map").write_text("item { name: 'b' id: 2 } item { name: 'a' id: 1 }")
    assert labelmap.read(tmp_path / "map").names == ("a", "b")


@pytest.mark.parametrize("text, names", [
    ("a\nb\n", ("a", "b")), ("\ufeffa\r\n\r\n  b  \r\n", ("a", "b")), ("red panda", ("red panda",)),
])
def test_labels_from_a_text_file(tmp_path, text, names):
    (tmp_path / "labels.txt").write_bytes(text.encode("utf-8"))
    assert labelmap.read_labels(tmp_path / "labels.txt").names == names


@pytest.mark.parametrize("read", [labelmap.read, labelmap.read_labels])
def test_a_missing_file_is_named(tmp_path, read):
    with pytest.raises(BadInput, match="nothing_here: no such file"):
        read(tmp_path / "nothing_here")


@pytest.mark.parametrize("class_id", [-1, 0, 3])
def test_ids_and_names_that_are_not_there(class_id):
    pair = LabelMap.of(["a", "b"])
    with pytest.raises(BadInput, match=f"the id {class_id}, expected 1 to 2"):
        pair.name_of(class_id)
    with pytest.raises(BadInput, match="no class 'c'"):
        pair.id_of("c")
    assert pair.unknown(["z", "a", "c", "z"]) == ["c", "z"]
