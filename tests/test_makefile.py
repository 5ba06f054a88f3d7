"""The targets of the Makefile: what each starts, with which options."""

import re

import pytest
from setup_machine import ROOT, only_37, program


def test_help_names_every_target(machine):
    makefile = (ROOT / "Makefile").read_text()
    targets = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE).group(1).split()
    result = machine.run("make")
    shown = [line.split()[1] for line in result.stdout.splitlines()]
    assert sorted(shown) == targets
    assert {"bench", "demo", "kernel", "lab", "lint", "quick", "test"} <= set(shown)


@only_37
@pytest.mark.parametrize(
    "variables, options",
    [
        pytest.param([], [], id="none"),
        pytest.param(
            ["WORK=a b", "STEPS=5"], ["--work", "{project}/a b", "--steps", "5"], id="WORK, STEPS"
        ),
        pytest.param(["WORK=~/w"], ["--work", "{home}/w"], id="home folder"),
        pytest.param(
            ["RECIPE=small_ssd", "POLICY=drop"],
            ["--recipe", "small_ssd", "--policy", "drop"],
            id="RECIPE, POLICY",
        ),
        pytest.param(["START=last"], ["--start", "last"], id="START"),
        pytest.param(
            ["INFERENCE_TYPE=QUANTIZED_UINT8"],
            ["--inference-type", "QUANTIZED_UINT8"],
            id="INFERENCE_TYPE",
        ),
        pytest.param(
            ["TABLE_COLUMNS=filename,class,x,y,w,h", "LAYOUT=pose3", "ATTRIBUTE=my class"],
            ["--attribute", "my class", "--layout", "pose3", "--columns", "filename,class,x,y,w,h"],
            id="TABLE_COLUMNS, LAYOUT, ATTRIBUTE",
        ),
        pytest.param(
            ["CLASS_MAP=big cat=cat, x=", "GROUP_BY=^(.+)_", "RESPLIT=1"],
            ["--class-map", "big cat=cat, x=", "--group-by", "^(.+)_", "--resplit"],
            id="CLASS_MAP, GROUP_BY, RESPLIT",
        ),
        pytest.param(
            ["IMG=/my photos", "ANNOTATIONS=xml"],
            ["--img", "/my photos", "--annotations", "{project}/xml"],
            id="IMG, ANNOTATIONS",
        ),
    ],
)
def test_demo_gets_the_options_of_the_given_variables(machine, variables, options):
    machine.finish()
    program(machine.home / "python", 'for word; do echo "$word"; done')
    result = machine.run("make", "demo", f"PYTHON={machine.home / 'python'}", *variables)
    places = {"project": machine.project.resolve(), "home": machine.home}
    assert result.stdout.splitlines() == [
        "-m",
        "helpers",
        "demo",
        *[word.format(**places) for word in options],
    ]


@only_37
def test_tests_get_the_work_folder_and_the_environment_first_on_the_path(machine):
    machine.finish()
    program(machine.home / "python", 'echo "$WORK"; echo "${PATH%%:*}"')
    result = machine.run("make", "test", f"PYTHON={machine.home / 'python'}", "WORK=out")
    project = machine.project.resolve()
    assert result.stdout.splitlines() == [f"{project}/out", f"{project}/.venv/bin"]
