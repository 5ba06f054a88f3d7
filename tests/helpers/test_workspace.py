"""The work folder is where it is said to be, and its state outlives the process."""

import ast
from pathlib import Path

import pytest

from helpers.structures.errors import BadInput, MissingPart
from helpers.training.job_layout import IN_CONTAINER
from helpers.workspace import (
    CONTAINER_CHANNEL,
    CONTAINER_CHECKPOINT,
    ROOT,
    SPLITS,
    TrainingChannel,
    Workspace,
    parameter,
)

# The exported model's folder has files of the same names, which belong to that room.
OTHER_FOLDERS = ("helpers/export/", "helpers/inference/")
NAMES = {TrainingChannel.CONFIG, TrainingChannel.LABEL_MAP}
NAMES |= {CONTAINER_CHANNEL.record(split).name for split in (*SPLITS, "test")}
NAMES |= {CONTAINER_CHANNEL.table(split).name for split in (*SPLITS, "test")}


def sources():
    """Every Python file of the library and the container but the one that owns the names."""
    paths = [*ROOT.glob("helpers/**/*.py"), *ROOT.glob("docker/**/*.py"), ROOT / "docker" / "train"]
    names = {path: path.relative_to(ROOT).as_posix() for path in paths}
    return [
        pytest.param(path, id=name)
        for path, name in sorted(names.items())
        if not name.startswith(OTHER_FOLDERS) and name != "helpers/workspace.py"
    ]


def spelled_out(tree):
    """File names of the channel and the pair of splits, written as literals; help texts may."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in ("metavar", "help"):
            node.value = ast.Num(0)
    for node in ast.walk(tree):
        if isinstance(node, ast.Str) and node.s.rstrip("*") in NAMES:
            yield node.s
        elif isinstance(node, (ast.Tuple, ast.List)):
            values = tuple(getattr(item, "s", None) for item in node.elts)
            if values == SPLITS:
                yield str(values)
        elif isinstance(node, ast.JoinedStr):
            parts = [part.s if isinstance(part, ast.Str) else "*" for part in node.values]
            if "".join(parts) in ("*.record", "data_*.csv", "data_*", "*.record*"):
                yield "".join(parts)


@pytest.mark.parametrize(
    "folder, variable, expected",
    [
        pytest.param(None, None, ROOT / "work", id="default"),
        pytest.param(None, "", ROOT / "work", id="empty variable"),
        pytest.param(None, "{tmp}/a", "{tmp}/a", id="variable"),
        pytest.param("{tmp}/b", "{tmp}/a", "{tmp}/b", id="argument before variable"),
        pytest.param("{tmp}/x/../c", None, "{tmp}/c", id="normalized"),
    ],
)
def test_where_it_lies(tmp_path, monkeypatch, folder, variable, expected):
    monkeypatch.delenv("WORK", raising=False)
    if variable is not None:
        monkeypatch.setenv("WORK", variable.format(tmp=tmp_path))
    work = Workspace.at(folder and folder.format(tmp=tmp_path))
    assert work.root == Path(str(expected).format(tmp=tmp_path))
    assert not list(tmp_path.iterdir())


def test_the_folders_of_the_contract(tmp_path):
    work = Workspace.at(tmp_path)
    places = {
        "data": work.data,
        "data/img": work.images,
        "data/annotations": work.annotations,
        "data/data.csv": work.table,
        "training": work.training,
        "training/label_map.pbtxt": work.label_map,
        "training/pipeline.config": work.config,
        "checkpoint": work.checkpoint,
        "jobs/first": work.job("first"),
        "model/graph": work.graph,
        "evaluation": work.evaluation,
    }
    assert {name: tmp_path / name for name in places} == places


def test_the_files_of_the_training_channel(tmp_path):
    channel = Workspace.at(tmp_path).channel
    assert channel == TrainingChannel(tmp_path / "training")
    paths = {
        "pipeline.config": channel.config,
        "label_map.pbtxt": channel.label_map,
        "train.record": channel.record("train"),
        "eval.record": channel.record("eval"),
        "data_train.csv": channel.table("train"),
        "data_test.csv": channel.table("test"),
    }
    assert {name: tmp_path / "training" / name for name in paths} == paths
    names = [path.name for path in channel.record_inputs]
    assert names == ["data_train.csv", "data_eval.csv", "label_map.pbtxt"]


def test_the_tables_that_exist_are_listed_in_order(tmp_path):
    channel = TrainingChannel(tmp_path)
    assert channel.tables() == []
    for split in ("train", "test", "eval"):
        channel.table(split).write_text("")
    assert channel.tables() == [channel.table(split) for split in ("eval", "test", "train")]


def test_the_paths_inside_the_container_are_those_of_the_job_layout_and_the_contract():
    assert IN_CONTAINER.training == CONTAINER_CHANNEL.folder
    assert str(IN_CONTAINER.checkpoint) == CONTAINER_CHECKPOINT
    assert str(CONTAINER_CHANNEL.label_map) == "/opt/ml/input/data/training/label_map.pbtxt"
    assert str(CONTAINER_CHANNEL.record("train")) == "/opt/ml/input/data/training/train.record"


@pytest.mark.parametrize("path", sources())
def test_nobody_else_spells_out_the_file_names_of_the_channel(path):
    assert list(spelled_out(ast.parse(path.read_text("utf-8")))) == []


@pytest.mark.parametrize(
    "code, expected",
    [
        ("a = 'pipeline.config'", ["pipeline.config"]),
        ("a = f'{split}.record'", ["*.record"]),
        ("for split in ('train', 'eval'): pass", ["('train', 'eval')"]),
        ("add('-o', metavar='pipeline.config')", []),
        ("a = 'write pipeline.config'", []),
    ],
    ids=["name", "pattern", "pair of splits", "help text", "sentence"],
)
def test_a_spelled_out_name_is_found(code, expected):
    assert list(spelled_out(ast.parse(code))) == expected


def test_what_is_remembered_is_recalled_by_the_next_process(tmp_path):
    assert Workspace.at(tmp_path).state() == {}
    Workspace.at(tmp_path).remember(job="a", images="/photos")
    assert Workspace.at(tmp_path).remember(job="b") == {"job": "b", "images": "/photos"}
    assert Workspace.at(tmp_path).recall("images", "notebook 01") == "/photos"


def test_what_is_not_there_yet_says_which_step_makes_it(tmp_path):
    with pytest.raises(MissingPart, match="state.json: no 'job' .*notebook 04"):
        Workspace.at(tmp_path).recall("job", "notebook 04")


def test_a_broken_state_is_named(tmp_path):
    (tmp_path / "state.json").write_text("{")
    with pytest.raises(BadInput, match="state.json: .*broken JSON"):
        Workspace.at(tmp_path).recall("job", "notebook 04")


@pytest.mark.parametrize(
    "value, default, expected",
    [
        pytest.param(None, 5, 5, id="unset"),
        pytest.param("", 5, 5, id="empty"),
        pytest.param(" 7 ", 5, 7, id="integer"),
        pytest.param("0.5", 0.1, 0.5, id="number"),
        pytest.param("a b", "c", "a b", id="text"),
        pytest.param("true", False, True, id="true"),
        pytest.param("0", True, False, id="0"),
        pytest.param("yes", False, True, id="yes"),
    ],
)
def test_parameters_come_from_the_environment(monkeypatch, value, default, expected):
    monkeypatch.delenv("SOME_PARAMETER", raising=False)
    if value is not None:
        monkeypatch.setenv("SOME_PARAMETER", value)
    actual = parameter("SOME_PARAMETER", default)
    assert (actual, type(actual)) == (expected, type(default))


@pytest.mark.parametrize(
    "value, default",
    [
        pytest.param("many", 5, id="text for an integer"),
        pytest.param("1.5", 5, id="number for an integer"),
        pytest.param("x", 0.5, id="text for a number"),
        pytest.param("perhaps", True, id="text for a flag"),
    ],
)
def test_a_parameter_of_the_wrong_kind_is_named(monkeypatch, value, default):
    monkeypatch.setenv("SOME_PARAMETER", value)
    with pytest.raises(BadInput, match=f"SOME_PARAMETER.*{value}"):
        parameter("SOME_PARAMETER", default)
