"""Builders that the tests of the library share; every input is made from plain values."""

import os

import numpy as np
import pytest
from PIL import Image

from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord
from helpers.structures.label_map import LabelMap


@pytest.fixture(scope="session")
def paint():
    """Writes a small image, another one in each corner, in any mode and format."""

    def write(path, size=(40, 30), mode="RGB", kind=None, orientation=None):
        width, height = size
        across, down = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
        layers = [across, down, 255 - across]
        if mode == "I;16":
            image = Image.fromarray((across * 257).astype(np.uint16))
        else:
            image = Image.fromarray(np.stack(layers, axis=2).astype(np.uint8)).convert(mode)
        exif = Image.Exif()
        if orientation:
            exif[0x0112] = orientation
        path.parent.mkdir(parents=True, exist_ok=True)
        kind = kind or {".png": "PNG"}.get(path.suffix, "JPEG")
        image.save(str(path), kind, **({"exif": exif.tobytes()} if orientation else {}))
        return path

    return write


@pytest.fixture(scope="session")
def record():
    """A record from ``(class, x_min, y_min, x_max, y_max)`` rows."""

    def build(path, *rows, size=(40, 30), extra=None, **columns):
        boxes = LabeledBoxes.from_rows(((row[0], row[1:]) for row in rows), **columns)
        return ImageRecord(path, size[0], size[1], boxes, extra or {})

    return build


@pytest.fixture(scope="session")
def plain():
    """A record, or a list of them, as plain values that compare."""

    def of(value):
        if isinstance(value, (list, tuple)):
            return [of(one) for one in value]
        return (
            value.path,
            value.width,
            value.height,
            value.objects.labels,
            value.objects.boxes.tolist(),
            tuple(value.objects.flags("truncated").tolist()),
            tuple(value.objects.flags("difficult").tolist()),
        )

    return of


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


@pytest.fixture
def without_aws(tmp_path, monkeypatch):
    """No credentials, neither in the environment nor in the home folder."""
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
