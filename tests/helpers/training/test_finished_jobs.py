"""Which of a work folder's jobs have a model to start from, and which is the last."""

import json
import os

import pytest

from helpers.structures.errors import MissingPart
from helpers.training import finished_jobs


def export_of(job, step=7, passed=True, place="best", at=1000):
    """A job's folder with an export of that step, as the trainer leaves it."""
    graph, checkpoint = job / "model" / "graph", job / "model" / place
    for folder in (graph, checkpoint):
        folder.mkdir(parents=True, exist_ok=True)
    for name in ("pipeline.config", "label_map.pbtxt"):
        (graph / name).touch()
    (checkpoint / f"model.ckpt-{step}.index").touch()
    report = {"passed": passed, "checkpoint": {"name": f"model.ckpt-{step}", "step": step}}
    (graph / "export.json").write_text(json.dumps(report))
    os.utime(str(graph / "export.json"), (at, at))
    return job


@pytest.mark.parametrize("place", ["best", "."], ids=["the best", "the last"])
def test_the_checkpoint_is_the_one_that_was_exported(tmp_path, place):
    job = finished_jobs.at(export_of(tmp_path / "a", place=place))
    assert (job.name, job.step) == ("a", 7)
    assert job.checkpoint == tmp_path / "a" / "model" / place / "model.ckpt-7"
    assert job.model.config.is_file()


def test_the_newest_export_counts(tmp_path):
    export_of(tmp_path / "a", at=3000)
    export_of(tmp_path / "b", at=2000)
    export_of(tmp_path / "c", at=4000, passed=False)
    (tmp_path / "d" / "checkpoints").mkdir(parents=True)
    assert finished_jobs.newest(tmp_path).name == "a"


def spoiled(name):
    def spoil(job):
        (job / "model" / name).unlink()

    return spoil


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda job: export_of(job, passed=False), id="parity check not passed"),
        pytest.param(spoiled("best/model.ckpt-7.index"), id="checkpoint gone"),
        pytest.param(spoiled("graph/pipeline.config"), id="config gone"),
        pytest.param(spoiled("graph/export.json"), id="nothing exported"),
    ],
)
def test_an_unfinished_job_is_no_start(tmp_path, spoil):
    spoil(export_of(tmp_path / "a"))
    assert finished_jobs.find(tmp_path / "a") is None
    with pytest.raises(MissingPart, match=str(tmp_path)):
        finished_jobs.newest(tmp_path)
    with pytest.raises(MissingPart, match=str(tmp_path / "a")):
        finished_jobs.at(tmp_path / "a")


def test_a_folder_without_jobs_has_no_last_one(tmp_path):
    with pytest.raises(MissingPart, match="jobs: .*START"):
        finished_jobs.newest(tmp_path / "jobs")
