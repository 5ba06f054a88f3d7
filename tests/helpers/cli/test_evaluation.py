"""``evaluate`` and ``compare``: what they print and write, and what they refuse."""

import json
import re

import detection_results
import pytest

from helpers.cli.main import main
from helpers.evaluation import saved_results


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["evaluate"], "graph: .*04_train"),
        (["evaluate", "--threshold", "50"], "--threshold: .*50"),
        (["compare", "none", "neither"], "none: "),
        (["compare", "none", "neither", "--threshold", "-1"], "--threshold: .*-1"),
    ],
    ids=["no model", "no threshold", "nothing to compare", "no threshold to compare at"],
)
def test_refused_before_anything_is_made(arguments, message, refused_without_a_trace):
    assert re.search(message, refused_without_a_trace(arguments))


def test_saved_evaluations_are_compared_without_a_model(tmp_path, capsys):
    made = detection_results.scattered(1, 12)
    for name, results in (("old", made.with_min_score(0.5)), ("new", made)):
        saved_results.write({"opencv": results}, tmp_path / name)
    paths = [str(tmp_path / name) for name in ("old", "new")]
    where = ["--work", str(tmp_path / "work"), "--out", str(tmp_path / "out")]
    assert main(["compare", *paths, *where]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["metric", "old", "new", "difference"]
    assert lines[-1] == str(tmp_path / "out" / "comparison.html")
    assert main(["compare", *paths, *where, "--json"]) == 0
    written = json.loads((tmp_path / "out" / "comparison.json").read_text())
    assert json.loads(capsys.readouterr().out) == written
    assert written["difference"]["value"] > 0


def test_a_model_is_evaluated_into_a_folder(trained, tmp_path, capsys):
    options = ["--backend", "opencv", "--threshold", "0.2", "--out", str(tmp_path)]
    assert main(["evaluate", "--work", str(trained.root), *options]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:2]] == ["backend", "opencv"]
    assert lines[-1] == str(tmp_path / "report.html")
    assert (
        json.loads((tmp_path / "analysis.json").read_text())["backends"]["opencv"]["threshold"]
        == 0.2
    )
