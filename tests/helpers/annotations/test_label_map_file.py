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


def test_a_label_map_and_its_labels_come_back(tmp_path):
    made = LabelMap.of(NAMES)
    assert label_map_file.read(label_map_file.write(made, tmp_path / "label_map.pbtxt")) == made
    assert (
        label_map_file.read_labels(label_map_file.write_labels(made, tmp_path / "labels.txt"))
        == made
    )


def test_names_are_written_unescaped(tmp_path):
    path = label_map_file.write(LabelMap.of(["犬", "🐕", "Bär"]), tmp_path / "label_map.pbtxt")
    assert all(f'"{name}"' in path.read_text(encoding="utf-8") for name in ("犬", "🐕", "Bär"))


@pytest.mark.parametrize(
    "content, message",
    [
        pytest.param("", "no class", id="empty"),
        pytest.param("item { id: 1 name: 'a'", "parse.*1:20", id="brace not closed"),
        pytest.param("hello", "parse.*hello", id="not a label map"),
        pytest.param("item { id: 1 name: 'a\\377' }", "parse.*1:28", id="not UTF-8"),
        pytest.param(
            "item { id: 99999999999 name: 'a' }", "parse.*99999999999", id="id beyond int32"
        ),
        pytest.param(
            "item { id: 0 name: 'a' } item { id: 1 name: 'b' }",
            "id 0,.* 1 to 2,.*background",
            id="id 0 of two",
        ),
        pytest.param("item { id: -3 name: 'a' }", "id -3,.* 1 to 1,", id="negative id"),
        pytest.param("item { name: 'a' }", "id 0,", id="no id"),
        pytest.param(
            "item { id: 4 name: 'a' } item { id: 1 name: 'b' } item { id: 2 name: 'c' }",
            "id 4 .*id 3,.* 1 to 3,.* gap",
            id="gap",
        ),
        pytest.param(
            "item { id: 1 name: 'a' } item { id: 1 name: 'b' }", "id 1 twice,.* own", id="id twice"
        ),
        pytest.param(
            "item { id: 1 name: 'a' } item { id: 2 name: 'a' }", "'a'.* once", id="name twice"
        ),
        pytest.param("item { id: 1 }", "name ''", id="no name"),
    ],
)
def test_a_broken_label_map_is_named(tmp_path, content, message):
    path = tmp_path / "label_map.pbtxt"
    path.write_text(content)
    with pytest.raises(BadInput, match=f"label_map.pbtxt: .*{message}"):
        label_map_file.read(path)


def test_items_are_ordered_by_id(tmp_path):
    (tmp_path / "map").write_text("item { name: 'b' id: 2 } item { name: 'a' id: 1 }")
    assert label_map_file.read(tmp_path / "map").names == ("a", "b")


@pytest.mark.parametrize(
    "content, names",
    [
        ("a\nb\n", ("a", "b")),
        ("\ufeffa\r\n\r\n  b  \r\n", ("a", "b")),
        ("red panda", ("red panda",)),
    ],
    ids=["lines", "Windows line ends and blanks", "one line"],
)
def test_labels_are_read_from_a_text_file(tmp_path, content, names):
    (tmp_path / "labels.txt").write_bytes(content.encode("utf-8"))
    assert label_map_file.read_labels(tmp_path / "labels.txt").names == names


@pytest.mark.parametrize("read", [label_map_file.read, label_map_file.read_labels])
def test_a_missing_file_is_named(tmp_path, read):
    with pytest.raises(BadInput, match="nothing_here: no such"):
        read(tmp_path / "nothing_here")


@pytest.mark.parametrize(
    "existing, names, reset, expected, warnings",
    [
        pytest.param(None, "cat ant", False, "cat ant", [], id="no file yet"),
        pytest.param("dog cat", "cat dog", False, "dog cat", [], id="all known"),
        pytest.param(
            "dog cat", "emu cat ant dog", False, "dog cat emu ant", [], id="new classes last"
        ),
        pytest.param(
            "dog cat", "ant cat", False, "dog cat ant", ["'dog'.* id 1"], id="a class gone"
        ),
        pytest.param(
            "dog cat emu",
            "cat",
            False,
            "dog cat emu",
            ["'dog'.* id 1", "'emu'.* id 3"],
            id="two classes gone",
        ),
        pytest.param(
            "dog cat", "ant bee", False, "ant bee", ["none.*classes"], id="all classes gone"
        ),
        pytest.param("dog cat", "ant cat dog", True, "ant cat dog", [], id="reset"),
    ],
)
def test_classes_that_have_an_id_keep_it(tmp_path, existing, names, reset, expected, warnings):
    path = tmp_path / "label_map.pbtxt"
    if existing:
        label_map_file.write(LabelMap.of(existing.split()), path)
    label_map, lines = label_map_file.continued(path, names.split(), reset)
    assert label_map.names == tuple(expected.split())
    assert len(lines) == len(warnings)
    for line, values in zip(lines, warnings):
        assert re.search(f"label_map.pbtxt: {values}", line)


def test_a_map_that_is_there_and_broken_is_named_and_stays(tmp_path):
    path = tmp_path / "label_map.pbtxt"
    path.write_text("item { id: 0 name: 'a' }")
    with pytest.raises(BadInput, match="label_map.pbtxt.*id 0,"):
        label_map_file.continued(path, ["a"])
    assert label_map_file.continued(path, ["a"], reset=True) == (LabelMap.of(["a"]), [])
    with pytest.raises(BadInput, match="data.csv.*no class"):
        label_map_file.continued(path, [], reset=True, where="data.csv")


def test_the_verb_keeps_ids_and_writes_the_labels(record, tmp_path, capsys):
    source, out, labels = (str(tmp_path / name) for name in ("d.csv", "map.pbtxt", "labels.txt"))

    def run(names, *options):
        csv_table.write([record("a.jpg", *((name, 1, 2, 3, 4) for name in names.split()))], source)
        code = main(["label-map", "csv", source, out, *options])
        return (code, *capsys.readouterr())

    assert run("dog cat") == (0, "1 cat\n2 dog\n", "")
    code, output, errors = run("ant dog", "--labels", labels)
    assert (code, output) == (0, "1 cat\n2 dog\n3 ant\n")
    (warning,) = errors.splitlines()
    assert warning.startswith(f"warning: {out}: 'cat'") and warning.endswith("id 1")
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
    (warning,) = map_labels(work.table, work.label_map).warnings
    assert re.search(r"label_map.pbtxt: 'cat'.* id 1$", warning)
    assert workflow.map_labels(work, reset=True).names == ("ant", "dog")


def test_ids_of_another_program_may_have_gaps(tmp_path):
    (tmp_path / "map.pbtxt").write_text(
        'item { id: 90 name: "/m/012xff" display_name: "toothbrush" }\n'
        'item { id: 2 name: "bike" display_name: "a bike" }\nitem { id: 7 name: "/m/0k4j" }\n'
    )
    names = label_map_file.names_by_id(tmp_path / "map.pbtxt")
    assert names == {90: "toothbrush", 2: "bike", 7: "/m/0k4j"}
