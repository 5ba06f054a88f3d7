"""Label map files: the same names and ids in the Object Detection API's own reader."""

import re

import pytest
import workflow
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers.__main__ import main
from helpers.annotations import csv_table, label_map_file
from helpers.steps.map_labels import map_labels
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.workspace import Workspace

NAMES = ["raccoon", "red panda", "Eichhörnchen", 'a "quoted" \\ one']


def can_be_a_class(name):
    try:
        LabelMap.of([name])
    except BadInput:
        return False
    return True


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=8).filter(can_be_a_class), min_size=1, unique=True))
@example(NAMES)
@example(["it's", '"', "'", "\\", "\\n", "\\x41", '\\"', "item { id: 7 }", "# no comment"])
@example(["🦝", "👩\u200d🚀", "浣熊", "енот", "راكون", "e\u0301", "é", "a\u00a0b", "\u200f", "0"])
def test_the_object_detection_api_reads_the_same_names_and_ids(tmp_path_factory, names):
    from object_detection.utils import label_map_util

    folder, made = tmp_path_factory.mktemp("map"), LabelMap.of(names)
    path = label_map_file.write(made, folder / "label_map.pbtxt")
    expected = {name: number for number, name in enumerate(names, start=1)}
    assert label_map_util.get_label_map_dict(str(path)) == expected
    assert label_map_util.create_category_index_from_labelmap(str(path)) == {
        number: {"id": number, "name": name} for name, number in expected.items()
    }
    assert label_map_file.read(path) == made
    labels = label_map_file.write_labels(made, folder / "labels.txt")
    assert labels.read_text(encoding="utf-8").split("\n") == [*names, ""]
    assert label_map_file.read_labels(labels) == made


def test_what_was_written_is_read(tmp_path):
    made = LabelMap.of(NAMES)
    assert label_map_file.read(label_map_file.write(made, tmp_path / "label_map.pbtxt")) == made
    assert (
        label_map_file.read_labels(label_map_file.write_labels(made, tmp_path / "labels.txt"))
        == made
    )


def test_names_stand_in_the_file_as_people_write_them(tmp_path):
    path = label_map_file.write(LabelMap.of(["犬", "🐕", "Bär"]), tmp_path / "label_map.pbtxt")
    assert all(f'"{name}"' in path.read_text(encoding="utf-8") for name in ("犬", "🐕", "Bär"))


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "found no class"),
        ("item { id: 1 name: 'a'", "does not parse"),
        ("hello", "does not parse"),
        ("item { id: 1 name: 'a\\377' }", "does not parse"),
        ("item { id: 99999999999 name: 'a' }", "does not parse"),
        (
            "item { id: 0 name: 'a' } item { id: 1 name: 'b' }",
            "the id 0, expected the ids 1 to 2, each once. 0 is the background: number the",
        ),
        ("item { id: -3 name: 'a' }", "the id -3, expected the ids 1 to 1"),
        ("item { name: 'a' }", "the id 0, "),
        (
            "item { id: 4 name: 'a' } item { id: 1 name: 'b' } item { id: 2 name: 'c' }",
            "the id 4 but no id 3, expected the ids 1 to 3, each once. Number them without a gap",
        ),
        (
            "item { id: 1 name: 'a' } item { id: 1 name: 'b' }",
            "the id 1 twice, .* an id of its own",
        ),
        ("item { id: 1 name: 'a' } item { id: 2 name: 'a' }", "'a' more than once"),
        ("item { id: 1 }", "the class name ''"),
    ],
)
def test_a_broken_label_map_is_named(tmp_path, text, message):
    path = tmp_path / "label_map.pbtxt"
    path.write_text(text)
    with pytest.raises(BadInput, match=f"label_map.pbtxt: .*{message}"):
        label_map_file.read(path)


def test_items_in_any_order(tmp_path):
    (tmp_path / "map").write_text("item { name: 'b' id: 2 } item { name: 'a' id: 1 }")
    assert label_map_file.read(tmp_path / "map").names == ("a", "b")


@pytest.mark.parametrize(
    "text, names",
    [
        ("a\nb\n", ("a", "b")),
        ("\ufeffa\r\n\r\n  b  \r\n", ("a", "b")),
        ("red panda", ("red panda",)),
    ],
)
def test_labels_from_a_text_file(tmp_path, text, names):
    (tmp_path / "labels.txt").write_bytes(text.encode("utf-8"))
    assert label_map_file.read_labels(tmp_path / "labels.txt").names == names


@pytest.mark.parametrize("read", [label_map_file.read, label_map_file.read_labels])
def test_a_missing_file_is_named(tmp_path, read):
    with pytest.raises(BadInput, match="nothing_here: no such file"):
        read(tmp_path / "nothing_here")


@pytest.mark.parametrize(
    "former, names, again, expected, said",
    [
        (None, "cat ant", False, "cat ant", []),
        ("dog cat", "cat dog", False, "dog cat", []),
        ("dog cat", "emu cat ant dog", False, "dog cat emu ant", []),
        (
            "dog cat",
            "ant cat",
            False,
            "dog cat ant",
            ["'dog' is not in the data any more and keeps its id 1"],
        ),
        ("dog cat emu", "cat", False, "dog cat emu", ["'dog' .* id 1", "'emu' .* id 3"]),
        ("dog cat", "ant bee", False, "ant bee", ["none of its classes is in the data any more"]),
        ("dog cat", "ant cat dog", True, "ant cat dog", []),
    ],
)
def test_classes_that_have_an_id_keep_it(tmp_path, former, names, again, expected, said):
    path = tmp_path / "label_map.pbtxt"
    if former:
        label_map_file.write(LabelMap.of(former.split()), path)
    made, lines = label_map_file.continued(path, names.split(), again)
    assert made.names == tuple(expected.split())
    assert len(lines) == len(said)
    for line, words in zip(lines, said):
        assert re.search(f"label_map.pbtxt: {words}", line)


def test_a_map_that_is_there_and_broken_is_named_and_stays(tmp_path):
    path = tmp_path / "label_map.pbtxt"
    path.write_text("item { id: 0 name: 'a' }")
    with pytest.raises(BadInput, match="label_map.pbtxt: found the id 0"):
        label_map_file.continued(path, ["a"])
    assert label_map_file.continued(path, ["a"], reset=True) == (LabelMap.of(["a"]), [])
    with pytest.raises(BadInput, match="data.csv: found no class"):
        label_map_file.continued(path, [], reset=True, where="data.csv")


def test_the_verb_keeps_ids_and_writes_the_labels(record, tmp_path, capsys):
    source, out, labels = (str(tmp_path / name) for name in ("d.csv", "map.pbtxt", "labels.txt"))

    def run(names, *options):
        csv_table.write([record("a.jpg", *((name, 1, 2, 3, 4) for name in names.split()))], source)
        code = main(["label-map", "csv", source, out, *options])
        return (code, *capsys.readouterr())

    assert run("dog cat") == (0, "1 cat\n2 dog\n", "")
    code, said, errors = run("ant dog", "--labels", labels)
    assert (code, said) == (0, "1 cat\n2 dog\n3 ant\n")
    assert errors == f"warning: {out}: 'cat' is not in the data any more and keeps its id 1\n"
    assert (tmp_path / "labels.txt").read_text() == "cat\ndog\nant\n"
    assert run("ant dog", "--reset") == (0, "1 ant\n2 dog\n", "")
    (tmp_path / "names.txt").write_text("emu\ndog\n")
    assert main(["label-map", "txt", str(tmp_path / "names.txt"), out]) == 0
    assert label_map_file.read(out).names == ("ant", "dog", "emu")


def test_the_step_keeps_ids_and_names_the_class_that_is_gone(record, tmp_path):
    work = Workspace.at(tmp_path)
    for names, expected in (("dog cat", "cat dog"), ("ant dog", "cat dog ant")):
        csv_table.write(
            [record("a.jpg", *((name, 1, 2, 3, 4) for name in names.split()))], work.table
        )
        assert workflow.map_labels(work).names == tuple(expected.split())
        assert label_map_file.read(work.label_map).names == tuple(expected.split())
    assert [line.split(": ")[1] for line in map_labels(work.table, work.label_map).warnings] == [
        "'cat' is not in the data any more and keeps its id 1"
    ]
    assert workflow.map_labels(work, reset=True).names == ("ant", "dog")
