"""``train``, ``export``, ``bundle``, ``demo``: what they refuse before they work."""

import json
import re
import zipfile

import pytest

from helpers.cli.main import main
from helpers.steps import train, train_local_mode
from helpers.structures.errors import JobFailed
from helpers.training.local_job import TrainingJob


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["train", "--hyperparameter", "num_stepz=4"], "num_stepz.* num_steps"),
        (["train", "--hyperparameter", "num_steps=-4"], "num_steps='-4'"),
        (["train", "--hyperparameter", "num_steps"], "'num_steps'.* NAME=VALUE"),
        (["train"], "label_map.pbtxt: .*02_tfrecords"),
        (["export"], "state.json: .*04_train"),
        (["prelabel", "photos", "xml"], "graph: .*04_train"),
        (["bundle", "--threshold", "2"], "threshold: .*2.0, expected 0 to 1"),
        (["demo", "--img", "photos"], "--img and --annotations: .*'photos'"),
        (["demo", "--start", "last", "--img", ".", "--annotations", "."], "work/jobs: .*START"),
        (["demo", "--annotations", "xml"], "--img and --annotations: .* 'xml'"),
        (["demo", "--set", "FREEZE"], "--set.*'FREEZE'.* NAME=VALUE"),
        (["demo", "--set", "FREEZ=none"], "FREEZ.* FREEZE"),
        (["demo", "--steps", "many"], "STEPS.*'many'"),
        (["demo", "--pi-fps", "-1"], "PI_FPS.*'-1'"),
        (["demo", "--minutes", "soon"], "MINUTES.*'soon'"),
    ],
    ids=[
        "misspelt",
        "impossible",
        "no value",
        "no records",
        "no job",
        "no model for drafts",
        "impossible threshold",
        "no XML",
        "no last model",
        "no photos",
        "line without value",
        "misspelt line",
        "impossible steps",
        "impossible speed",
        "impossible minutes",
    ],
)
def test_refused_before_anything_is_made(arguments, message, refused_without_a_trace):
    assert re.search(message, refused_without_a_trace(arguments))


def test_a_bundle_of_nothing_leaves_the_old_one(tmp_path, capsys):
    old = tmp_path / "model"
    old.mkdir()
    (old / "model.json").write_text("{}")
    assert main(["bundle", "--work", str(tmp_path / "work"), "--out", str(old)]) == 1
    assert "04_train" in capsys.readouterr().err
    assert [path.name for path in old.iterdir()] == ["model.json"]


@pytest.mark.parametrize("asked", ["int8", ""], ids=["int8", "as before"])
def test_export_gets_the_quantization(tmp_path, capsys, monkeypatch, asked):
    given = []

    def export_again(job, _, post_training):
        given.extend([job.name, post_training])
        raise JobFailed("enough")

    monkeypatch.setattr(train, "export_again", export_again)
    option = ["--post-training", asked] if asked else []
    assert main(["export", "--work", str(tmp_path), "--name", "mine", *option]) == 1
    assert given == ["mine", asked]
    assert "enough" in capsys.readouterr().err


def test_local_mode_gets_bucket_prefix_and_image(tmp_path, capsys, monkeypatch):
    given = []

    def train_in_local_mode(work, job, *places):
        given.extend([job.name, *places])
        raise JobFailed("enough")

    job = TrainingJob(tmp_path / "train-1", tmp_path, tmp_path, {})
    monkeypatch.setattr(train, "plan_training", lambda *_: job)
    monkeypatch.setattr(train_local_mode, "train_in_local_mode", train_in_local_mode)
    places = ["--bucket", "mine", "--prefix", "a/b", "--image", "photos:1", "--create-bucket"]
    assert main(["train", "--work", str(tmp_path), "--where", "local", *places]) == 1
    assert given == ["train-1", "mine", "a/b", "photos:1", True]
    assert "enough" in capsys.readouterr().err


def test_where_is_one_of_the_places(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["train", "--where", "nowhere"])
    assert ended.value.code == 2 and "invalid choice" in capsys.readouterr().err


def test_the_demo_takes_annotations_alone_where_their_photos_are_in_it(tmp_path, capsys):
    archive = tmp_path / "photos.zip"
    with zipfile.ZipFile(str(archive), "w") as packed:
        packed.writestr("a.txt", "x")
    arguments = ["demo", "--work", str(tmp_path / "work"), "--annotations", str(archive)]
    assert main([*arguments, "--steps", "many"]) == 1
    assert "STEPS" in capsys.readouterr().err  # which is looked at after the two folders


def test_the_verb_bundle_packs_and_prints_where(trained, tmp_path, capsys):
    out = tmp_path / "model"
    arguments = ["--work", str(trained.root), "--out", str(out), "--threshold", "0.35", "--zip"]
    assert main(["bundle", *arguments]) == 0
    assert capsys.readouterr().out.splitlines() == [str(out), str(tmp_path / "pi.zip")]
    assert json.loads((out / "model.json").read_text())["threshold"] == 0.35
