"""The work folder is where it is said to be, and its state outlives the process."""

from pathlib import Path

import pytest

from helpers.structures.errors import BadInput, MissingPart
from helpers.workspace import ROOT, Workspace, parameter


@pytest.mark.parametrize(
    "given, variable, expected",
    [
        (None, None, ROOT / "work"),
        (None, "", ROOT / "work"),
        (None, "{tmp}/a", "{tmp}/a"),
        ("{tmp}/b", "{tmp}/a", "{tmp}/b"),
        ("{tmp}/x/../c", None, "{tmp}/c"),
    ],
)
def test_where_it_lies(tmp_path, monkeypatch, given, variable, expected):
    monkeypatch.delenv("WORK", raising=False)
    if variable is not None:
        monkeypatch.setenv("WORK", variable.format(tmp=tmp_path))
    work = Workspace.at(given and given.format(tmp=tmp_path))
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
        "jobs/one": work.job("one"),
        "model/graph": work.graph,
        "evaluation": work.evaluation,
    }
    assert {name: tmp_path / name for name in places} == places


def test_what_is_remembered_is_recalled_by_the_next_process(tmp_path):
    assert Workspace.at(tmp_path).state() == {}
    Workspace.at(tmp_path).remember(job="a", images="/photos")
    assert Workspace.at(tmp_path).remember(job="b") == {"job": "b", "images": "/photos"}
    assert Workspace.at(tmp_path).recall("images", "notebook 01") == "/photos"


def test_what_is_not_there_yet_says_which_step_makes_it(tmp_path):
    with pytest.raises(MissingPart, match="state.json: no 'job' yet. Run notebook 04 first"):
        Workspace.at(tmp_path).recall("job", "notebook 04")


def test_a_broken_state_is_named(tmp_path):
    (tmp_path / "state.json").write_text("{")
    with pytest.raises(BadInput, match="state.json: found broken JSON"):
        Workspace.at(tmp_path).recall("job", "notebook 04")


@pytest.mark.parametrize(
    "text, default, expected",
    [
        (None, 5, 5),
        ("", 5, 5),
        (" 7 ", 5, 7),
        ("0.5", 0.1, 0.5),
        ("a b", "c", "a b"),
        ("true", False, True),
        ("0", True, False),
        ("yes", False, True),
    ],
)
def test_parameters_come_from_the_environment(monkeypatch, text, default, expected):
    monkeypatch.delenv("SOME_FIGURE", raising=False)
    if text is not None:
        monkeypatch.setenv("SOME_FIGURE", text)
    got = parameter("SOME_FIGURE", default)
    assert (got, type(got)) == (expected, type(default))


@pytest.mark.parametrize("text, default", [("many", 5), ("1.5", 5), ("x", 0.5), ("perhaps", True)])
def test_a_parameter_of_the_wrong_kind_is_named(monkeypatch, text, default):
    monkeypatch.setenv("SOME_FIGURE", text)
    with pytest.raises(BadInput, match=f"SOME_FIGURE.*{text}"):
        parameter("SOME_FIGURE", default)
