"""What the verbs share, and that none of them does any work itself."""

import argparse
import ast
from pathlib import Path

import pytest

from helpers.cli import parser
from helpers.structures.errors import BadInput

CLI = Path(parser.__file__).parent
VERBS = [
    "dataset",
    "evaluation",
    "tfrecords",
    "pipeline",
    "model",
    "train_sagemaker",
    "main",
    "parser",
]
# Besides the steps: where things lie, how errors are shown, and the doctor, who needs no step.
ALLOWED = (
    "helpers.__version__",
    "helpers.cli",
    "helpers.steps",
    "helpers.structures.errors",
    "helpers.system.files",
    "helpers.system.logging_setup",
    "helpers.workspace",
)


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("helpers"):
            for alias in node.names:
                yield f"{node.module}.{alias.name}"


@pytest.mark.parametrize("name", VERBS)
def test_verbs_only_parse_call_a_step_and_print(name):
    tree = ast.parse((CLI / f"{name}.py").read_text("utf-8"))
    wrong = [module for module in imported(tree) if not module.startswith(ALLOWED)]
    assert not wrong, f"{name} works itself with {wrong}"
    loops = [node for node in ast.walk(tree) if isinstance(node, (ast.While, ast.With, ast.Try))]
    assert len(loops) == (name == "main"), "only the error handler of main may try"


def test_every_module_of_verbs_is_read():
    assert {path.stem for path in CLI.glob("*.py")} == {*VERBS, "doctor", "__init__"}


@pytest.mark.parametrize(
    "options, expected",
    [
        ([], {}),
        (["num_steps=5"], {"num_steps": "5"}),
        (["a=1", "a=2", "b="], {"a": "2", "b": ""}),
        (["model_dir=s3://b/k=v"], {"model_dir": "s3://b/k=v"}),
    ],
    ids=["none", "one", "the last counts", "an equals sign in the value"],
)
def test_pairs(options, expected):
    assert parser.pairs(options) == expected


def test_a_pair_without_a_value_is_refused():
    with pytest.raises(BadInput, match="'num_steps'"):
        parser.pairs(["num_steps"])


def test_a_verb_describes_itself_as_a_sentence():
    verbs = argparse.ArgumentParser().add_subparsers()
    made = parser.add_verb(verbs, "draw", lambda options: 3, "draw what is there")
    parser.add_work(made)
    assert made.description == "Draw what is there."
    options = made.parse_args(["--work", "somewhere"])
    assert (options.run(options), options.work) == (3, "somewhere")


def test_the_cache_lies_in_the_work_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("WORK", str(tmp_path))
    assert tmp_path in parser.cache().parents
