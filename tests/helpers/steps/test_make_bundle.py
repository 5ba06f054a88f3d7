"""The Pi bundle as a step."""

import json

import pytest

from helpers.export import bundle
from helpers.pipeline_config import adaptation, pipeline
from helpers.pipeline_config.adaptation import ConfigOptions
from helpers.steps.make_bundle import file_rows, make_bundle
from helpers.structures.errors import MissingPart
from helpers.structures.label_map import LabelMap


def test_the_bundle_says_what_trained_it(trained, tmp_path):
    made = make_bundle(trained.graph, tmp_path / "model", trained.state())
    description = json.loads((made.folder / "model.json").read_text())
    assert description["trained"]["job"] == trained.state()["job"]
    assert made.as_text() == str(tmp_path / "model")
    assert {row["file"] for row in made.rows()} == {path.name for path in made.folder.iterdir()}


@pytest.mark.parametrize(
    "started_from, start, said",
    [
        ("last-a-7.ckpt", "last-a-7.ckpt", True),
        ("model.ckpt", "last-a-7.ckpt", False),
        ("", None, True),
    ],
    ids=["its start", "chosen since", "from scratch"],
)
def test_the_start_is_told_where_it_is_that_of_the_model(
    monkeypatch, tmp_path, started_from, start, said
):
    config = adaptation.adapt(
        pipeline.read("small_ssd"), LabelMap.of(["cat"]), ConfigOptions(checkpoint=started_from)
    )
    pipeline.write(config, tmp_path / "pipeline.config")
    told = {}
    monkeypatch.setattr(bundle, "make", lambda graph, out, trained: told.update(trained) or out)
    make_bundle(tmp_path, tmp_path / "model", {"job": "a", "start": {"checkpoint": start}})
    assert told["job"] == "a" and ("start" in told) == said


def test_no_model_makes_no_bundle(tmp_path):
    with pytest.raises(MissingPart, match="04_train"):
        make_bundle(tmp_path / "none", tmp_path / "model", {})
    assert not (tmp_path / "model").exists()


def test_files_are_listed_with_their_sizes(tmp_path):
    (tmp_path / "b").write_bytes(b"0" * 2500)
    (tmp_path / "a").write_bytes(b"")
    assert file_rows(tmp_path) == [{"file": "a", "kB": 0}, {"file": "b", "kB": 2}]
