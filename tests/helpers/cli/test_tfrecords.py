"""``tfrecord`` and ``inspect``: what they print, where, and their exit codes."""

import json

import pytest

from helpers.annotations import csv_table, label_map_file
from helpers.cli.main import main
from helpers.structures.label_map import LabelMap


@pytest.fixture()
def inputs(many, tmp_path, monkeypatch):
    """A table of ten images, its label map and the image folder."""
    monkeypatch.setenv("WORK", str(tmp_path / "work"))
    images, records = many
    table = csv_table.write(records, tmp_path / "data.csv")
    label_map_file.write(LabelMap.of(["cat"]), tmp_path / "label_map.pbtxt")
    return [str(table), str(tmp_path / "label_map.pbtxt"), str(images)]


def test_paths_on_standard_output_and_counts_on_standard_error(inputs, tmp_path, capsys):
    out = tmp_path / "train.record"
    assert main(["tfrecord", *inputs, str(out), "--shards", "2"]) == 0
    captured = capsys.readouterr()
    names = [f"{out}-0000{number}-of-00002" for number in range(2)]
    assert captured.out.splitlines() == names
    assert "10 images, 10 boxes" in captured.err
    assert main(["inspect", str(out), "--json"]) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert sum(file["images"] for file in files) == 10


def test_inspect_fails_when_training_would(inputs, tmp_path, capsys):
    out = tmp_path / "train.record"
    assert main(["tfrecord", *inputs, str(out), "--shards", "2"]) == 0
    next(tmp_path.glob("train.record-00001*")).unlink()
    assert main(["inspect", str(out)]) == 1
    assert "missing" in capsys.readouterr().out


def test_inspect_of_nothing_is_refused(tmp_path, capsys):
    assert main(["inspect", str(tmp_path / "none.record")]) == 1
    assert "none.record" in capsys.readouterr().err
