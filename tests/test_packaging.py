"""What makes this a project that others can install, cite, license and contribute to."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import tomli
import yaml

import helpers

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomli.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT = PYPROJECT["project"]
SCRIPT = Path(sys.prefix, "bin", "photos-to-pi")
MODULE, _, FUNCTION = PROJECT["scripts"]["photos-to-pi"].partition(":")
# What the script that pip writes does.
AS_PIP_WRITES_IT = (
    f"import sys; from {MODULE} import {FUNCTION} as main; "
    "sys.argv[0] = 'photos-to-pi'; sys.exit(main())"
)
LICENSED = "Apache-2.0"


def document(name):
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


def output(*command):
    result = subprocess.run(
        [str(part) for part in command], cwd=str(ROOT), stdout=subprocess.PIPE, check=True
    )
    return result.stdout.decode()


@pytest.mark.parametrize(
    "name",
    [
        "CHANGELOG.md",
        "CITATION.cff",
        "CODE_OF_CONDUCT.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "NOTICE",
        "README.md",
        "SECURITY.md",
        "docs/architecture.md",
        ".github/pull_request_template.md",
    ],
)
def test_the_file_is_there_and_says_something(name):
    assert len((ROOT / name).read_text("utf-8").split()) > 30


@pytest.mark.parametrize(
    "field", ["authors", "classifiers", "description", "keywords", "license", "readme"]
)
def test_metadata_are_given(field):
    assert PROJECT[field]


def test_one_license_everywhere():
    license_text = (ROOT / "LICENSE").read_text("utf-8")
    assert "Apache License\n                           Version 2.0, January 2004" in license_text
    assert "END OF TERMS AND CONDITIONS" in license_text
    assert PROJECT["license"] == {"text": LICENSED}
    assert document("CITATION.cff")["license"] == LICENSED
    assert "License :: OSI Approved :: Apache Software License" in PROJECT["classifiers"]
    assert PYPROJECT["tool"]["setuptools"]["license-files"] == ["LICENSE", "NOTICE"]


def test_citation_is_of_this_version():
    citation = document("CITATION.cff")
    assert citation["version"] == helpers.__version__
    assert citation["cff-version"] == "1.2.0"
    assert {"authors", "message", "title"} <= set(citation)


def test_changelog_has_this_version_below_what_is_unreleased():
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert headings[0] == "Unreleased"
    assert helpers.__version__ in headings


@pytest.mark.parametrize("arguments", [["--help"], ["csv", "--help"]], ids=" ".join)
def test_console_script_is_the_command_line_of_the_package(arguments):
    shown = output(sys.executable, "-m", "helpers", *arguments)
    expected = shown.replace("python -m helpers", "photos-to-pi").split()
    script = output(sys.executable, "-c", AS_PIP_WRITES_IT, *arguments)
    assert script.replace("python -m helpers", "photos-to-pi").split() == expected
    assert expected[0] == "usage:"


def test_console_script_is_installed():
    if not SCRIPT.exists():
        pytest.skip("photos-to-pi is not in the environment: run make setup")
    assert output(SCRIPT, "--version").strip() == helpers.__version__


def test_set_up_installs_the_project_itself_without_the_network():
    script = (ROOT / "helpers" / "environment.sh").read_text("utf-8")
    assert "pip install --no-deps --no-build-isolation --editable ." in script


def test_types_are_packaged():
    assert (ROOT / "helpers" / "py.typed").exists()
    assert "py.typed" in PYPROJECT["tool"]["setuptools"]["package-data"]["helpers"]


def test_every_file_of_the_package_that_is_no_module_is_packaged():
    patterns = PYPROJECT["tool"]["setuptools"]["package-data"]
    packaged = {
        path
        for package, names in patterns.items()
        for name in names
        for path in ROOT.joinpath(*package.split(".")).glob(name)
    }
    tracked = {ROOT / name for name in output("git", "ls-files", "helpers").splitlines()}
    left_out = {path for path in tracked - packaged if path.suffix != ".py"}
    assert left_out == {ROOT / "helpers" / "environment.sh"}  # makes the environment of a checkout


def test_mypy_reads_all_product_code():
    settings = PYPROJECT["tool"]["mypy"]
    assert set(settings["files"]) == {"helpers", "docker/server", "docker/trainer", "pi"}
    (strict,) = [part for part in settings["overrides"] if part.get("disallow_untyped_defs")]
    assert strict["disallow_any_generics"] and strict["warn_return_any"]
    assert {"helpers.structures.*", "helpers.aws.*", "detect", "detection.*"} == set(
        strict["module"]
    )


def test_coverage_is_of_branches_of_product_code():
    run = PYPROJECT["tool"]["coverage"]["run"]
    assert run["branch"] and run["parallel"]
    assert set(run["source"]) == {"helpers", "docker/server", "docker/trainer", "pi"}


def test_pre_commit_hooks():
    hooks = [
        hook for repo in document(".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]
    ]
    assert [hook["id"] for hook in hooks] == ["ruff", "ruff-format", "nbstripout", "codespell"]
    assert all({"entry", "language", "name"} <= set(hook) for hook in hooks)
    for hook in hooks:
        for pin in hook.get("additional_dependencies", []):
            assert re.fullmatch(r"[a-z]+==[\d.]+", pin)


def test_workflow_runs_the_whole_suite_and_lint():
    jobs = document(".github/workflows/ci.yml")["jobs"]
    commands = [step.get("run") for step in jobs["test"]["steps"]]
    assert ".ci/run" in commands
    assert jobs["test"]["container"]["image"] == "debian:bookworm"
    assert "--privileged" in jobs["test"]["container"]["options"]
    assert "make lint" in [step.get("run") for step in jobs["lint"]["steps"]]


@pytest.mark.parametrize("name", ["bug", "feature"])
def test_issue_forms_ask_for_what_is_needed(name):
    form = document(f".github/ISSUE_TEMPLATE/{name}.yml")
    assert {"name", "description", "body"} <= set(form)
    fields = [field for field in form["body"] if field["type"] != "markdown"]
    assert len({field["id"] for field in fields}) == len(fields)
    assert any(field.get("validations", {}).get("required") for field in fields)


def test_a_reporter_of_a_vulnerability_is_sent_to_a_private_place():
    assert "private vulnerability reporting" in (ROOT / "SECURITY.md").read_text("utf-8")
    assert "mailto:" not in (ROOT / "SECURITY.md").read_text("utf-8")


def places(document_name):
    """What a document names in backticks below a folder: pairs of a file and a name in it."""
    content = (ROOT / document_name).read_text("utf-8")
    for quoted in re.findall(r"`([\w.]+(?:/[\w.]+)+)`", content):
        folder = ROOT if (ROOT / quoted.split("/")[0]).is_dir() else ROOT / "helpers"
        path = folder / quoted
        if path.suffix and not path.exists() and path.with_suffix(".py").exists():
            yield path.with_suffix(".py"), path.suffix[1:]
        else:
            yield path if path.suffix or path.exists() else path.with_suffix(".py"), ""


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_files_and_functions_that_documents_name_exist(name):
    made_later = re.compile(r"/(NAME|ROOM|VERB_NOUN|test_[A-Z_]+|model$|jobs)|^work/")
    missing = [
        f"{path.relative_to(ROOT)} {member}".strip()
        for path, member in places(name)
        if not made_later.search(str(path.relative_to(ROOT)))
        and not (
            path.exists()
            and (
                not member or re.search(rf"^(def|class) {member}\b", path.read_text("utf-8"), re.M)
            )
        )
    ]
    assert missing == []


def test_documents_name_many_places():
    assert len(list(places("docs/architecture.md"))) > 30
