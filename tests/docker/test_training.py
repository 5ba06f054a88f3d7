"""Real training through ``docker/train``: resumed after a kill, exported again, fine-tuned."""

import json

import pytest

from helpers import jobs, road
from helpers.errors import JobFailed
from helpers.settings import Work


@pytest.mark.training
def test_job_left_what_the_contract_promises(trained):
    base = trained.job(trained.state()["job"])
    graph = {path.name for path in (base / "model" / "graph").iterdir()}
    assert graph >= {"frozen_inference_graph.pb", "cvgraph.pbtxt", "detect.tflite", "labels.txt",
                     "label_map.pbtxt", "pipeline.config", "hyperparameters.json", "export.json"}
    assert len(list((base / "model").glob("model.ckpt-*.index"))) == 1
    assert list((base / "model").glob("events.out.*"))
    assert not (base / "output" / "failure").exists()
    report = json.loads((base / "model" / "graph" / "export.json").read_text())
    assert report["passed"] and set(report["backends"]) == {"tensorflow", "opencv", "tflite"}
    log = (base / "train.log").read_text()
    assert "] loss = " in log and ", step = " in log and "Average Precision" in log


def test_bad_hyperparameters_name_the_cause_first(sample_folder, tmp_path):
    work = Work.at(tmp_path)
    road.collect(work, sample_folder / "annotations", sample_folder / "img")
    road.map_labels(work)
    road.divide(work)
    road.write_records(work)
    road.configure(work, "small_ssd", 4)
    with pytest.raises(JobFailed, match="num_stepz.*did you mean num_steps") as caught:
        jobs.train_here(work, "bad", {"num_stepz": 4})
    assert str(tmp_path / "jobs" / "bad" / "train.log") in str(caught.value)
    failure = (tmp_path / "jobs" / "bad" / "output" / "failure").read_text()
    assert "num_stepz" in failure.splitlines()[0]
