"""What surrounds a training job here: its folder, its log, its failure, its model."""

import json

import pytest
from builders import names_in

from helpers.annotations import label_map_file
from helpers.pipeline_config import adaptation, pipeline
from helpers.pipeline_config.adaptation import ConfigOptions
from helpers.structures.errors import BadInput, MissingPart
from helpers.structures.label_map import LabelMap
from helpers.training import docker_job, local_job
from helpers.training.job_layout import JobLayout
from helpers.training.local_job import TrainingJob
from helpers.workspace import Workspace

SUMMARY = " Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.{:03d}"
RECORDS = ["eval.record-00000-of-00001", "train.record"]


def configure(work, names="cat dog", **options):
    label_map = LabelMap.of(names.split())
    label_map_file.write(label_map, work.label_map)
    config = adaptation.adapt(pipeline.read("small_ssd"), label_map, ConfigOptions(**options))
    pipeline.write(config, work.config)


@pytest.fixture()
def work(tmp_path):
    """A work folder whose training channel is complete; what the records hold is not read."""
    work = Workspace.at(tmp_path)
    configure(work)
    for name in RECORDS:
        (work.training / name).write_bytes(b"")
    return work


@pytest.fixture()
def job_of(work):
    """``job_of(name, **hyperparameters)`` is a job on the channels of that work folder."""
    return lambda name, **values: TrainingJob.of_workspace(work, name, values)


def test_the_channel_has_the_files_that_the_trainer_reads(work):
    (work.training / "data_train.csv").write_text("not for the trainer")
    assert [path.name for path in local_job.channel_files(work.training)] == sorted(
        RECORDS + ["label_map.pbtxt", "pipeline.config"]
    )


@pytest.mark.parametrize("name", RECORDS + ["label_map.pbtxt", "pipeline.config"])
def test_a_missing_file_of_the_channel_is_named(work, job_of, name):
    (work.training / name).unlink()
    with pytest.raises(MissingPart, match=f"{name[:11]}.*: .* 02_tfrecords"):
        local_job.lay_out(job_of("train-1"))
    assert not work.job("train-1").exists()


@pytest.mark.parametrize(
    "values, name",
    [
        ({"num_stepz": 4}, "num_stepz"),
        ({"num_steps": 0}, "num_steps"),
        ({"quantize": "maybe"}, "quantize"),
    ],
    ids=["misspelt", "impossible", "not a flag"],
)
@pytest.mark.parametrize("train", [local_job.train, docker_job.train], ids=["local", "docker"])
def test_a_bad_hyperparameter_is_refused_before_anything_is_created(
    work, job_of, train, values, name
):
    with pytest.raises(BadInput, match=f" {name}="):
        train(job_of("train-1", **values))
    assert not work.job("train-1").exists() and not work.checkpoint.exists()


def test_job_folder_is_the_containers(work, job_of):
    job = job_of("train-1", num_steps=7, quantize=True, model_dir=None)
    local_job.lay_out(job)
    base = work.job("train-1")
    assert (job.name, job.folder) == ("train-1", base)
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


def test_the_split_stays_known_when_the_channel_changes(work, job_of):
    work.channel.table("eval").write_text("of then")
    job = job_of("train-1")
    local_job.lay_out(job)
    work.channel.table("eval").write_text("of now")
    assert (job.layout.split / "data_eval.csv").read_text() == "of then"


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
    ids=[
        "same model",
        "other steps",
        "other batch size",
        "other image size",
        "other class",
        "other order of classes",
        "no checkpoints",
    ],
)
def test_only_checkpoints_of_another_model_are_refused(work, job_of, change, checkpoint, refused):
    job = job_of("train-1")
    local_job.lay_out(job)
    base = job.folder
    if checkpoint:
        (base / "checkpoints").mkdir()
        (base / "checkpoints" / "model.ckpt-10.index").write_bytes(b"")
    configure(work, **change)
    if not refused:
        local_job.lay_out(job)
        return
    with pytest.raises(BadInput, match="jobs/train-1: .*checkpoints .*another model"):
        local_job.lay_out(job)
    assert (base / "checkpoints" / "model.ckpt-10.index").exists()


def test_summary_is_the_last_evaluations(tmp_path):
    lines = ["noise"] + [SUMMARY.format(number) for number in range(24)] + ["more noise"]
    (tmp_path / "train.log").write_text("\n".join(lines))
    assert local_job.summary(tmp_path / "train.log") == [
        SUMMARY.format(number).strip() for number in range(12, 24)
    ]


@pytest.mark.parametrize(
    "content, cause",
    [
        pytest.param(
            "a: bad. Do b.\n\nWhat was trained is kept.\n\nTraceback ...",
            "a: bad. Do b.",
            id="single line",
        ),
        pytest.param("2 problems: a\n  b\n\nTraceback", "2 problems: a\n  b", id="two lines"),
    ],
)
def test_the_cause_of_a_failure(tmp_path, content, cause):
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "failure").write_text(content)
    assert local_job.failure(JobLayout(tmp_path)) == cause


def test_without_a_failure_file_the_cause_names_the_trainer(tmp_path):
    assert "trainer" in local_job.failure(JobLayout(tmp_path))


def test_fetch_replaces_the_model_as_a_whole(work):
    with pytest.raises(MissingPart, match="graph: .* train-1 "):
        local_job.fetch_graph(work.job("train-1"), work.graph)
    for name, extra in (("train-1", "detect.tflite"), ("train-2", "frozen_inference_graph.pb")):
        graph = work.job(name) / "model" / "graph"
        graph.mkdir(parents=True)
        (graph / "export.json").write_text(name)
        (graph / extra).write_text(name)
        assert local_job.fetch_graph(work.job(name), work.graph) == work.graph
    assert {path.name: path.read_text() for path in work.graph.iterdir()} == {
        "export.json": "train-2",
        "frozen_inference_graph.pb": "train-2",
    }
    assert names_in(work.model) == ["graph"]
    with pytest.raises(MissingPart):
        local_job.fetch_graph(work.job("train-3"), work.graph)
    assert (work.graph / "export.json").read_text() == "train-2"
