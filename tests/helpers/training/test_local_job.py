"""What surrounds a training job here: its folder, its log, its failure, its model."""

import json

import pytest

from helpers.pipeline_config import pipeline
from helpers.structures import labelmap
from helpers.structures.errors import BadInput, MissingPart
from helpers.structures.labelmap import LabelMap
from helpers.training import local_job
from helpers.workspace import Workspace

SUMMARY = " Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.{:03d}"
RECORDS = ["eval.record-00000-of-00001", "train.record"]


def configure(work, names="cat dog", **options):
    label_map = LabelMap.of(names.split())
    labelmap.write(label_map, work.label_map)
    pipeline.write(pipeline.adapt(pipeline.read("small_ssd"), label_map, **options), work.config)


@pytest.fixture()
def work(tmp_path):
    """A work folder whose training channel is complete; what the records hold is not read."""
    work = Workspace.at(tmp_path)
    configure(work)
    for name in RECORDS:
        (work.training / name).write_bytes(b"")
    return work


def test_channel_holds_what_the_trainer_reads(work):
    (work.training / "data_train.csv").write_text("not for the trainer")
    assert [path.name for path in local_job.channel_files(work)] == sorted(
        RECORDS + ["label_map.pbtxt", "pipeline.config"]
    )


@pytest.mark.parametrize("name", RECORDS + ["label_map.pbtxt", "pipeline.config"])
def test_what_is_not_there_yet_is_named(work, name):
    (work.training / name).unlink()
    with pytest.raises(MissingPart, match=f"{name[:11]}.*: not there yet. Run notebook 02"):
        local_job.lay_out(work, "one", {})
    assert not work.job("one").exists()


def test_job_folder_is_the_containers(work):
    base = local_job.lay_out(work, "one", {"num_steps": 7, "quantize": True, "model_dir": None})
    assert base == work.job("one")
    data = base / "input" / "data"
    assert (data / "training").resolve() == work.training
    assert list((data / "checkpoint").iterdir()) == []
    config = base / "input" / "config"
    assert json.loads((config / "hyperparameters.json").read_text()) == {
        "model_dir": "null",
        "num_steps": "7",
        "quantize": "true",
    }
    assert json.loads((config / "resourceconfig.json").read_text()) == {
        "current_host": "algo-1",
        "hosts": ["algo-1"],
    }


def test_hyperparameters_reach_the_trainer_as_they_were_meant():
    given = {"quantize": True, "num_steps": 30, "inference_type": "FLOAT", "seed": "5"}
    before = dict(given)
    assert local_job.as_strings(given) == {
        "inference_type": "FLOAT",
        "num_steps": "30",
        "quantize": "true",
        "seed": "5",
    }
    assert given == before


@pytest.mark.parametrize(
    "change, checkpoint, refused",
    [
        ({}, True, False),
        ({"num_steps": 50}, True, False),
        ({"batch_size": 4}, True, False),
        ({"image_size": 96}, True, True),
        ({"names": "cat fox"}, True, True),
        ({"names": "dog cat"}, True, True),
        ({"image_size": 96}, False, False),
    ],
)
def test_only_checkpoints_of_another_model_are_refused(work, change, checkpoint, refused):
    base = local_job.lay_out(work, "one", {})
    if checkpoint:
        (base / "checkpoints").mkdir()
        (base / "checkpoints" / "model.ckpt-10.index").write_bytes(b"")
    configure(work, **change)
    if not refused:
        assert local_job.lay_out(work, "one", {}) == base
        return
    with pytest.raises(BadInput, match="jobs/one: found checkpoints of another model"):
        local_job.lay_out(work, "one", {})
    assert (base / "checkpoints" / "model.ckpt-10.index").exists()


def test_summary_is_the_last_evaluations(tmp_path):
    lines = ["noise"] + [SUMMARY.format(number) for number in range(24)] + ["more noise"]
    (tmp_path / "train.log").write_text("\n".join(lines))
    assert local_job.summary(tmp_path / "train.log") == [
        SUMMARY.format(number).strip() for number in range(12, 24)
    ]


@pytest.mark.parametrize(
    "text, cause",
    [
        (None, "the trainer ended without saying why"),
        ("a: bad. Do b.\n\nWhat was trained is kept.\n\nTraceback ...", "a: bad. Do b."),
        ("2 problems: a\n  b\n\nTraceback", "2 problems: a\n  b"),
    ],
)
def test_the_cause_of_a_failure(tmp_path, text, cause):
    if text is not None:
        (tmp_path / "output").mkdir()
        (tmp_path / "output" / "failure").write_text(text)
    assert local_job.failure(tmp_path) == cause


def test_fetch_replaces_the_model_as_a_whole(work):
    with pytest.raises(MissingPart, match="no exported model. Run the job one to its end"):
        local_job.fetch(work, "one")
    for name, extra in (("one", "detect.tflite"), ("two", "frozen_inference_graph.pb")):
        graph = work.job(name) / "model" / "graph"
        graph.mkdir(parents=True)
        (graph / "export.json").write_text(name)
        (graph / extra).write_text(name)
        assert local_job.fetch(work, name) == work.graph
    assert {path.name: path.read_text() for path in work.graph.iterdir()} == {
        "export.json": "two",
        "frozen_inference_graph.pb": "two",
    }
    assert [path.name for path in work.model.iterdir()] == ["graph"]
    with pytest.raises(MissingPart):
        local_job.fetch(work, "three")
    assert (work.graph / "export.json").read_text() == "two"


@pytest.mark.parametrize(
    "given, expected",
    [({}, 100), ({"num_steps": 30}, 30), ({"num_steps": "30"}, 30), ({"num_steps": "abc"}, 100)],
)
def test_the_bar_takes_any_hyperparameter(given, expected):
    assert local_job._number(given, "num_steps", 100) == expected
