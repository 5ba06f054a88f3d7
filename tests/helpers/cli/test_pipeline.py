"""``pipeline`` and ``zoo``: help, lists and refusals; what they write is tested with the steps."""

import json

import pytest

from helpers.cli.main import main
from helpers.steps.configure_pipeline import templates


def test_help_names_every_template_and_augmentation(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["pipeline", "--help"])
    shown = capsys.readouterr().out
    assert ended.value.code == 0
    for name in [*templates(), "hflip", "--qat"]:
        assert name in shown


def test_the_zoo_is_listed_as_a_table_and_as_json(capsys):
    assert main(["zoo"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert main(["zoo", "--json"]) == 0
    models = json.loads(capsys.readouterr().out)
    assert len(lines) == len(models) + 1
    assert lines[0].split()[0] == list(models[0])[0]


def test_an_unknown_model_is_refused_with_the_nearest(tmp_path, capsys):
    assert main(["zoo", "ssd_mobilenet_v2_coc", "-o", str(tmp_path)]) == 1
    assert "ssd_mobilenet_v2_coco" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "folder, message",
    [("training", "jobs: "), ("elsewhere", "elsewhere/label_map.pbtxt: found")],
    ids=["no model yet", "a label map of another folder"],
)
def test_without_a_last_model_nothing_is_written(tmp_path, monkeypatch, capsys, folder, message):
    monkeypatch.setenv("WORK", str(tmp_path))
    label_map, out = tmp_path / folder / "label_map.pbtxt", tmp_path / "training" / "p.config"
    assert main(["pipeline", "last", str(label_map), "-o", str(out)]) == 1
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_missing_template_writes_nothing(tmp_path, capsys):
    arguments = ["pipeline", "none", str(tmp_path / "map"), "-o", str(tmp_path / "p.config")]
    assert main(arguments) == 1
    message = capsys.readouterr().err
    assert "none: found" in message and "small_ssd" in message
    assert not list(tmp_path.iterdir())
