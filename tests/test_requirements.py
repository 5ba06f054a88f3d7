"""What is installed: ``requirements.lock``, and ``environment.yml``, which agrees with it."""

import re

import pytest
import yaml
from setup_machine import ROOT, SCRIPT


def lock_lines():
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def conda_list():
    return yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]


def test_the_lock_pins_everything_once_in_order():
    assert [
        line
        for line in lock_lines()
        if not re.match(r"[\w.-]+==[\w.]+( ; sys_platform == \"darwin\")?$", line)
    ] == []
    names = [re.split("==", line)[0].lower().replace("_", "-") for line in lock_lines()]
    assert len(set(names)) == len(names) > 100
    assert lock_lines() == sorted(lock_lines(), key=str.upper)


def test_environment_yml_and_the_lock_agree():
    pinned = [entry for entry in conda_list() if isinstance(entry, str)]
    by_pip = next(entry["pip"] for entry in conda_list() if isinstance(entry, dict))
    assert by_pip[0] == "-c requirements.lock"
    assert [pin for pin in by_pip[1:] if pin not in lock_lines()] == []
    assert "python=3.7" in pinned
    assert [
        pin for pin in pinned if pin != "python=3.7" and pin.replace("=", "==") not in lock_lines()
    ] == []


def test_the_object_detection_api_is_in_the_lock_alone():
    assert any(line.startswith("tf-object-detection==") for line in lock_lines())
    assert "tf-object-detection" not in str(conda_list())
    unwanted = ("jupyter==", "pycocotools-fix==", "tensorflow-gpu==")
    assert [line for line in lock_lines() if line.startswith(unwanted)] == []


def test_every_pin_of_environment_yml_has_its_reason():
    lines = (ROOT / "environment.yml").read_text().splitlines()
    pins = [line for line in lines if re.match(r" +- [A-Za-z][\w-]*=", line)]
    assert len(pins) > 20
    assert [line for line in pins if not re.search(r"  # \w.+", line)] == []


@pytest.mark.parametrize(
    "name",
    [".gitignore", "Makefile", "environment.yml", "pyproject.toml", "requirements.lock", SCRIPT],
)
def test_no_address_of_an_index(name):
    content = (ROOT / name).read_text()
    assert "://" not in content
    assert "index-url" not in content
