"""Real training through ``docker/train``: what it leaves, exported again, fine-tuned."""

import json
import re
import shutil

import pytest
import workflow
from job_here import Job

from helpers.annotations import label_map_file
from helpers.pipeline_config import pipeline
from helpers.steps.train import export_again
from helpers.structures.errors import BadInput, JobFailed
from helpers.structures.label_map import LabelMap
from helpers.training import local_job
from helpers.training.local_job import TrainingJob
from helpers.workspace import Workspace


@pytest.fixture
def work(trained, tmp_path):
    """A work folder with the training channel of the trained one, and no job yet."""
    shutil.copytree(str(trained.training), str(tmp_path / "training"))
    return Workspace.at(tmp_path)


def first_steps(log):
    """The first step of each run in a log that restarts were appended to."""
    return [
        int(line.rsplit("step = ", 1)[1].split()[0])
        for line in log.read_text().splitlines()
        if "] loss = " in line and "sec)" not in line
    ]


@pytest.mark.training
def test_job_left_what_the_contract_promises(trained):
    base = trained.job(trained.state()["job"])
    graph = {path.name for path in (base / "model" / "graph").iterdir()}
    assert graph >= {
        "frozen_inference_graph.pb",
        "cvgraph.pbtxt",
        "detect.tflite",
        "labels.txt",
        "label_map.pbtxt",
        "pipeline.config",
        "hyperparameters.json",
        "export.json",
    }
    assert len(list((base / "model").glob("model.ckpt-*.index"))) == 1
    assert list((base / "model").glob("events.out.*"))
    assert not (base / "output" / "failure").exists()
    report = json.loads((base / "model" / "graph" / "export.json").read_text())
    assert report["passed"] and set(report["backends"]) == {"tensorflow", "opencv", "tflite"}
    log = (base / "train.log").read_text()
    assert "] loss = " in log and ", step = " in log and "Average Precision" in log


@pytest.mark.training
def test_exports_again_without_training(trained):
    log = trained.job(trained.state()["job"]) / "train.log"
    before = first_steps(log)
    (trained.graph / "detect.tflite").unlink()
    model = export_again(trained.job_in_use(), trained)
    assert (trained.graph / "detect.tflite").is_file()
    assert first_steps(log) == before
    assert model.hyperparameters == {"num_steps": "40", "quantize": "True", "mode": "train"}


@pytest.mark.training
def test_fine_tunes_a_detection_checkpoint_with_other_classes(trained, work):
    newest = sorted((trained.job(trained.state()["job"]) / "model").glob("model.ckpt-*"))
    work.checkpoint.mkdir()
    for path in newest:
        suffix = path.name.split(".", 1)[1].split(".", 1)[1]
        shutil.copyfile(str(path), str(work.checkpoint / f"model.ckpt.{suffix}"))
    names = label_map_file.read(work.label_map).names + ("never seen",)
    label_map_file.write(LabelMap.of(names), work.label_map)
    workflow.configure_pipeline_for(work, "small_ssd", 4)
    assert pipeline.read(work.config).train_config.from_detection_checkpoint
    finished = local_job.train(TrainingJob.of_workspace(work, "tuned", {"num_steps": 4}))
    assert "from /opt/ml/input/data/checkpoint/model.ckpt" in finished.log.read_text()
    assert label_map_file.read(finished.graph / "label_map.pbtxt").names == names


@pytest.mark.training
def test_another_model_under_the_same_name_is_refused(trained):
    name = trained.state()["job"]
    kept = trained.config.read_text()
    try:
        workflow.configure_pipeline_for(trained, "small_ssd", 4, image_size=96)
        with pytest.raises(BadInput, match=name):
            local_job.lay_out(TrainingJob.of_workspace(trained, name, {}))
    finally:
        trained.config.write_text(kept)


def test_bad_inputs_name_the_cause_first(sample_folder, tmp_path):
    work = Workspace.at(tmp_path)
    workflow.import_annotations(work, sample_folder / "annotations", sample_folder / "img")
    workflow.map_labels(work)
    workflow.split_dataset(work)
    workflow.write_tfrecords(work)
    workflow.configure_pipeline_for(work, "small_ssd", 4)
    job = Job(tmp_path / "job", work.training)
    assert job.run(num_stepz=4) == 1
    assert re.search("num_stepz.*mean num_steps", job.failure())
    label_map_file.write(LabelMap.of(["another"]), work.label_map)
    with pytest.raises(JobFailed, match="label_map.pbtxt|pipeline.config") as caught:
        local_job.train(TrainingJob.of_workspace(work, "bad", {"num_steps": 4}))
    assert str(tmp_path / "jobs" / "bad" / "train.log") in str(caught.value)
    failure = (tmp_path / "jobs" / "bad" / "output" / "failure").read_text()
    assert failure.splitlines()[0] in str(caught.value)
