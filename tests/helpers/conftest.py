"""Builders that the tests of the library share."""

from pathlib import Path

import builders
import oracles
import pytest

from helpers.structures.label_map import LabelMap


@pytest.fixture(scope="session")
def paint():
    """Writes a small image, as :func:`builders.paint`."""
    return builders.paint


@pytest.fixture(scope="session")
def record():
    """Makes a record, as :func:`builders.record`."""
    return builders.record


@pytest.fixture(scope="session")
def plain():
    """Plain values of records, as :func:`builders.plain`."""
    return builders.plain


@pytest.fixture(scope="session")
def oracle_python(tmp_path_factory):
    """The interpreter of an environment with other people's code of our field, all rooms' own."""
    folder = tmp_path_factory.mktemp("oracle") / "venv"
    return oracles.environment(folder, Path(__file__).with_name("oracle_requirements.txt"))


@pytest.fixture(scope="session")
def three_labels():
    """The label map of the records that tests write."""
    return LabelMap.of(["bird", "cat", "dog"])


@pytest.fixture()
def many(tmp_path, paint, record):
    """An image folder with ten images, and their records."""
    for number in range(10):
        paint(tmp_path / "img" / f"{number}.jpg", (40, 30 + number))
    return tmp_path / "img", [
        record(f"{number}.jpg", ("cat", 1, 2, 3 + number, 20), size=(40, 30 + number))
        for number in range(10)
    ]


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """A PATH with nothing but what a test puts there: ``programs(docker="echo 20.10")``."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def put(**scripts):
        for name, script in scripts.items():
            path = folder / name.replace("_", "-")
            path.write_text(f"#!/bin/sh\n{script}\n")
            path.chmod(0o755)

    return put
