"""Studio's Docker told apart from others: a script says what its daemon says."""

import json
import os

import pytest

from helpers.structures.errors import BadInput
from helpers.system import studio

APP = {"AppType": "JupyterLab", "SpaceName": "mine"}
INSTANCE = {"ResourceName": "a notebook instance"}
# A daemon of API $api that has the networks $networks, and answers no client of another version
# where it is Studio's.
DAEMON = """
[ "$1" = --version ] && echo 'Docker version 28.2.2, build x' && exit
[ -z "{answers_any}" ] && [ "$DOCKER_API_VERSION" != {api} ] && exit 1
case "$*" in
    "version --format {{{{.Server.APIVersion}}}}") echo {api};;
    "version --format {{{{.Server.Version}}}}") echo 20.10.25;;
    "network ls --format {{{{.Name}}}}") printf '{networks}';;
    *) exit 1;;
esac
"""
STUDIO = DAEMON.format(api="1.41", networks="sagemaker\\n", answers_any="")
SILENT = DAEMON.format(api="1.41", networks="", answers_any="")
OLD = DAEMON.format(api="1.41", networks="bridge\\nhost\\nnone\\n", answers_any=1)
NEW = DAEMON.format(api="1.51", networks="bridge\\n", answers_any=1)
ENV = 'while case "$1" in *=*) true;; *) false;; esac; do export "$1"; shift; done; exec "$@"'
NONE = "[ $1 = --version ] && echo 'Docker version 28.2.2, build x' && exit; exit 1"


@pytest.fixture
def machine(programs, monkeypatch, tmp_path):
    """``machine(metadata, script)``: what a machine has in Docker's place, and SageMaker's file."""

    def make(metadata, script):
        monkeypatch.setattr(studio, "METADATA", tmp_path / "resource-metadata.json")
        monkeypatch.setenv(studio.API_VARIABLE, "")
        monkeypatch.delenv(studio.API_VARIABLE)
        if metadata is not None:
            studio.METADATA.write_text(json.dumps(metadata))
        programs(docker=script, env=ENV)

    return make


@pytest.mark.parametrize(
    "metadata, script, limited",
    [
        pytest.param(APP, STUDIO, True, id="Studio"),
        pytest.param(APP, SILENT, True, id="Studio that shows no network"),
        pytest.param(APP, OLD, False, id="Studio with an old daemon elsewhere"),
        pytest.param(APP, NEW, False, id="Studio with a new daemon elsewhere"),
        pytest.param(APP, NONE, False, id="Studio without Docker"),
        pytest.param(INSTANCE, OLD, False, id="notebook instance"),
        pytest.param(None, OLD, False, id="anywhere else"),
    ],
)
def test_the_daemon_is_asked(machine, metadata, script, limited):
    machine(metadata, script)
    assert studio.is_limited() is limited
    studio.docker()
    assert (os.environ.get(studio.API_VARIABLE) == "1.41") is limited


def test_a_client_finds_the_daemon_once_it_is_told_the_version(machine):
    machine(APP, STUDIO)
    check = studio.docker()
    assert check.status == "ok" and check.detail.endswith("daemon 20.10.25")


def test_a_domain_that_does_not_allow_docker_is_told_how(machine):
    machine(APP, NONE)
    assert "EnableDockerAccess" in studio.docker().remedy
    machine(None, NONE)
    studio.METADATA.unlink()
    assert "EnableDockerAccess" not in studio.docker().remedy


def test_metadata_that_are_no_json_are_named(machine):
    machine(APP, STUDIO)
    studio.METADATA.write_text("{")
    with pytest.raises(BadInput, match="resource-metadata"):
        studio.app()
